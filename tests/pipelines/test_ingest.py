"""From a file to the board, by a real worker: what comes out, and what goes wrong."""

import os
import pwd
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path

import numpy as np
from django.contrib.auth.models import User

from catalog.models import Job, MatchCandidate, Shot, Title
from catalog.services import (
    add_job,
    add_path,
    default_production,
    give_verdict,
    merge_with_previous,
    retry_job,
    split_shot,
)
from mlcore.matching.kinds import KINDS
from pipelines.errors import PipelineError
from pipelines.ingest import content_key
from tests.films import SHOT_FRAMES, DrawnShot, Film, planted_film, write_film
from tests.footage import Clip, write_clip
from tests.footage.sound import write_sound
from tests.ingesting import IngestCase, board, digest, ended


class PlantedFilmTests(IngestCase):
    """Each test has the film ingested anew, which takes seconds: they look at much."""

    def setUp(self):
        super().setUp()
        self.film = planted_film()
        self.path = write_film(self.folder / "planted.mp4", self.film)
        self.title = self.ingested(self.path)
        self.user = User.objects.create_user("ed")

    def test_every_planted_pair_is_on_top_and_nothing_but_pictures_is_there(self):
        shots = list(self.title.shots.all())
        self.assertEqual([s.first_frame for s in shots][1:], self.film.cuts)
        roles = {s.index: s.role for s in shots if s.role != Shot.Role.PICTURE}
        self.assertEqual(roles, {0: "black", 4: "slate", 19: "text"})
        for kind in ("frame", "motion"):
            with self.subTest(kind):
                planted = {pair for pair in self.film.planted if pair[0] == kind}
                # Either way round; the same two frames the other way are shown once.
                found = [
                    (kind, min(a, b), max(a, b)) for _, a, b in board(self.title, kind)
                ]
                top = set(takewhile(planted.__contains__, found))
                self.assertEqual(top, planted, found)
        self.assert_scores_are_made_of_their_parts()
        self.assert_matching_again_gives_the_same_list()
        self.assert_the_same_file_again_is_the_same_title()

    def assert_scores_are_made_of_their_parts(self):
        for candidate in MatchCandidate.objects.live():
            leaving, entering = candidate.leaving, candidate.entering
            self.assertTrue(
                leaving.first_frame <= candidate.leaving_frame < leaving.end_frame
            )
            self.assertTrue(
                entering.first_frame <= candidate.entering_frame < entering.end_frame
            )
            self.assertEqual(candidate.score, score_of(candidate))

    def assert_matching_again_gives_the_same_list(self):
        first = digest(self.title)
        self.done(add_job(Job.Kind.REMATCH, self.title))
        self.assertEqual(digest(self.title), first)
        within = self.title.match_sets.filter(live=True, scope="title")
        self.assertEqual(within.count(), 1)

    def assert_the_same_file_again_is_the_same_title(self):
        again = self.folder / "copy.mp4"
        again.write_bytes(self.path.read_bytes())
        title, job = add_path(again, default_production())
        self.done(job)

        title.refresh_from_db()
        self.assertEqual(title.state, Title.State.DUPLICATE)
        self.assertEqual(title.same_as, self.title)
        self.assertEqual(self.title.source.locations.count(), 2)
        self.assertEqual(Shot.objects.exclude(title=self.title).count(), 0)

    def test_changed_and_found_again_cuts_keep_what_people_and_machines_made(self):
        candidate = MatchCandidate.objects.live().on_board().best_first()[0]
        give_verdict(candidate, "good", user=self.user)
        before = list(self.title.shots.values_list("pk", "first_frame"))

        self.done(add_job(Job.Kind.REDETECT, self.title))

        self.assertEqual(
            list(self.title.shots.values_list("pk", "first_frame")), before
        )
        judged = MatchCandidate.objects.live().with_verdict().filter(verdict="good")
        self.assertEqual(judged.get().score, candidate.score)

        shot = self.title.shots.get(index=9)
        frame = shot.first_frame + 8
        others = self.title.shots.exclude(pk=shot.pk)
        masks = set(others.values_list("masks", flat=True))
        self.done(split_shot(shot, frame, user=self.user))

        self.assertFalse(self.title.shots.filter(represented=False).exists())
        halves = self.title.shots.filter(first_frame__in=[shot.first_frame, frame])
        self.assertEqual([h.frames for h in halves], [8, SHOT_FRAMES - 8])
        kept = self.title.shots.exclude(pk__in=halves)
        self.assertEqual(masks, set(kept.values_list("masks", flat=True)))

        self.done(add_job(Job.Kind.REDETECT, self.title))
        self.assertTrue(self.title.shots.filter(first_frame=frame).exists())

        later = self.title.shots.get(first_frame=frame)
        self.done(merge_with_previous(later, user=self.user))
        again = self.title.shots.get(first_frame=shot.first_frame)
        self.assertEqual((again.frames, again.represented), (SHOT_FRAMES, True))
        self.assertEqual(judged.count(), 1)


