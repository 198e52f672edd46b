"""A real Chromium against a live server with the real worker behind it."""

from __future__ import annotations

import os
import shutil
import time
import unittest
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.staticfiles.testing import StaticLiveServerTestCase
from django.test import Client

from tests.factories import PASSWORD, add_production, add_user
from tests.ingesting import IngestCase

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from playwright.sync_api import Browser, BrowserContext, Page

    from catalog.models import Production

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
# Nothing that calls home, and what a container without a screen needs.
ARGUMENTS = [
    *(
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
    ),
    *("--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--autoplay-policy=no-user-gesture-required"),
]
# The page may be drawn by a machine that decodes a film at the same time.
PATIENCE_MS = 60_000


def find_chromium() -> str:
    """Path of a browser on this machine.

    Raises SkipTest with the reason when there is none; AssertionError instead where
    KULESHOV_REQUIRE_BROWSER says that these tests have to run.
    """
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        reason = "no Chromium on this machine: install Debian's package chromium"
        if os.environ.get("KULESHOV_REQUIRE_BROWSER"):
            raise AssertionError(reason)
        raise unittest.SkipTest(reason)
    return found


class BrowserTestCase(IngestCase, StaticLiveServerTestCase):
    """A test in a browser in which an editor is logged in; any script error fails it."""

    browser: Browser

    @classmethod
    def setUpClass(cls) -> None:
        """Start the browser and the server."""
        path = find_chromium()
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 (may be absent)

        super().setUpClass()
        # Playwright runs a loop in this thread, in which Django would refuse its ORM.
        before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
        cls.addClassCleanup(_restore, "DJANGO_ALLOW_ASYNC_UNSAFE", before)
        playwright = sync_playwright().start()
        cls.addClassCleanup(playwright.stop)
        cls.browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        cls.addClassCleanup(cls.browser.close)

    def setUp(self) -> None:
        """Have an editor with a production, logged in."""
        super().setUp()
        self.production: Production = add_production("Harbour")
        self.editor: User = add_user("anna", "editor", [self.production])
        self.faults: list[str] = []
        self.page = self.enter(self.context())

    def tearDown(self) -> None:
        """Fail on what the browser had to complain of."""
        self.assertEqual(self.faults, [])
        super().tearDown()

    def context(self, *, scripts: bool = True) -> BrowserContext:
        """A browser of its own, with no cookies."""
        context = self.browser.new_context(
            viewport={"width": 1440, "height": 900}, java_script_enabled=scripts
        )
        self.addCleanup(context.close)
        context.set_default_timeout(PATIENCE_MS)
        return context

    def enter(self, context: BrowserContext) -> Page:
        """A page at the board in which the editor is logged in already."""
        client = Client()
        client.force_login(self.editor)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        where = {"name": settings.SESSION_COOKIE_NAME, "url": self.live_server_url}
        context.add_cookies([{**where, "value": session}])  # type: ignore[typeddict-item]
        page = self._listened_to(context)
        page.goto(f"{self.live_server_url}/")
        return page

    def log_in(self, context: BrowserContext) -> Page:
        """A page at the board, by way of the login form."""
        page = self._listened_to(context)
        page.goto(f"{self.live_server_url}/")
        self.fill_in_login(page)
        return page

    def fill_in_login(self, page: Page) -> None:
        """From the form to the board."""
        page.fill("#id_username", "anna")
        page.fill("#id_password", PASSWORD)
        page.click("main button")
        page.wait_for_url(f"{self.live_server_url}/")

    def _listened_to(self, context: BrowserContext) -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._heard)
        return page

    def _heard(self, message: object) -> None:
        # A policy that was broken, a module that is missing: all are errors here.
        if getattr(message, "type", "") == "error":
            self.faults.append(str(getattr(message, "text", message)))

    def open(self, path: str) -> None:
        """Go to a page of the server."""
        self.page.goto(f"{self.live_server_url}{path}")

    def until(self, true: Callable[[], bool]) -> None:
        """Wait for something to become true, as a person looks at the page.

        Playwright's own waiting for a function is an eval, which our policy forbids.
        """
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while not true():
            if time.monotonic() > deadline:
                raise AssertionError(f"it never came: {self.faults}")
            self.page.wait_for_timeout(50)

    def evaluate(self, expression: str) -> Any:
        """What an expression is on the page; a page just leaving is not asked."""
        from playwright.sync_api import Error  # noqa: PLC0415 (may be absent)

        for _ in range(20):
            try:
                return self.page.evaluate(expression)
            except Error as error:
                if "context was destroyed" not in str(error):
                    raise
                self.page.wait_for_timeout(50)
        raise AssertionError("the page goes on leaving")

    def import_folder(self) -> Path:
        """A folder that titles may be taken from."""
        return Path(settings.IMPORT_ROOTS[0])


def _restore(name: str, before: str | None) -> None:
    if before is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = before
