from __future__ import annotations

from argparse import SUPPRESS
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.back_ends import BACK_ENDS, COMPOSITE
from catalog.commands import Document, JsonCommand, ended_badly, find_editor, find_title
from catalog.documents.edits import edit_document
from catalog.forms.edits import USUAL_FRAMES
from catalog.models import EditJob, Job, Shot, Title
from catalog.pictures import check_still
from catalog.services import (
    EditPlan,
    EditWish,
    Refused,
    accept_edit,
    ask_edit,
    cancel_edit,
    foretell_edit,
    reproduce_edit,
    resume_edit,
    wish_of,
)
from catalog.services.edit_checks import SUBJECTS
from catalog.waiting import a_worker, wait_for

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator

    from django.contrib.auth.models import User


LISTED = 20
PIECE = 1 << 20
Region = EditJob.Region


class Command(JsonCommand):
    help = "Put the object of a picture into a shot; look after edits, accept them."
    waited = False

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Take the verb."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        ask = verbs.add_parser("ask", help="ask for an edit")
        listed = verbs.add_parser("list", help="the newest edits")
        listed.add_argument("--title", help="only of this one: its number or name")
        one = {
            "show": "one edit, whole",
            "cancel": "stop one at its next step",
            "resume": "go on with one that was cancelled or failed",
            "reproduce": "make the same again and compare the pixels",
            "accept": "take a result into the catalogue",
        }
        named = {
            name: verbs.add_parser(name, help=words) for name, words in one.items()
        }
        for verb in named.values():
            verb.add_argument("edit", metavar="EDIT", type=int, help="its number")
        named["accept"].add_argument("--name", default="", help="of the new title")
        for name in ("ask", "reproduce", "accept"):
            verbs.choices[name].add_argument("--user", help="who asks for it")
        _add_wish(ask)
        for verb in (ask, named["resume"], named["reproduce"]):
            verb.add_argument("--wait", action="store_true", help="run to the end")
        for verb in (ask, listed, *named.values()):
            # Suppressed: its default would undo a --json in front of the verb.
            verb.add_argument("--json", action="store_true", default=SUPPRESS)

    def answer(self, **options: Any) -> Document:
        """Do it."""
        verb = options["verb"]
        if verb == "list":
            return {"edits": [edit_document(each) for each in _listed(options)]}
        if verb == "ask" and options["estimate"]:
            return _foretold(options)
        if verb == "ask":
            wish, user = _wish(options), _who(options)
            _check_visible(wish.title, user)
            image = options["image"]
            pieces = None if image is None else _pieces(image)
            edit = ask_edit(wish, user=user, picture=pieces)
        else:
            edit = _VERBS[verb](_named(options["edit"]), options)
        self.waited = bool(options.get("wait"))
        if self.waited:
            job = Job.objects.get(edit=edit)
            with a_worker() as worker:
                wait_for([job], self.stderr.write, worker)
        return edit_document(_named(edit.pk))

    def lines(self, document: Document) -> list[str]:
        """One line an edit; one edit whole."""
        if "edits" in document:
            return [_line(each) for each in document["edits"]]
        if "state" not in document:
            return [f"{name}: {value}" for name, value in document.items()]
        told = ("error", "video", "metrics", "same_pixels", "accepted")
        more = [each for each in told if document[each] not in ("", None, {})]
        return [
            _line(document),
            *(f"  {name}: {document[name]}" for name in more),
        ]

    def failed(self, document: Document) -> bool:
        """True when the edit's job ended without success; cancelled, where it was waited for."""
        return ended_badly(document, cancelled=self.waited)


def _add_wish(ask: ArgumentParser) -> None:
    of = ask.add_mutually_exclusive_group(required=True)
    of.add_argument("--shot", type=int, help="number of a shot, from `shots`")
    of.add_argument("--title", help="a title, with --frames")
    of.add_argument(
        "--again", type=int, metavar="EDIT", help="the same, but for the rest"
    )
    ask.add_argument(
        *("--frames",),
        type=int,
        nargs=2,
        metavar=("FIRST", "END"),
        help="of the title, END not included; else the shot's first second or so",
    )
    ask.add_argument("--image", type=Path, help="a picture of what is wanted")
    ask.add_argument("--source-prompt", help="what is seen now")
    ask.add_argument("--target-prompt", help="what is wanted")
    ask.add_argument("--back-end", choices=list(BACK_ENDS))
    where = ask.add_mutually_exclusive_group()
    where.add_argument("--subject", choices=SUBJECTS, help="who stands in front")
    where.add_argument("--box", type=float, nargs=4, metavar=("X", "Y", "W", "H"))
    where.add_argument("--click", type=float, nargs=2, metavar=("X", "Y"))
    where.add_argument("--mask", help="64 x 64 bits in hexadecimal digits")
    ask.add_argument("--at", type=int, metavar="FRAME", help="that is marked")
    ask.add_argument("--strength", type=float)
    ask.add_argument("--steps", type=int)
    ask.add_argument("--seed", type=int)
    ask.add_argument(
        "--estimate", action="store_true", help="only say what it would take"
    )


