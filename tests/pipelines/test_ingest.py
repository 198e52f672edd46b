"""From a file to the board, by a real worker: what comes out, and what goes wrong."""

from pathlib import Path

import numpy as np
from django.contrib.auth.models import User

from catalog.models import Job, MatchCandidate, Shot, Title
from catalog.services import (
    add_job,
    add_path,
    default_production,
    give_verdict,
    retry_job,
    split_shot,
)
from mlcore.matching.kinds import FRAME, MOTION
from tests.films import SHOT_FRAMES, planted_film, write_film
from tests.footage import Clip, write_clip
from tests.ingesting import IngestCase, board, digest, ended


class PlantedFilmTests(IngestCase):
    def setUp(self):
        super().setUp()
        self.film = planted_film()
        self.path = write_film(self.folder / "planted.mp4", self.film)
        self.title = self.ingested(self.path)

    def test_every_planted_pair_is_on_top_and_nothing_else_is_a_picture(self):
        shots = list(self.title.shots.all())

        self.assertEqual([s.first_frame for s in shots][1:], self.film.cuts)
        roles = {s.index: s.role for s in shots if s.role != Shot.Role.PICTURE}
        self.assertEqual(roles, {0: "black", 4: "slate", 19: "text"})
        for kind in ("frame", "motion"):
            planted = {pair for pair in self.film.planted if pair[0] == kind}
            top = board(self.title, kind)[: len(planted)]
            self.assertEqual(set(top), planted)

    def test_matching_again_gives_the_same_list(self):
        first = digest(self.title)

        self.done(add_job(Job.Kind.REMATCH, self.title))

        self.assertEqual(digest(self.title), first)
        self.assertEqual(self.title.match_sets.filter(live=True).count(), 1)

    def test_a_score_is_made_of_its_parts(self):
        for candidate in MatchCandidate.objects.live()[:50]:
            frames = (candidate.leaving_frame, candidate.entering_frame)
            self.assertIn(
                frames[0],
                range(candidate.leaving.first_frame, candidate.leaving.end_frame),
            )
            self.assertEqual(candidate.score, score_of(candidate))

    def test_cuts_found_again_keep_shots_and_verdicts(self):
        user = User.objects.create_user("ed")
        candidate = MatchCandidate.objects.live().on_board().best_first()[0]
        give_verdict(candidate, "good", user=user)
        before = list(self.title.shots.values_list("pk", "first_frame"))

        self.done(add_job(Job.Kind.REDETECT, self.title))

        self.assertEqual(
            list(self.title.shots.values_list("pk", "first_frame")), before
        )
        judged = MatchCandidate.objects.live().with_verdict().filter(verdict="good")
        self.assertEqual(judged.get().score, candidate.score)

    def test_a_split_looks_at_the_two_halves_only_and_outlives_detection(self):
        user = User.objects.create_user("ed")
        shot = self.title.shots.get(index=9)
        frame = shot.first_frame + 8
        masks = set(
            self.title.shots.exclude(pk=shot.pk).values_list("masks", flat=True)
        )

        self.done(split_shot(shot, frame, user=user))

        self.assertFalse(self.title.shots.filter(represented=False).exists())
        halves = self.title.shots.filter(first_frame__in=[shot.first_frame, frame])
        self.assertEqual([h.frames for h in halves], [8, SHOT_FRAMES - 8])
        kept = set(
            self.title.shots.exclude(pk__in=halves).values_list("masks", flat=True)
        )
        self.assertEqual(masks, kept)

        self.done(add_job(Job.Kind.REDETECT, self.title))
        self.assertTrue(self.title.shots.filter(first_frame=frame).exists())

    def test_the_same_file_again_is_the_same_title(self):
        again = self.folder / "copy.mp4"
        again.write_bytes(self.path.read_bytes())
        title, job = add_path(again, default_production())

        self.done(job)

        title.refresh_from_db()
        self.assertEqual(title.state, Title.State.DUPLICATE)
        self.assertEqual(title.same_as, self.title)
        self.assertEqual(self.title.source.locations.count(), 2)
        self.assertEqual(Shot.objects.exclude(title=self.title).count(), 0)


def score_of(candidate):
    kind = {"frame": FRAME, "motion": MOTION}[candidate.kind]
    parts = {k: np.float32([v]) for k, v in candidate.parts.items()}
    return float(kind.score_from_parts(parts)[0])


class WrongFileTests(IngestCase):
    def failure(self, path: Path) -> str:
        title, job = add_path(path, default_production())
        ended(job, self.worker)
        title.refresh_from_db()
        self.assertEqual(title.state, Title.State.FAILED, path)
        self.assertEqual(title.shots.count(), 0)
        self.assertEqual(title.error.count("\n"), 0)
        return title.error

    def test_each_wrong_file_says_one_sentence_and_the_next_title_is_unharmed(self):
        good = write_clip(self.folder / "good.mp4", Clip(frames=30, cuts=(15,)))
        half = good.read_bytes()
        (self.folder / "empty.mp4").touch()
        (self.folder / "text.mp4").write_text("not a film\n" * 100)
        (self.folder / "half.mp4").write_bytes(half[: len(half) // 2])
        secret = self.folder / "secret.txt"
        secret.write_text("secret")
        (self.folder / "list.mp4").write_text(f"#EXTM3U\n#EXTINF:1,\n{secret}\n")
        (self.folder / "concat.mkv").write_text("ffconcat version 1.0\nfile good.mp4\n")

        said = {
            path.stem: self.failure(path)
            for path in sorted(self.folder.iterdir())
            if path.suffix in {".mp4", ".mkv"} and path.stem != "good"
        }

        self.assertEqual(set(said), {"empty", "text", "half", "list", "concat"})
        self.assertIn("empty", said["empty"])
        for name, sentence in said.items():
            self.assertTrue(sentence.startswith(name), sentence)
            self.assertNotIn("Traceback", sentence)
        self.assertEqual(self.ingested(good).shots.count(), 2)

    def test_a_file_that_goes_away_before_its_turn_is_offline_and_comes_back(self):
        path = write_clip(self.folder / "a.mp4", Clip(frames=20))
        away = path.rename(self.folder / "away")
        with_path = Title.objects.create(
            production=default_production(), name="a", added_path=str(path)
        )
        job = add_job(Job.Kind.INGEST, with_path)
        ended(job, self.worker)
        with_path.refresh_from_db()
        self.assertIn("no longer where it was", with_path.error)

        away.rename(path)
        retry_job(job)
        self.done(job)
        with_path.refresh_from_db()
        self.assertEqual(with_path.state, Title.State.READY)
