"""What people make, by the services: titles, cuts set by hand, verdicts."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase, override_settings

from catalog.models import (
    CutChange,
    Job,
    MatchCandidate,
    MatchSet,
    Production,
    Shot,
    Title,
)
from catalog.services import (
    Refused,
    add_path,
    add_upload,
    give_verdict,
    media_files,
    merge_with_previous,
    refresh_locations,
    split_shot,
    undo_verdict,
)
from catalog.services.locations import record_location


class Case(TestCase):
    def setUp(self):
        self.user = User.objects.create_user("ed", password="long enough for a test")
        self.production = Production.objects.create(name="P")
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def file(self, name, text="film"):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path


class AddTests(Case):
    def test_a_person_may_name_paths_under_the_import_roots_only(self):
        path = self.file("a.mp4")

        with self.assertRaisesMessage(Refused, "not under a folder"):
            add_path(path, self.production, user=self.user)
        with override_settings(IMPORT_ROOTS=[self.folder.resolve()]):
            title, job = add_path(path, self.production, user=self.user)

        self.assertEqual((title.name, job.kind), ("a", Job.Kind.INGEST))

    def test_a_link_out_of_the_import_roots_is_refused(self):
        outside = self.file("outside/secret.mp4")
        (self.folder / "in").mkdir()
        link = self.folder / "in" / "a.mp4"
        link.symlink_to(outside)

        with (
            override_settings(IMPORT_ROOTS=[(self.folder / "in").resolve()]),
            self.assertRaisesMessage(Refused, "not under a folder"),
        ):
            add_path(link, self.production, user=self.user)

        self.assertFalse(Title.objects.exists())

    def test_a_folder_gives_its_videos_and_follows_no_links(self):
        wanted = [self.file("b/2.mov"), self.file("b/1.mxf")]
        self.file("b/notes.txt")
        self.file("b/.hidden.mp4")
        self.file("b/.half-written/3.mp4")
        (self.folder / "b" / "link.mp4").symlink_to(wanted[0])

        self.assertEqual(media_files(self.folder / "b"), sorted(wanted))

    def test_an_upload_keeps_its_bytes_under_a_name_of_our_own(self):
        upload = SimpleUploadedFile("../../etc/Ep 1.mp4", b"film")
        with override_settings(UPLOAD_ROOT=self.folder / "up"):
            title, _ = add_upload(upload, self.production, user=self.user)

        kept = Path(title.added_path)
        self.assertEqual(title.name, "Ep 1")
        self.assertEqual(kept.parent, self.folder / "up")
        self.assertEqual(kept.read_bytes(), b"film")

    def test_an_upload_that_is_no_video_changes_nothing(self):
        with self.assertRaisesMessage(Refused, "not a video file name"):
            add_upload(
                SimpleUploadedFile("a.html", b"x"), self.production, user=self.user
            )

        self.assertFalse(Title.objects.exists())

    def test_a_full_disk_refuses_with_a_sentence(self):
        with (
            override_settings(FREE_DISK_BYTES=2**62),
            self.assertRaisesMessage(Refused, "of disk are left"),
        ):
            add_path(self.file("a.mp4"), self.production)

    def test_a_new_version_counts_on_from_the_one_it_supersedes(self):
        first, _ = add_path(self.file("v1.mp4"), self.production)
        second, _ = add_path(self.file("v2.mp4"), self.production, supersedes=first)

        self.assertEqual((second.version, second.supersedes), (2, first))


class LocationTests(Case):
    def test_a_moved_file_is_a_new_location_of_the_same_source(self):
        old = self.file("old.mp4")
        source = record_location("k", 4, old)
        new = self.folder / "new.mp4"
        old.rename(new)

        again = record_location("k", 4, new)
        refresh_locations()

        self.assertEqual(again, source)
        states = dict(source.locations.values_list("path", "online"))
        self.assertEqual(states, {str(old): False, str(new): True})

    def test_a_title_whose_file_is_gone_is_offline_until_it_is_back(self):
        path = self.file("a.mp4")
        title, _ = add_path(path, self.production)
        title.source = record_location("k", 4, path)
        title.save()
        path.rename(self.folder / "away")
        refresh_locations()
        self.assertTrue(title.offline)

        (self.folder / "away").rename(path)
        refresh_locations()
        self.assertFalse(title.offline)

    @override_settings(FREE_DISK_BYTES=0)
    def test_a_path_with_other_content_moves_to_the_other_source(self):
        path = self.file("a.mp4")
        one = record_location("k1", 4, path)
        two = record_location("k2", 5, path)

        self.assertEqual(one.locations.count(), 0)
        self.assertEqual(two.locations.get().path, os.fspath(path))


class ThreeShotsCase(Case):
    def setUp(self):
        super().setUp()
        self.title = Title.objects.create(
            production=self.production,
            name="A",
            added_path="/a.mp4",
            rate_num=25,
            frames=300,
        )
        for index in range(3):
            Shot.objects.create(
                title=self.title,
                index=index,
                first_frame=100 * index,
                end_frame=100 * index + 100,
                represented=True,
            )

    def spans(self):
        shots = self.title.shots.values_list("index", "first_frame", "end_frame")
        return [tuple(row) for row in shots]

    def waiting(self):
        return list(
            self.title.shots.filter(represented=False).values_list("index", flat=True)
        )


class CutTests(ThreeShotsCase):
    def test_a_split_makes_two_shots_and_leaves_the_others_alone(self):
        split_shot(self.title.shots.get(index=1), 130, user=self.user)

        self.assertEqual(
            self.spans(), [(0, 0, 100), (1, 100, 130), (2, 130, 200), (3, 200, 300)]
        )
        self.assertEqual(self.waiting(), [1, 2])

    def test_a_merge_takes_the_cut_away(self):
        merge_with_previous(self.title.shots.get(index=1), user=self.user)

        self.assertEqual(self.spans(), [(0, 0, 200), (1, 200, 300)])
        self.assertEqual(self.waiting(), [0])

    def test_a_split_and_a_merge_leave_the_last_word_on_the_frame(self):
        split_shot(self.title.shots.get(index=1), 130, user=self.user)
        merge_with_previous(self.title.shots.get(index=2), user=self.user)

        change = self.title.cut_changes.get()
        self.assertEqual((change.frame, change.action), (130, CutChange.Action.MERGE))

    def test_a_split_outside_the_shot_changes_nothing(self):
        with self.assertRaisesMessage(Refused, "nothing was changed"):
            split_shot(self.title.shots.get(index=1), 100, user=self.user)

        self.assertEqual(len(self.spans()), 3)

    def test_the_first_shot_has_nothing_before_it(self):
        with self.assertRaisesMessage(Refused, "first shot"):
            merge_with_previous(self.title.shots.get(index=0), user=self.user)

    def test_a_change_during_a_running_recut_asks_for_another(self):
        first = split_shot(self.title.shots.get(index=1), 130, user=self.user)
        Job.objects.claim(first.pk, worker="w", device="cpu")

        second = split_shot(self.title.shots.get(index=0), 50, user=self.user)

        self.assertNotEqual(first.pk, second.pk)


class VerdictTests(ThreeShotsCase):
    def setUp(self):
        super().setUp()
        self.candidate = self.a_candidate()

    def a_candidate(self):
        match_set = MatchSet.objects.create(title=self.title)
        return MatchCandidate.objects.create(
            match_set=match_set,
            kind="frame",
            rank=1,
            leaving=self.title.shots.get(index=0),
            entering=self.title.shots.get(index=2),
            score=0.9,
            leaving_frame=99,
            entering_frame=200,
        )

    def verdict_of(self, candidate):
        rows = MatchCandidate.objects.with_verdict()
        return rows.get(pk=candidate.pk).verdict

    def test_the_newest_standing_verdict_counts(self):
        give_verdict(self.candidate, "good", user=self.user)
        give_verdict(self.candidate, "bad", user=self.user)
        self.assertEqual(self.verdict_of(self.candidate), "bad")

        undo_verdict(self.user)
        self.assertEqual(self.verdict_of(self.candidate), "good")

        undo_verdict(self.user)
        self.assertIsNone(self.verdict_of(self.candidate))

    def test_undo_takes_back_ones_own_word_only(self):
        give_verdict(self.candidate, "good", user=self.user)
        other = User.objects.create_user("other")

        self.assertIsNone(undo_verdict(other))
        self.assertEqual(self.verdict_of(self.candidate), "good")

    def test_a_verdict_outlives_the_shots_it_was_given_on(self):
        give_verdict(self.candidate, "good", user=self.user)
        self.title.shots.all().delete()
        spans = [(0, 90), (90, 200), (200, 300)]
        for index, (first, end) in enumerate(spans):
            Shot.objects.create(
                title=self.title, index=index, first_frame=first, end_frame=end
            )
        again = MatchCandidate.objects.create(
            match_set=MatchSet.objects.create(title=self.title),
            kind="frame",
            rank=1,
            leaving=self.title.shots.get(index=0),
            entering=self.title.shots.get(index=2),
            score=0.9,
            leaving_frame=89,
            entering_frame=200,
        )

        self.assertEqual(self.verdict_of(again), "good")

    def test_a_word_that_is_no_verdict_is_refused(self):
        with self.assertRaisesMessage(ValueError, "say good or bad"):
            give_verdict(self.candidate, "nice", user=self.user)
