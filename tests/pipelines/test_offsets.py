"""Which frames around a cut meet best, by a real worker, on a film whose answer is known."""

import json

import av
import cv2
import numpy as np

from catalog.files import local_path
from catalog.matchcuts import cut_of_candidate, cut_of_item
from catalog.models import Job
from catalog.offsets import REACH, offsets_key
from catalog.services import add_job
from catalog.stills import still_key
from mlcore.matching.kinds import FRAME, KINDS
from mlcore.matching.masks import area, unpack
from mlcore.matching.moments import Slot
from pipelines.kinds import read_kind
from tests.factories import add_bin_item, add_candidate, add_match_set
from tests.films import OUTLINES, RATE, SIZE, texture
from tests.ingesting import IngestCase, ended

FRAMES = 20
# The second shot's subject stands where the first one's is 7 frames before its end, and
# sinks to its height in its sixth frame.
MEET_LEAVING, MEET_ENTERING = FRAMES - 1 - 7, 5


def walking(frame):
    """The first shot's subject walks to the right."""
    return 0.1 + 0.02 * frame, 0.3


def sinking(frame):
    """The second shot's subject sinks where the first one's has passed."""
    return walking(MEET_LEAVING)[0], 0.3 + 0.03 * (frame - MEET_ENTERING)


def write_walk(path):
    """Three shots of 20 frames: walking, another subject, sinking."""
    shots = (
        (walking, "star", 1),
        (lambda _: (0.6, 0.1), "boat", 2),
        (sinking, "star", 3),
    )
    with av.open(str(path), "w") as target:
        stream = target.add_stream("libx264", rate=RATE)
        stream.width, stream.height = SIZE
        stream.pix_fmt, stream.options = "yuv420p", {"crf": "16"}
        for place, outline, scene in shots:
            ground = texture(scene, calm=True)[: SIZE[1], : SIZE[0]]
            for frame in range(FRAMES):
                view = ground.copy()
                corners = np.array(OUTLINES[outline]) * (0.3, 0.5) + place(frame)
                points = np.round(corners * SIZE).astype(np.int32)
                cv2.fillPoly(view, [points], (225.0, 190.0 + 10 * scene, 240.0))
                target.mux(stream.encode(av.VideoFrame.from_ndarray(view)))
        target.mux(stream.encode(None))
    return path


