from __future__ import annotations

from typing import TYPE_CHECKING, Any

from catalog.commands import Document, JsonCommand, find_editor, find_title
from catalog.models import Shot, Verdict
from catalog.services import Refused, label_pair

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from django.contrib.auth.models import User


class Command(JsonCommand):
    help = "Say whether a cut from one shot to another is good or bad."

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Take two shots and a word on them."""
        parser.add_argument("leaving", metavar="SHOT_A", help="number of the shot left")
        parser.add_argument("entering", metavar="SHOT_B", help="the shot that follows")
        parser.add_argument("value", metavar="good|bad")
        parser.add_argument(
            "--kind", default="frame", help="of match; frame if not given"
        )
        parser.add_argument(
            "--reason", default="", help=", ".join(Verdict.Reason.values)
        )
        parser.add_argument("--user", help="whose word it is")
        parser.add_argument("--title", help="the title both shots must be of")

    def answer(self, **options: Any) -> Document:
        """Write the verdict down."""
        user = find_editor(options["user"], "judge matches")
        leaving = _shot(options["leaving"], user)
        entering = _shot(options["entering"], user)
        if options["title"]:
            title = find_title(options["title"])
            for shot in (leaving, entering):
                if shot.title_id != title.pk:
                    raise Refused(f"Shot {shot.pk} is not a shot of {title}.")
        verdict = label_pair(
            leaving,
            entering,
            options["value"],
            kind=options["kind"],
            user=user,
            reason=options["reason"],
        )
        return {
            "verdict": verdict.pk,
            "kind": verdict.kind,
            "value": verdict.value,
            "reason": verdict.reason,
            "user": user.get_username() if user else None,
            "leaving": _side(leaving, verdict.leaving_frame),
            "entering": _side(entering, verdict.entering_frame),
        }

    def lines(self, document: Document) -> list[str]:
        """One line."""
        sides = [
            f"{side['title_name']} shot {side['shot_index']} {side['tc']}"
            for side in (document["leaving"], document["entering"])
        ]
        return [f"{document['value']} {document['kind']}: {'  >  '.join(sides)}"]


def _shot(word: str, user: User | None) -> Shot:
    seen = Shot.objects.visible_to(user) if user else Shot.objects.all()
    known = word.isdecimal() and len(word) < 19
    found = seen.select_related("title").filter(pk=int(word)) if known else seen.none()
    shot = found.first()
    if shot is None:
        whose = f" that {user.get_username()} may see" if user else ""
        raise Refused(f"There is no shot {word}{whose}.")
    return shot


def _side(shot: Shot, frame: int) -> Document:
    return {
        "title": shot.title_id,
        "title_name": str(shot.title),
        "shot": shot.pk,
        "shot_index": shot.index,
        "frame": frame,
        "tc": shot.title.tc(frame),
    }
