from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from catalog.commands import Document, JsonCommand, find_title
from catalog.models import MatchCandidate, MatchSet, Shot


class Command(JsonCommand):
    help = "List ranked match cuts."

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Take filters."""
        parser.add_argument("--title", help="number or name")
        parser.add_argument("--kind", help="frame, motion and what else was sought")
        parser.add_argument("--top", type=int, default=20)
        parser.add_argument(
            "--across", action="store_true", help="only from one title to another"
        )

    def answer(self, **options: Any) -> Document:
        """The best candidates of the live sets, with every score part."""
        if options["top"] < 1:
            raise CommandError("--top must be at least 1.")
        found = MatchCandidate.objects.live().on_board()
        if options["title"]:
            found = found.touching_title(find_title(options["title"]))
        if options["across"]:
            found = found.across_titles()
        if options["kind"]:
            found = found.filter(kind=_known(options["kind"]))
        best = found.one_a_pair().best_first()[: options["top"]]
        return {"matches": [_match(rank, c) for rank, c in enumerate(best, start=1)]}

    def lines(self, document: Document) -> list[str]:
        """One line a pair."""
        said = [f"{'rank':>4}  {'kind':<7} {'score':>6}  leaving > entering"]
        for match in document["matches"]:
            sides = [
                f"{side['title_name']} shot {side['shot_index']} {side['tc']}"
                for side in (match["leaving"], match["entering"])
            ]
            said.append(
                f"{match['rank']:>4}  {match['kind']:<7} {match['score']:>6.3f}  "
                + "  >  ".join(sides)
            )
        return said


def _known(kind: str) -> str:
    known = MatchSet.objects.kinds()
    if kind not in known:
        raise CommandError(
            f"No search has sought the kind {kind!r}; "
            f"there are {', '.join(known) or 'none yet'}."
        )
    return kind


def _match(rank: int, candidate: MatchCandidate) -> Document:
    return {
        "id": candidate.pk,
        "rank": rank,
        "kind": candidate.kind,
        "score": candidate.score,
        "parts": candidate.parts,
        "leaving": _side(
            candidate.leaving, candidate.leaving_frame, candidate.handles("leaving")
        ),
        "entering": _side(
            candidate.entering, candidate.entering_frame, candidate.handles("entering")
        ),
        "transform": candidate.transform,
    }


def _side(shot: Shot, frame: int, handle_frames: int) -> Document:
    title = shot.title
    return {
        "title": title.pk,
        "title_name": str(title),
        "shot": shot.pk,
        "shot_index": shot.index,
        "frame": frame,
        "tc": title.tc(frame),
        "file": title.online_path() or title.added_path,
        "reel": title.reel,
        "handle_frames": handle_frames,
    }
