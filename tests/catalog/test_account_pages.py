import os
import secrets
import subprocess
import sys
import tempfile

from django.conf import settings
from django.test import Client, override_settings
from django.urls import path

from catalog import urls
from catalog.environment import BASE
from tests.catalog.pages import PageTestCase, logged_in
from tests.factories import PASSWORD, add_user


class LoginTests(PageTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.user = add_user("anna", "editor")

    def log_in(self, password=PASSWORD, **query):
        return self.client.post(
            "/login/", {"username": "anna", "password": password, **query}
        )

    def test_one_comes_to_the_page_one_was_sent_away_from(self):
        self.assertRedirects(self.log_in(next="/jobs/"), "/jobs/")

    def test_without_such_a_page_one_comes_to_the_board(self):
        self.assertRedirects(self.log_in(), "/")

    def test_a_wrong_password_is_said(self):
        self.assertContains(self.log_in("wrong"), 'role="alert"')

    def test_guessing_is_locked_and_the_page_says_so(self):
        for _ in range(settings.AXES_FAILURE_LIMIT):
            answer = self.log_in("wrong")

        self.assertContains(answer, "Too many attempts", status_code=429)
        self.assertEqual(self.log_in().status_code, 429)

    def test_logging_out_is_a_post_and_ends_the_session(self):
        self.client.force_login(self.user)

        self.assertEqual(self.client.get("/logout/").status_code, 405)
        self.assertRedirects(self.client.post("/logout/"), "/login/")

        self.assertEqual(self.client.get("/").status_code, 302)


class PasswordTests(PageTestCase):
    def test_one_changes_ones_own_password_and_stays_logged_in(self):
        user = add_user()
        self.client.force_login(user)
        fresh = secrets.token_urlsafe(12)
        given = {
            "old_password": PASSWORD,
            "new_password1": fresh,
            "new_password2": fresh,
        }

        self.assertRedirects(self.client.post("/account/password/", given), "/")

        user.refresh_from_db()
        self.assertTrue(user.check_password(fresh))


class ErrorPageTests(PageTestCase):
    def test_a_missing_page_is_our_own_404(self):
        page = logged_in(add_user()).get("/no/such/page")

        self.assertContains(page, "Not found", status_code=404)

    def test_a_viewer_who_may_not_is_told_who_can_help(self):
        page = logged_in(add_user("", "viewer")).get("/titles/add/")

        self.assertContains(page, "An admin can", status_code=403)

    def test_a_failed_check_of_forgery_says_what_to_do(self):
        page = logged_in(add_user(), enforce_csrf_checks=True).post("/verdicts/undo/")

        self.assertContains(page, "Open the page again", status_code=403)

    def test_our_mistakes_have_a_page_that_asks_nothing_of_the_database(self):
        with (
            override_settings(ROOT_URLCONF=__name__),
            self.assertLogs("django.request", "ERROR"),
            self.assertNumQueries(0),
        ):
            page = Client(raise_request_exception=False).get("/broken")

        self.assertContains(page, "Our mistake", status_code=500)


def broken(_request):
    """A view with a mistake of ours in it."""
    raise RuntimeError("on purpose")


broken.login_required = False  # type: ignore[attr-defined]
urlpatterns = [*urls.urlpatterns, path("broken", broken)]


class HealthTests(PageTestCase):
    def test_it_says_that_both_servers_answer_without_a_login(self):
        answer = self.client.get("/health/")

        self.assertEqual(answer.json(), {"database": "up", "broker": "up"})
        self.assertEqual(answer.status_code, 200)


class ProductionSettingsTests(PageTestCase):
    def test_check_deploy_finds_nothing(self):
        with tempfile.TemporaryDirectory() as var:
            checked = subprocess.run(
                [
                    sys.executable,
                    "manage.py",
                    "check",
                    "--deploy",
                    "--fail-level",
                    "WARNING",
                ],
                cwd=BASE,
                env={
                    **os.environ,
                    "KULESHOV_PRODUCTION": "1",
                    "KULESHOV_SECRET_KEY": secrets.token_urlsafe(50),
                    "KULESHOV_VAR": var,
                    "ALLOWED_HOSTS": "kuleshov.example",
                },
                capture_output=True,
                text=True,
                check=False,
            )

        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
