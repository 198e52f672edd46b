"""What became of the sample titles, against their truth: python -m bench.samples.

Looks at the titles that `make run` has ingested; needs a running database
(`make run`, or DATABASE_URL).
"""

import json
import os
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catalog.settings")
django.setup()

from catalog import embedded  # noqa: E402
from catalog.models import MatchCandidate, Title  # noqa: E402


def main() -> None:
    """Print cuts, roles and planted pairs of every sample title."""
    with embedded.services(embedded.var_folder()):
        for title in Title.objects.filter(state=Title.State.READY).order_by("pk"):
            truth = Path(title.added_path).with_suffix(".truth.json")
            if truth.exists():
                compare(title, json.loads(truth.read_text()))


def compare(title: Title, truth: dict[str, list[dict[str, object]]]) -> None:
    """Print one title."""
    shots = list(title.shots.all())
    wanted = {shot["first"]: shot["role"] for shot in truth["shots"]}
    found = {shot.first_frame: shot.role for shot in shots}
    wrong = [
        first for first in wanted.keys() & found.keys() if wanted[first] != found[first]
    ]
    print(
        f"{title}: {len(wanted) - 1} cuts, {len(wanted.keys() - found.keys())} missed, "
        f"{len(found.keys() - wanted.keys())} false; {len(wrong)} roles wrong"
    )
    for pair in truth["planted"]:
        either = {pair["leaving"], pair["entering"]}
        ranks = MatchCandidate.objects.filter(
            match_set__title=title,
            match_set__live=True,
            kind=pair["kind"],
            leaving__index__in=either,
            entering__index__in=either,
            rank__isnull=False,
        ).values_list("rank", flat=True)
        place = min(ranks, default=None)
        print(
            f"  {pair['kind']:<6} {pair['leaving']:>2} > {pair['entering']:<2} "
            f"{'rank ' + str(place) if place else 'not on the board':<17} {pair['why']}"
        )


if __name__ == "__main__":
    main()