class OffsetTests(IngestCase):
    """The film is ingested once and looked at often, for that takes seconds."""

    def setUp(self):
        super().setUp()
        self.title = self.ingested(write_walk(self.folder / "walk.mp4"))
        first, _, last = self.title.shots.all()
        self.pair = add_candidate(add_match_set(self.title, live=False), first, last)

    def asked(self, subject):
        """The job, over, whatever its end."""
        key = f"offsets:{json.dumps(subject)}"
        job = add_job(Job.Kind.OFFSETS, self.title, subject=subject, key=key)
        return ended(job, self.worker)

    def found(self, cut, subject):
        """What the file of a cut holds after asking for it."""
        job = self.asked(subject)
        self.assertEqual(job.state, Job.State.DONE, job.log)
        return json.loads(local_path(offsets_key(cut)).read_text())

    def test_around_a_cut(self):
        cut = cut_of_candidate(self.pair)
        found = self.found(cut, {"candidate": self.pair.pk})

        self.assert_silhouettes_are_kept_whole_and_cut()
        self.assert_the_peak_is_where_the_subjects_meet(found, cut)
        self.assert_every_score_is_made_of_its_parts(found, FRAME)
        self.assert_masks_flow_and_stills_of_every_frame(found)
        self.assert_the_alignment_lays_one_subject_on_the_other(found)
        self.assert_it_is_looked_for_once(cut)
        self.assert_a_nudged_cut_in_a_bin_has_a_file_of_its_own(cut)
        self.assert_light_is_compared_frame_by_frame()
        self.assert_what_is_not_there_is_one_sentence()

    def assert_silhouettes_are_kept_whole_and_cut(self):
        shot = self.title.shots.get(index=0)
        kept = list(shot.masks.filter(slot="tail").order_by("variant"))
        self.assertEqual(kept[0].variant, 0)
        self.assertGreater(len(kept), 1)
        self.assertEqual(
            {(m.instance, str(m.placed)) for m in kept}, {(0, str(kept[0].placed))}
        )
        version = kept[0].version
        rows = read_kind(FRAME, version, [s.pk for s in self.title.shots.all()])
        self.assertEqual(len(rows), shot.masks.model.objects.filter(variant=0).count())
        tail = rows.pick((rows.shot == 0) & (rows.slot == Slot.TAIL))
        self.assertEqual(int((tail.cut >= 0).sum()), len(kept) - 1)

    def assert_the_peak_is_where_the_subjects_meet(self, found, cut):
        last = cut.leaving.frame
        self.assertEqual(found["leaving_frames"], list(range(last - REACH, last + 1)))
        first = cut.entering.frame
        self.assertEqual(
            found["entering_frames"], list(range(first, first + REACH + 1))
        )
        row, column = found["peak"]
        shots = cut.leaving.first_frame, cut.entering.first_frame
        peak = found["leaving_frames"][row], found["entering_frames"][column]
        self.assertEqual(peak, (shots[0] + MEET_LEAVING, shots[1] + MEET_ENTERING))
        self.assertEqual(found["here"], [REACH, 0])
        self.assertGreater(found["scores"][row][column], 0.9)
        self.assertLess(found["scores"][REACH][0], found["scores"][row][column] - 0.1)

    def assert_every_score_is_made_of_its_parts(self, found, kind):
        scores = np.array(found["scores"], np.float32)
        parts = {
            name: np.array(cells, np.float32).ravel()
            for name, cells in found["parts"].items()
        }
        again = kind.score_from_parts(parts)
        seen = ~np.isnan(scores.ravel())
        self.assertTrue(seen.any())
        self.assertEqual(again[seen].tolist(), scores.ravel()[seen].tolist())

    def assert_masks_flow_and_stills_of_every_frame(self, found):
        for side in ("leaving", "entering"):
            frames = found[f"{side}_frames"]
            for frame, mask in zip(frames, found["masks"][side], strict=True):
                self.assertAlmostEqual(
                    area(unpack(bytes.fromhex(mask))), 0.055, delta=0.02
                )
                self.assertTrue(local_path(still_key(self.title, frame)).exists())
            flows = found["flow"][side]
            self.assertEqual({len(flow) for flow in flows if flow}, {288})
        self.assertIsNone(found["flow"]["entering"][0])  # it would compare two shots

    def assert_the_alignment_lays_one_subject_on_the_other(self, found):
        here, peak = found["alignments"]["here"], found["alignments"]["peak"]
        self.assertAlmostEqual(here["scale"], 1.0, delta=0.04)
        # At the cut one has walked on 7 frames, and the other has 5 still to sink.
        self.assertAlmostEqual(here["dx"], 0.02 * 7, delta=0.02)
        self.assertAlmostEqual(here["dy"], 0.03 * 5 * 9 / 16, delta=0.02)
        self.assertGreater(here["iou_after"], here["iou_before"] + 0.3)
        self.assertAlmostEqual(peak["dx"], 0.0, delta=0.01)
        self.assertTrue(peak["fits"])
        self.assertEqual(here["fits"], here["zoom"] <= here["budget"])
        self.assertEqual(bool(here["reason"]), not here["fits"])

    def assert_it_is_looked_for_once(self, cut):
        file = local_path(offsets_key(cut))
        file.write_text('{"already": "there"}')

        found = self.found(cut, {"candidate": self.pair.pk})

        self.assertEqual(found, {"already": "there"})

    def assert_a_nudged_cut_in_a_bin_has_a_file_of_its_own(self, cut):
        item = add_bin_item(self.pair)
        item.leaving_frame -= 7
        item.entering_frame += 5
        item.save()
        nudged = cut_of_item(item)
        self.assertNotEqual(offsets_key(nudged), offsets_key(cut))

        found = self.found(nudged, {"item": item.pk})

        self.assertEqual(found["here"], found["peak"])
        self.assertEqual(len(found["leaving_frames"]), REACH + 1 + 7)
        self.assertEqual(len(found["entering_frames"]), REACH + 1 + 5)

    def assert_light_is_compared_frame_by_frame(self):
        self.pair.kind = "light"
        self.pair.save()

        found = self.found(
            cut_of_candidate(self.pair), {"candidate": self.pair.pk, "again": 1}
        )

        self.assertEqual(found["kind"], "light")
        self.assertIn("layout", found["parts"])
        self.assert_every_score_is_made_of_its_parts(found, KINDS["light"])

    def assert_what_is_not_there_is_one_sentence(self):
        gone = self.asked({"candidate": 10**6})
        self.assertEqual(gone.state, Job.State.FAILED)
        self.assertEqual(
            gone.error, "This pair is no longer on the board; reload the page."
        )
        dropped = self.asked({"item": 10**6})
        self.assertEqual(
            dropped.error, "This cut is no longer in the bin; reload the page."
        )
        self.pair.kind = "weather"
        self.pair.save()
        unknown = self.asked({"candidate": self.pair.pk, "again": 2})
        self.assertEqual(unknown.state, Job.State.FAILED)
        self.assertIn("There is no live kind 'weather'", unknown.error)