def _wish(options: dict[str, Any]) -> EditWish:
    told = {
        name: options[name]
        for name in ("source_prompt", "target_prompt", "back_end")
        if options[name] is not None
    }
    told |= {
        name: options[name]
        for name in ("strength", "steps", "seed")
        if options[name] is not None
    }
    if options["frames"]:
        told["first_frame"], told["end_frame"] = options["frames"]
    if options["again"] is not None:
        before = _named(options["again"])
        first = told.get("first_frame", before.first_frame)
        return wish_of(before, **told, **_region(options, first))
    title, first, end = _range(options)
    usual = {"first_frame": first, "end_frame": end, "back_end": COMPOSITE}
    usual |= {"source_prompt": "", "target_prompt": ""}
    told = {**usual, **told}
    return EditWish(title=title, **told, **_region(options, told["first_frame"]))


def _range(options: dict[str, Any]) -> tuple[Title, int, int]:
    if options["shot"] is not None:
        shot = Shot.objects.filter(pk=options["shot"]).select_related("title").first()
        if shot is None:
            raise Refused(f"There is no shot {options['shot']}.")
        end = min(shot.end_frame, shot.first_frame + USUAL_FRAMES)
        return shot.title, shot.first_frame, end
    title = find_title(options["title"])
    if not options["frames"]:
        raise Refused("Name the frames of the title: --frames FIRST END.")
    return title, *options["frames"]


def _region(options: dict[str, Any], first_frame: int) -> dict[str, Any]:
    frame = first_frame if options["at"] is None else options["at"]
    ways: dict[str, tuple[str, dict[str, Any]]] = {
        "subject": (Region.SUBJECT, {"subject": options["subject"]}),
        "box": (Region.BOX, {"frame": frame, "box": options["box"]}),
        "click": (Region.CLICK, {"frame": frame, "at": options["click"]}),
        "mask": (Region.DRAWN, {"frame": frame, "mask": options["mask"]}),
    }
    for name, (region, given) in ways.items():
        if options[name] is not None:
            return {"region": region, "region_given": given}
    return {}


def _pieces(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as stream:
            check_still(stream)
            yield from iter(lambda: stream.read(PIECE), b"")
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}.") from None


def _foretold(options: dict[str, Any]) -> Document:
    wish = _wish(options)
    frames = wish.end_frame - wish.first_frame
    told = foretell_edit(
        EditPlan(
            back_end=wish.back_end,
            title=wish.title,
            frames=frames,
            steps=wish.steps,
            strength=wish.strength,
            marked=wish.region != Region.NONE,
        )
    )
    return {
        "frames": told.frames,
        "seconds": told.seconds,
        "from": told.words,
        "jobs_before": told.before,
    }


def _listed(options: dict[str, Any]) -> list[EditJob]:
    found = EditJob.objects.with_rows()
    if options["title"]:
        found = found.filter(title=find_title(options["title"]))
    return list(found[:LISTED])


def _named(number: int) -> EditJob:
    found = EditJob.objects.with_rows().filter(pk=number).first()
    if found is None:
        raise Refused(f"There is no edit {number}; `edit list` shows them.")
    return found


def _who(options: dict[str, Any]) -> User | None:
    return find_editor(options["user"], "edit")


def _check_visible(title: Title, user: User | None) -> None:
    if user and not Title.objects.visible_to(user).filter(pk=title.pk).exists():
        name = user.get_username()
        raise Refused(f"There is no title {title.pk} that {name} may see.")


def _same(edit: EditJob, _options: dict[str, Any]) -> EditJob:
    return edit


def _cancelled(edit: EditJob, _options: dict[str, Any]) -> EditJob:
    cancel_edit(edit)
    return edit


def _resumed(edit: EditJob, _options: dict[str, Any]) -> EditJob:
    resume_edit(edit)
    return edit


def _reproduced(edit: EditJob, options: dict[str, Any]) -> EditJob:
    user = _who(options)
    _check_visible(edit.title, user)
    return reproduce_edit(edit, user=user)


def _accepted(edit: EditJob, options: dict[str, Any]) -> EditJob:
    user = _who(options)
    _check_visible(edit.title, user)
    accept_edit(edit, user=user, name=options["name"])
    return edit


_VERBS = {
    "show": _same,
    "cancel": _cancelled,
    "resume": _resumed,
    "reproduce": _reproduced,
    "accept": _accepted,
}


def _line(document: Document) -> str:
    return (
        f"Edit {document['id']}: {document['state']} {document['stage']}, "
        f"{document['source_prompt']} -> {document['target_prompt']}, "
        f"{document['frames']} frames by {document['back_end']}"
    )
