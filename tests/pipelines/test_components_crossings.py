"""Cuts that transitions hide: found where a component encoder is live, and only noted where not."""

import numpy as np
import torch
from django.test import TestCase

from catalog.models import CutChange, Job
from catalog.services import add_job, merge_with_previous
from mlcore.components.catalogue import component
from mlcore.components.drawing.laying import lay
from mlcore.shots.signals import Signals
from mlcore.spans import Span
from pipelines.components.crossings import crossings_of
from pipelines.components.shipped import set_up_finder
from tests.factories import add_encoder, add_title, add_user
from tests.factories import add_job as add_row
from tests.ingesting import IngestCase
from tests.mlcore.components.crops import crops
from tests.pipelines.test_components_detect import write
from tests.pipelines.test_components_learning import claimed

RATE, LENGTH, OVER = 25, 75, 40
HIDDEN = "transition/push right/0"


def film():
    """Two stills of photographs, (t, 3, h, w) 0..1, one pushed out by the other."""
    a, b = (each.expand(LENGTH, -1, -1, -1).clone() for each in crops(2, 180, 320))
    leaving, entering = (one[:1].expand(OVER, -1, -1, -1) for one in (a, b))
    over = lay(component(HIDDEN), leaving, RATE, entering=entering)
    a[-OVER // 2 :], b[: OVER // 2] = over[: OVER // 2], over[OVER // 2 :]
    return torch.cat([a, b])


def signals_of(tint):
    """Signals of which only the colours, (n, 6, 8, 3), say anything."""
    n = len(tint)
    one, flow = np.zeros(n, np.float32), np.zeros((n, 9, 16, 2), np.float16)
    return Signals(one, one, one, tint, flow)


class LostTests(TestCase):
    def test_an_encoder_that_is_lost_holds_nothing_up(self):
        add_encoder("component")
        claim = claimed(add_row(add_title(), kind=Job.Kind.REDETECT))
        tint = np.zeros((2 * LENGTH, 6, 8, 3), np.uint8)
        tint[LENGTH:] = 200

        found = crossings_of(claim, signals_of(tint), [Span(0, 2 * LENGTH)])

        self.assertEqual(found, [])
        claim.job.refresh_from_db()
        self.assertIn("not looked for: No trained component encoder", claim.job.log)


class BurstTests(TestCase):
    def test_what_breaks_into_a_shot_and_goes_again_hides_no_cut(self):
        # No encoder is live: had there been a place to ask about, the job would say so.
        claim = claimed(add_row(add_title(), kind=Job.Kind.REDETECT))
        tint = np.full((2 * LENGTH, 6, 8, 3), 60, np.uint8)
        for first, level in ((70, 200), (73, 120), (76, 240)):
            tint[first : first + 3] = level

        found = crossings_of(claim, signals_of(tint), [Span(0, 2 * LENGTH)])

        self.assertEqual(found, [])
        claim.job.refresh_from_db()
        self.assertNotIn("not looked for", claim.job.log)


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

        set_up_finder()
        self.found_again(title)

        [cut] = self.cuts(title)
        self.assertAlmostEqual(cut, LENGTH, delta=3)

        # What a person says stays.
        merged = title.shots.get(first_frame=cut)
        self.done(merge_with_previous(merged, user=add_user()))
        self.found_again(title)
        self.assertEqual(self.cuts(title), [])
        self.assertEqual(title.cut_changes.get().action, CutChange.Action.MERGE)
