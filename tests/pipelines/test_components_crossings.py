"""Cuts that transitions hide: found where a component encoder is live, and only noted where not."""

import torch

from catalog.models import CutChange, Job
from catalog.services import add_job, merge_with_previous
from mlcore.components.catalogue import component
from mlcore.components.drawing.laying import lay
from pipelines.components.shipped import paths_of, set_up_finder
from tests.factories import add_user
from tests.ingesting import IngestCase
from tests.mlcore.components.crops import crops
from tests.pipelines.test_components_detect import write

RATE, LENGTH, OVER = 25, 75, 40
HIDDEN = "transition/push right/0"


def film():
    """Two stills of photographs, (t, 3, h, w) 0..1, one pushed out by the other."""
    a, b = (each.expand(LENGTH, -1, -1, -1).clone() for each in crops(2, 180, 320))
    leaving, entering = (one[:1].expand(OVER, -1, -1, -1) for one in (a, b))
    over = lay(component(HIDDEN), leaving, RATE, entering=entering)
    a[-OVER // 2 :], b[: OVER // 2] = over[: OVER // 2], over[OVER // 2 :]
    return torch.cat([a, b])


class CrossingTests(IngestCase):
    def cuts(self, title):
        return list(title.shots.values_list("first_frame", flat=True))[1:]

    def found_again(self, title):
        return self.done(add_job(Job.Kind.REDETECT, title))

    def test_hidden_cuts_are_found_where_an_encoder_is_live(self):
        title = self.ingested(write(film(), self.folder / "hidden.mp4"))
        self.assertEqual(self.cuts(title), [])
        self.assertIn(
            "hidden by transitions were not looked for",
            title.jobs.get(kind=Job.Kind.INGEST).log,
        )

        # An encoder that is lost holds nothing up.
        weights, _ = paths_of(set_up_finder().weights_sha256)
        lost = weights.rename(weights.with_suffix(".lost"))
        self.assertIn(".safetensors is missing", self.found_again(title).log)

        lost.rename(weights)
        self.found_again(title)

        [cut] = self.cuts(title)
        self.assertAlmostEqual(cut, LENGTH, delta=3)

        # What a person says stays.
        merged = title.shots.get(first_frame=cut)
        self.done(merge_with_previous(merged, user=add_user()))
        self.found_again(title)
        self.assertEqual(self.cuts(title), [])
        self.assertEqual(title.cut_changes.get().action, CutChange.Action.MERGE)
