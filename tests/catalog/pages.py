"""What tests of pages share: reading answers, and what no page may contain."""

from __future__ import annotations

import logging
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from django.test import Client, TestCase

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import HttpResponseBase

HTMX = {"HX-Request": "true"}


class Markup(HTMLParser):
    """Collects the elements of a page as (tag, attributes)."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def find(self, tag: str, **attributes: str) -> list[dict[str, str]]:
        """Attributes of each element of this tag that has these ones (id, class_...)."""
        wanted = {
            name.strip("_").replace("_", "-"): v for name, v in attributes.items()
        }
        return [
            found
            for name, found in self.elements
            if name == tag and wanted.items() <= found.items()
        ]

    def by_id(self, name: str) -> dict[str, str]:
        """Attributes of the element with this id; empty when there is none."""
        return next((a for _, a in self.elements if a.get("id") == name), {})


def markup(response: HttpResponseBase) -> Markup:
    """Read the elements of an answer."""
    return Markup(text(response))


def text(response: HttpResponseBase) -> str:
    """The whole body, streamed or not."""
    if getattr(response, "streaming", False):
        return b"".join(response).decode("latin-1")
    return str(response.content.decode())  # type: ignore[attr-defined]


def card_ids(response: HttpResponseBase) -> list[int]:
    """Keys of the candidates a board shows, in its order."""
    cards = [
        a for a in markup(response).find("article") if "card" in a["class"].split()
    ]
    return [int(card["id"].removeprefix("card-")) for card in cards]


def logged_in(user: User, *, enforce_csrf_checks: bool = False) -> Client:
    """A browser in which this user is logged in."""
    client = Client(enforce_csrf_checks=enforce_csrf_checks)
    client.force_login(user)
    return client


class PageTestCase(TestCase):
    """A test of pages; refusals it asks for are not logged as warnings."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in (
            "django.request",
            "django.security.csrf",
            "axes.handlers.database",
        ):
            log = logging.getLogger(name)
            cls.addClassCleanup(log.setLevel, log.level)
            log.setLevel(logging.ERROR)
