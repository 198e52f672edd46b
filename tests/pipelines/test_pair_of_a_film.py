"""What the pair page promises of a film that a real worker has matched."""

import av
import numpy as np

from catalog.files import local_path
from catalog.loops import loop_of_cut
from catalog.matchcuts import cut_of_candidate
from catalog.models import Job, MatchCandidate
from catalog.services import add_job, moved_to
from mlcore.matching.kinds import KINDS
from tests.films import planted_film, write_film
from tests.ingesting import IngestCase, ended


class PairOfAFilmTests(IngestCase):
    def test_parts_make_the_score_again_and_nudged_frames_are_rendered(self):
        title = self.ingested(write_film(self.folder / "film.mp4", planted_film()))
        found = MatchCandidate.objects.filter(match_set__title=title)
        candidates = list(found.select_related("match_set"))

        self.assertGreater(len(candidates), 20)
        for one in candidates:
            self._parts_make_the_score(one)
        self._formulas_are_written_down(candidates[0])
        self._nudged_loop(candidates[0])

    def _parts_make_the_score(self, candidate: MatchCandidate) -> None:
        parts = {
            name: np.array([value], np.float32)
            for name, value in candidate.parts.items()
        }
        score = KINDS[candidate.kind].score_from_parts(parts)
        self.assertEqual(float(score[0]), candidate.score, candidate)

    def _formulas_are_written_down(self, candidate: MatchCandidate) -> None:
        formulas = candidate.match_set.config["formulas"]
        self.assertEqual(set(formulas), set(KINDS))
        # Each says of what parts the score is made, by their own names.
        for name in ("placed_iou", "seen_iou", "same_class"):
            self.assertIn(name, formulas["frame"])

    def _nudged_loop(self, candidate: MatchCandidate) -> None:
        out = candidate.leaving.first_frame + 5
        into = candidate.entering.first_frame + 3
        subject = {"candidate": candidate.pk, "out": out, "in": into}
        self.done(add_job(Job.Kind.LOOP, None, subject=subject, key="nudged"))

        matched = cut_of_candidate(candidate)
        cut = moved_to(matched, leaving_frame=out, entering_frame=into)
        loop = loop_of_cut(cut)
        wanted = 6 + (candidate.entering.end_frame - into)
        with av.open(str(local_path(loop.key))) as opened:
            self.assertEqual(sum(1 for _ in opened.decode(video=0)), wanted)

        subject["out"] = candidate.leaving.end_frame
        job = add_job(Job.Kind.LOOP, None, subject=subject, key="outside")
        self.assertEqual(ended(job, self.worker).state, Job.State.FAILED)
        self.assertIn("not inside the shot", job.error)