def sentence_of(path: Path) -> str:
    """What ingest says of a file it cannot read."""
    try:
        content_key(path, lambda share, pace: None)
    except PipelineError as error:
        return str(error)
    return "it could be read"


def as_ordinary_user(work: Callable[[], str]) -> str:
    """Return what `work` returns in a forked process that is not root."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(pwd.getpwnam("nobody").pw_gid)
            os.setuid(pwd.getpwnam("nobody").pw_uid)
        os.write(write, work().encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as said:
        text = said.read()
    os.waitpid(child, 0)
    return text


def score_of(candidate):
    kind = KINDS[candidate.kind]
    parts = {k: np.float32([v]) for k, v in candidate.parts.items()}
    return float(kind.score_from_parts(parts)[0])


class RecapTests(IngestCase):
    def test_a_shot_seen_again_in_another_title_is_one_group_and_the_first_stands(self):
        film = planted_film()
        first = self.ingested(write_film(self.folder / "one.mp4", film))
        recap = Film(shots=(film.shots[6], *OTHERS), planted=frozenset())
        second = self.ingested(write_film(self.folder / "two.mp4", recap))

        shown, again = first.shots.get(index=6), second.shots.get(index=0)
        self.assertIsNotNone(again.group)
        self.assertEqual(again.group, shown.group)
        self.assertEqual(again.group.shots.count(), 2)


OTHERS = (
    DrawnShot(scene=30, outline="star", box=(0.5, 0.2, 0.35, 0.6)),
    DrawnShot(scene=31, pan=(5, -3)),
)


class WrongFileTests(IngestCase):
    def sentence(self, path: Path) -> str:
        """Ingest a file that must fail, and return what its title says."""
        title, job = add_path(path, default_production())
        ended(job, self.worker)
        title.refresh_from_db()
        self.assertEqual(title.state, Title.State.FAILED, path)
        self.assertEqual(title.shots.count(), 0)
        self.assertRegex(title.error, rf"^{path.name}: [^\n]+\.$")
        self.assertNotIn("Traceback", title.error)
        return title.error.removeprefix(f"{path.name}: ")

    def test_each_wrong_file_says_one_sentence_and_the_next_title_is_unharmed(self):
        folder = self.folder
        good = write_clip(folder / "good.mp4", Clip(frames=60, cuts=(30,)))
        whole = good.read_bytes()
        secret = folder / "secret.txt"
        secret.write_text("secret")
        wrong = {
            "empty.mp4": b"",
            "text.mp4": b"not a film\n" * 100,
            "half.mp4": whole[: len(whole) // 2],
            "list.mp4": f"#EXTM3U\n#EXTINF:1,\n{secret}\n".encode(),
            "concat.mkv": b"ffconcat version 1.0\nfile good.mp4\n",
        }
        for name, content in wrong.items():
            (folder / name).write_bytes(content)
        stream = write_clip(folder / "stream.mkv", Clip(frames=500, cuts=(30,)))
        damaged = stream.read_bytes()
        (folder / "cut.mkv").write_bytes(damaged[: len(damaged) // 2])
        write_sound(folder / "sound.m4a").rename(folder / "sound.mp4")

        said = {name: self.sentence(folder / name) for name in [*wrong, "cut.mkv"]}
        said["sound.mp4"] = self.sentence(folder / "sound.mp4")

        self.assertIn("empty", said["empty.mp4"])
        self.assertIn("picture", said["sound.mp4"])
        self.assertEqual(self.ingested(good).shots.count(), 2)
        self.assertFalse(Job.objects.unfinished().about_titles().exists())

    def test_a_damaged_file_copied_again_is_read_anew_by_a_retry(self):
        whole = write_clip(self.folder / "whole.mp4", Clip(frames=60, cuts=(30,)))
        path = self.folder / "a.mp4"
        path.write_bytes(whole.read_bytes()[:-4000])
        self.sentence(path)

        path.write_bytes(whole.read_bytes())
        title = Title.objects.get()
        retry_job(title.jobs.get())
        self.done(title.jobs.get())

        title.refresh_from_db()
        self.assertEqual((title.state, title.frames), (Title.State.READY, 60))

    def test_a_file_that_an_ordinary_user_may_not_read_says_so(self):
        path = write_clip(self.folder / "locked.mp4", Clip(frames=20))
        path.chmod(0)
        self.folder.chmod(0o755)

        said = as_ordinary_user(lambda: sentence_of(path))

        self.assertEqual(
            said,
            "locked.mp4: the service may not read this file; change its permissions.",
        )

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
