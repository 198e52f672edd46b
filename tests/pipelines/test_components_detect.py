"""What ships, on a film drawn with known transitions: looked through by the real worker."""

from itertools import pairwise

import av
import torch

from catalog.models import ComponentEmbedding, ComponentFinding, EditingComponent, Shot
from catalog.services import ask_detection
from mlcore.components.catalogue import catalogue, component
from mlcore.components.drawing.laying import lay
from pipelines.components.listing import list_components
from pipelines.components.shipped import (
    DETECTOR,
    FOLDER,
    load_finder,
    paths_of,
    set_up_finder,
)
from tests.ingesting import IngestCase
from tests.mlcore.components.crops import crops

RATE, LENGTH, SHOTS, OVER = 25, 75, 9, 50
LAID = {
    2: "transition/cross dissolve/0",
    4: "transition/push right/0",
    6: "transition/clock wipe on/0",
}
"""By the cut, counted from 1, that a transition lies over; the others are plain."""
BURNT, BURN = 8, "effect/film burn/2"
"""The shot, counted from 0, that an effect lies on; the others are plain."""


def drawn():
    """The film's frames, (t, 3, h, w) 0..1: stills of photographs, and three transitions."""
    stills = crops(SHOTS, 180, 320)
    shots = [still.expand(LENGTH, -1, -1, -1).clone() for still in stills]
    for cut, (a, b) in enumerate(pairwise(shots), start=1):
        if cut not in LAID:
            continue
        half = OVER // 2
        leaving, entering = (one[:1].expand(OVER, -1, -1, -1) for one in (a, b))
        over = lay(component(LAID[cut]), leaving, RATE, entering=entering)
        a[-half:], b[:half] = over[:half], over[half:]
    shots[BURNT] = lay(component(BURN), shots[BURNT], RATE)
    return torch.cat(shots)


def write(frames, path):
    with av.open(str(path), "w") as target:
        stream = target.add_stream("libx264", rate=RATE, options={"preset": "veryfast"})
        stream.height, stream.width = frames.shape[-2:]
        stream.pix_fmt = "yuv420p"
        for picture in (frames * 255).round().byte().permute(0, 2, 3, 1).numpy():
            target.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        target.mux(stream.encode(None))
    return path


class ShippedTests(IngestCase):
    def test_all_components_are_embedded_and_transitions_of_a_film_are_found(self):
        list_components(catalogue(), load_finder().unseen_bases)
        version = set_up_finder()
        self.check_embeddings(version)

        own = paths_of(version.weights_sha256)[1]
        own.write_bytes(b"of an earlier release")
        self.assertEqual(set_up_finder(), version)
        self.assertEqual(own.read_bytes(), (FOLDER / DETECTOR).read_bytes())
        self.check_embeddings(version)
        self.check_film()

    def check_embeddings(self, version):
        offered = EditingComponent.objects.offered()
        self.assertEqual(offered.count(), len(catalogue()))
        kept = ComponentEmbedding.objects.filter(version=version)
        self.assertEqual(kept.count(), offered.count())
        self.assertTrue(offered.filter(split="unseen").exists())

    def check_film(self):
        title = self.ingested(write(drawn(), self.folder / "laid.mp4"))
        # A push and a wipe hide their cuts from those who look for cuts alone.
        cuts = title.shots.filter(first_frame__lte=BURNT * LENGTH)
        firsts = list(cuts.values_list("first_frame", flat=True))
        self.assertEqual(len(firsts), SHOTS)
        for n, first in enumerate(firsts):
            self.assertAlmostEqual(first, n * LENGTH, delta=OVER // 2)
        # Where exactly they are is known: what lies on them is asked.
        title.shots.all().delete()
        Shot.objects.bulk_create(
            Shot(
                title=title, index=n, first_frame=n * LENGTH, end_frame=(n + 1) * LENGTH
            )
            for n in range(SHOTS)
        )

        self.done(ask_detection(title))

        found = ComponentFinding.objects.live().filter(title=title)
        at_cuts = found.exclude(cut_frame=None).order_by("cut_frame")
        said = {row.cut_frame // LENGTH: row.category for row in at_cuts}
        self.assertEqual(len(said), SHOTS - 1)
        laid = [said[cut] for cut in LAID]
        plain = [category for cut, category in said.items() if cut not in LAID]
        self.assertGreaterEqual(laid.count("transition"), 2, said)
        self.assertLessEqual(plain.count("transition"), 1, said)
        on_shots = found.filter(cut_frame=None).order_by("first_frame")
        categories = [row.category for row in on_shots]
        self.assertEqual(len(categories), SHOTS)
        self.assertEqual(categories[BURNT], "effect")
        # Half of a transition that was found is no part of the shots beside it.
        missed = {cut for cut in LAID if not said[cut]}
        beside = {shot for cut in missed for shot in (cut - 1, cut)}
        plain = [n for n in range(SHOTS) if n not in {*beside, BURNT}]
        self.assertEqual([categories[n] for n in plain], [""] * len(plain))
