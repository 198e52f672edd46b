"""How fast a title is matched with all the others."""

import time
from itertools import islice

from catalog.models import EncoderVersion, Title
from pipelines.across import BATCH_SHOTS, own_shots, pairs_across
from pipelines.encoders import live_versions

SHOTS = 2 * BATCH_SHOTS


def pair_a_title(kind: object, version: EncoderVersion) -> None:
    """Print the seconds a shot costs, look-ups and exact scores together."""
    live_versions()  # loads the encoders, which no shot should pay for
    title = Title.objects.order_by("pk")[7]
    own = own_shots(title)[:SHOTS]
    began = time.perf_counter()
    pieces = list(islice(pairs_across(title, kind, version, own), SHOTS))
    took = time.perf_counter() - began
    found = sum(len(piece) for piece in pieces if piece is not None)
    print(
        f"  a title across: {len(own)} shots, {len(own) / took:.1f} shots/s, "
        f"{found / max(len(own), 1):.0f} pairs a shot kept",
        flush=True,
    )
