"""The five steps together, on a drawn film whose matches are known."""

import unittest

import cv2
import numpy as np

from mlcore.matching.kinds import FRAME, MOTION, frame_rows, motion_rows
from mlcore.matching.masks import centred, pack, placed
from mlcore.matching.moments import Slot
from mlcore.matching.motion import measure_motion, motion_windows
from mlcore.matching.pairs import score_pairs
from mlcore.matching.rank import barred, rank
from mlcore.matching.segmenters import PeopleFirst
from mlcore.shots.detect import find_shots
from mlcore.shots.roles import shot_role
from mlcore.shots.signals import SignalRecorder
from tests import films
from tests.mlcore.photographs import weights_folder

SLOTS = (Slot.HEAD, Slot.MIDDLE, Slot.TAIL)


class PlantedFilmTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.film = films.planted_film()
        cls.frames = list(films.pictures(cls.film))
        recorder = SignalRecorder()
        for frame in cls.frames:
            small = cv2.resize(frame, (256, 144), interpolation=cv2.INTER_AREA)
            recorder.push(np.ascontiguousarray(small[..., ::-1]))
        cls.signals = recorder.take()
        cls.shots = find_shots(cls.signals, films.RATE)
        cls.roles = [cls.role(shot) for shot in cls.shots]

    @classmethod
    def role(cls, shot):
        stills = [cls.frames[shot.first + len(shot) * k // 4] for k in (1, 2, 3)]
        return shot_role(cls.signals[shot.first : shot.end], stills)

    def board(self, kind, rows):
        shots = len(self.shots)
        adjacent = [(n, n + 1) for n in range(shots - 1)]
        groups = np.arange(shots)
        found = score_pairs(kind, rows, shots, barred=barred(groups, adjacent))
        order = rank(found, adjacent=adjacent, groups=groups)
        return [(int(found.leaving[at]), int(found.entering[at])) for at in order]

    def planted(self, kind):
        return {frozenset((a, b)) for name, a, b in self.film.planted if name == kind}

    def first_of(self, board, kind):
        """As many pairs as were planted, whichever way round, from the top."""
        pairs = list(dict.fromkeys(frozenset(pair) for pair in board))
        return set(pairs[: len(self.planted(kind))])

    def test_its_cuts_and_roles_are_found(self):
        self.assertEqual([s.first for s in self.shots[1:]], self.film.cuts)
        self.assertEqual(self.roles, [shot.role for shot in self.film.shots])

    def test_every_planted_silhouette_is_on_top(self):
        segmenter = PeopleFirst(weights_folder())
        columns = {
            name: []
            for name in ("shot", "slot", "frame", "placed", "centred", "person")
        }
        for number, shot in enumerate(self.shots):
            if self.roles[number] != "picture":
                continue
            for slot, at in zip(
                SLOTS,
                (shot.first, shot.first + len(shot) // 2, shot.end - 1),
                strict=True,
            ):
                found = segmenter.segment(self.frames[at])
                where = found and placed(found.coverage)
                if where is None:
                    continue
                shape = centred(found.coverage, 16 / 9)
                row = (
                    number,
                    slot,
                    at,
                    pack(where),
                    pack(shape),
                    found.subject == "person",
                )
                for name, value in zip(columns, row, strict=True):
                    columns[name].append(value)
        rows = frame_rows(**columns, aspect=[16 / 9] * len(columns["shot"]))

        top = self.board(FRAME, rows)

        self.assertEqual(self.first_of(top, "frame"), self.planted("frame"))

    def test_every_planted_pan_is_on_top(self):
        found = []
        for number, shot in enumerate(self.shots):
            for slot, window in zip(SLOTS, motion_windows(shot) or (), strict=False):
                motion = measure_motion(
                    self.signals.flow[window.first : window.end], films.RATE
                )
                if self.roles[number] == "picture" and motion is not None:
                    found.append((number, slot, window.first, motion))
        rows = motion_rows(
            shot=[f[0] for f in found],
            slot=[f[1] for f in found],
            frame=[f[2] for f in found],
            vector=np.stack([f[3].vector for f in found]),
            speed=[f[3].speed for f in found],
        )

        top = self.board(MOTION, rows)

        self.assertEqual(self.first_of(top, "motion"), self.planted("motion"))


if __name__ == "__main__":
    unittest.main()
