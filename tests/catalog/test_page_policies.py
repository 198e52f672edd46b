"""Every address: no change without a token, no script or style but our own files."""

import json

from catalog.models import Verdict
from tests.catalog.pages import HTMX, Markup, logged_in, text
from tests.catalog.test_access import CHANGES, EveryAddress, own_patterns


class ForgeryTests(EveryAddress):
    def setUp(self):
        super().setUp()
        self.client = logged_in(self.owner, enforce_csrf_checks=True)

    def test_no_post_is_taken_without_a_token(self):
        for name in set(own_patterns()) - {"health"}:
            with self.subTest(name=name):
                response = self.ask(self.client, name, "post", **HTMX)
                self.assertEqual(response.status_code, 403)
        self.assertEqual(Verdict.objects.count(), 0)

    def test_the_token_that_htmx_sends_from_the_page_is_taken(self):
        page = Markup(text(self.client.get("/")))
        (body,) = page.find("body")
        headers = json.loads(body["hx-headers"])

        response = self.client.post(
            self.address("judge"), {"value": "good"}, headers={**HTMX, **headers}
        )

        self.assertEqual(response.status_code, 200)
        self.assertEqual(Verdict.objects.get().made_by, self.owner)

    def test_every_form_that_posts_carries_a_token(self):
        pages = ["board", "pair", "titles", "title", "title-add", "jobs", "job"]
        for name in [
            *pages,
            "bins",
            "bin",
            "search",
            "search-found",
            "laying",
            "edit",
            "edit-new",
        ]:
            shown = text(self.ask(self.client, name))
            posting = shown.count('method="post"')
            with self.subTest(name=name):
                self.assertGreater(posting, 0)
                self.assertEqual(shown.count("csrfmiddlewaretoken"), posting)


class ContentPolicyTests(EveryAddress):
    def test_every_answer_allows_only_our_own_files(self):
        client = logged_in(self.owner)
        for name in own_patterns():
            with self.subTest(name=name):
                policy = self.ask(client, name)["Content-Security-Policy"]
                self.assertIn("default-src 'none'", policy)
                self.assertIn("script-src 'self'", policy)
                self.assertIn("style-src 'self'", policy)
                self.assertNotIn("unsafe", policy)

    def test_every_picture_has_words_or_says_that_it_needs_none(self):
        client = logged_in(self.owner)
        for name in ("board", "pair", "titles", "title", "loop-part", "bins", "bin"):
            pictures = Markup(text(self.ask(client, name))).find("img")
            with self.subTest(name=name):
                self.assertTrue(pictures)
                self.assertEqual([p for p in pictures if "alt" not in p], [])

    def test_no_page_has_script_or_style_of_its_own(self):
        client = logged_in(self.owner)
        for name in set(own_patterns()) - CHANGES - {"logout"}:
            shown = self.ask(client, name)
            if not shown.headers.get("Content-Type", "").startswith("text/html"):
                continue
            for tag, attributes in Markup(text(shown)).elements:
                with self.subTest(name=name, tag=tag):
                    self.assertNotEqual(tag, "style")
                    self.assertFalse([a for a in attributes if a.startswith("on")])
                    self.assertNotIn("style", attributes)
                    self.assertNotIn("hx-on", attributes)
                    if tag == "script":
                        self.assertTrue(attributes["src"].startswith("/static/"))
