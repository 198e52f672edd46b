"""Tokens: who they stand for, what they may do, and when they are worth nothing."""

from django.test import Client

from catalog.models import (
    ApiToken,
    Verdict,
)
from tests.catalog.pages import logged_in, text
from tests.catalog.test_api_access import ASKS, CHANGES, EveryCall
from tests.catalog.test_commands import names_in_docs, run
from tests.factories import (
    add_user,
)


class TokenTests(EveryCall):
    def bearer(self, secret: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {secret}"}

    def test_a_token_does_what_its_user_may_do_and_only_its_hash_is_kept(self):
        token, secret = ApiToken.objects.make(self.owner, name="script")

        answer = self.ask(Client(), "judge", "post", **self.bearer(secret))

        self.assertEqual(answer.status_code, 201)
        self.assertEqual(Verdict.objects.get().made_by, self.owner)
        token.refresh_from_db()
        self.assertIsNotNone(token.used_at)
        kept = ApiToken.objects.values().get(pk=token.pk)
        self.assertNotIn(secret, map(str, kept.values()))

    def test_the_command_line_makes_a_token_and_prints_it_once(self):
        made, code = run("api-token", "owner", "--read-only", "--name", "panel")

        self.assertEqual((code, made["user"]), (0, "owner"))
        self.assertEqual(set(made), names_in_docs("api-token"))
        answer = self.ask(Client(), "title", **self.bearer(made["token"]))
        self.assertEqual(answer.status_code, 200)
        self.assertTrue(ApiToken.objects.get().read_only)
        nobody, code = run("api-token", "nobody")
        self.assertEqual((code, list(nobody)), (1, ["error"]))

    def test_a_read_only_token_of_an_editor_changes_nothing(self):
        _, secret = ApiToken.objects.make(self.owner, read_only=True)

        self.assertEqual(
            self.ask(Client(), "title", **self.bearer(secret)).status_code, 200
        )
        for name, method in CHANGES | ASKS:
            with self.subTest(name=name):
                answer = self.ask(Client(), name, method, **self.bearer(secret))
                self.assertEqual(answer.status_code, 403)

    def test_wrong_tokens_and_those_of_people_who_have_left_open_nothing(self):
        _, secret = ApiToken.objects.make(self.owner)
        self.owner.is_active = False
        self.owner.save()

        for wrong in (secret, "kul_wrong", "", "a b", "\u00e9"):
            with self.subTest(wrong=wrong):
                answer = self.ask(Client(), "titles", **self.bearer(wrong))
                self.assertEqual(answer.status_code, 401)
                self.assertEqual(answer.json(), {"error": "This token is not valid."})

    def test_too_many_calls_in_a_minute_are_sent_away(self):
        from rest_framework.throttling import UserRateThrottle  # noqa: PLC0415

        client = logged_in(add_user("", "viewer"))
        self.addCleanup(
            setattr, UserRateThrottle, "THROTTLE_RATES", UserRateThrottle.THROTTLE_RATES
        )
        UserRateThrottle.THROTTLE_RATES = {"user": "2/min"}

        codes = [self.ask(client, "titles").status_code for _ in range(3)]

        self.assertEqual(codes, [200, 200, 429])

    def test_admins_make_tokens_whose_secret_is_shown_once(self):
        admin = logged_in(add_user("root", ""))
        form = {"user": self.viewer.pk, "name": "panel", "read_only": "on"}

        page = admin.post("/admin/catalog/apitoken/add/", form, follow=True)

        shown = text(page)
        secret = shown[shown.index("kul_") :][:47]
        self.assertEqual(
            self.ask(Client(), "title", **self.bearer(secret)).status_code, 200
        )
        self.assertNotIn(secret, text(admin.get("/admin/catalog/apitoken/")))
        self.assertTrue(ApiToken.objects.get().read_only)
