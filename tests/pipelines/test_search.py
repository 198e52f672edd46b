"""Searches by a shot, a still and a drawn silhouette, and what they say when they cannot."""

import cv2
import numpy as np
from django.test import TestCase

from catalog.models import Job, Shot, Title
from catalog.services import ask_search
from mlcore.matching.kinds import KINDS
from mlcore.matching.masks import pack
from pipelines.errors import PipelineError
from pipelines.kinds import VECTOR_COLUMNS
from pipelines.nearest import SHORTLIST
from pipelines.rows import copy_rows, text
from pipelines.search import search
from tests.catalogues import (
    add_catalogue,
    blob,
    blobs,
    copy_flows,
    copy_masks,
    live_encoders,
)
from tests.factories import add_encoder, add_production, add_user, write_file
from tests.pipelines.test_across import claimed

FIGURE = blob(0.3, 0.5, 0.25, 0.8)


def answer(**asked):
    """The result of a search, done here."""
    job = ask_search(**{"user": None, "kind": "frame", "by": "shot", **asked})
    claim = claimed(job)
    search(claim)
    claim.job.end(Job.State.DONE)
    job.refresh_from_db()
    return job.result


class SearchCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        live_encoders()
        cls.one, cls.two = add_production(), add_production()
        cls.shots = [*add_catalogue(1, 6, cls.one), *add_catalogue(2, 12, cls.two)]
        drawn = blobs(len(cls.shots), seed=31)
        drawn[0] = drawn[4] = drawn[9] = FIGURE
        for slot in ("head", "middle", "tail"):
            copy_masks(cls.shots, drawn, slot=slot)
        cls.drawn = drawn

    def refused(self, **asked):
        with self.assertRaises(PipelineError) as caught:
            answer(**asked)
        return str(caught.exception)


class ByShotTests(SearchCase):
    def test_the_shots_of_one_shape_come_first_with_all_that_a_page_needs(self):
        found = answer(shot=self.shots[0], top=5)

        self.assertEqual(found["kind"], "frame")
        self.assertIs(found["exact"], True)
        self.assertEqual([shot["rank"] for shot in found["shots"]], [1, 2, 3, 4, 5])
        first, second = found["shots"][:2]
        self.assertEqual(
            [first["shot"], second["shot"]], [self.shots[4].pk, self.shots[9].pk]
        )
        self.assertEqual(first["score"], 1.0)
        other = self.shots[9]
        self.assertEqual(
            {key: second[key] for key in ("title", "title_name", "index")},
            {"title": other.title_id, "title_name": str(other.title), "index": 3},
        )
        self.assertEqual(second["tc"], other.title.tc(second["frame"]))
        self.assertTrue(other.first_frame <= second["frame"] < other.end_frame)

    def test_parts_create_the_score_again(self):
        for shot in answer(shot=self.shots[0], top=10)["shots"]:
            parts = {k: np.float32([v]) for k, v in shot["parts"].items()}
            again = KINDS["frame"].score_from_parts(parts)[0]
            self.assertAlmostEqual(float(again), shot["score"], places=6)

    def test_a_person_finds_only_what_they_may_see(self):
        user = add_user("", "viewer", [self.one])
        mine = {shot.pk for shot in self.shots[1:6]}
        found = answer(shot=self.shots[0], user=user)["shots"]

        self.assertEqual({shot["shot"] for shot in found}, mine)

    def test_filters_are_held(self):
        title, late = self.shots[6].title_id, self.shots[18].title_id
        Title.objects.filter(pk=late).update(created_at="2020-02-03T12:00Z")
        first = self.shots[0]

        def titles(**filters):
            found = answer(shot=first, filters=filters, top=100)["shots"]
            return {shot["title"] for shot in found}

        self.assertEqual(titles(titles=[title]), {title})
        self.assertEqual(titles(productions=[self.two.pk]), {title, late})
        self.assertNotIn(title, titles(not_titles=[title]))
        self.assertEqual(titles(added_to="2020-02-03"), {late})
        self.assertEqual(titles(added_from="2020-02-03", titles=[late]), {late})
        self.assertNotIn(late, titles(added_from="2020-02-04"))
        self.assertEqual(titles(min_seconds=5), set())
        scores = answer(shot=first, filters={"min_score": 0.9}, top=100)["shots"]
        self.assertEqual(len(scores), 2)

    def test_with_handles_a_cut_inside_the_shots_is_found(self):
        found = answer(shot=self.shots[0], filters={"min_handles": 40}, top=100)
        without = answer(shot=self.shots[0], top=100)["shots"]
        keyed = {shot.pk: shot for shot in self.shots}

        self.assertEqual(
            {one["shot"] for one in found["shots"]}, {one["shot"] for one in without}
        )
        for one in found["shots"]:
            shot = keyed[one["shot"]]
            room = max(
                one["frame"] - shot.first_frame, shot.end_frame - 1 - one["frame"]
            )
            self.assertGreaterEqual(room, 40)

    def test_a_list_grows_until_there_are_enough_shots(self):
        query, long, *others = self.shots[:8]
        copy_flows([query], np.ones((1, 8), np.float32), slot="middle")
        crowd = np.ones((SHORTLIST + 10, 8), np.float32)
        crowd[:, 0] += np.linspace(0, 0.01, len(crowd))
        version = add_encoder("flow").pk
        copy_rows(  # a long shot fills the first list by itself
            "catalog_shotvector",
            VECTOR_COLUMNS,
            (
                (long.pk, long.title_id, version, "inner", frame, text(row), 0.2)
                for frame, row in enumerate(crowd, start=long.first_frame)
            ),
        )
        further = np.ones((6, 8), np.float32) + np.eye(6, 8, dtype=np.float32)
        copy_flows(others, further, slot="middle")

        found = answer(kind="motion", shot=query, top=7)["shots"]
        self.assertEqual(found[0]["shot"], long.pk)
        self.assertEqual({one["shot"] for one in found[1:]}, {s.pk for s in others})

    def test_what_cannot_be_answered_says_why(self):
        self.assertIn(
            "There is no kind 'smell'", self.refused(kind="smell", shot=self.shots[0])
        )
        self.assertIn(
            "Nothing in this shot can be compared by motion",
            self.refused(kind="motion", shot=self.shots[0]),
        )
        gone = add_catalogue(1, 1)[0]
        job = ask_search(user=None, kind="frame", by="shot", shot=gone)
        Shot.objects.filter(pk=gone.pk).delete()
        with self.assertRaisesMessage(PipelineError, "no longer there"):
            search(claimed(job))


class BySilhouetteTests(SearchCase):
    def test_a_drawn_figure_finds_the_shots_where_one_stands_so(self):
        found = answer(by="silhouette", mask=pack(FIGURE).hex(), top=4)["shots"]

        best = {shot["shot"] for shot in found[:3]}
        self.assertEqual(best, {self.shots[n].pk for n in (0, 4, 9)})
        self.assertEqual(found[0]["parts"]["placed_iou"], 1.0)

    def test_it_is_a_person_or_not(self):
        thing = blob(0.7, 0.4, 0.3, 0.3, round_=False)
        copy_masks(self.shots[1:2], [thing], slot="inner", subject="foreground")
        found = answer(by="silhouette", mask=pack(thing).hex(), top=1)["shots"]

        self.assertEqual(found[0]["shot"], self.shots[1].pk)

    def test_it_has_no_motion(self):
        said = self.refused(kind="motion", by="silhouette", mask=pack(FIGURE).hex())

        self.assertEqual(
            said, "A drawn silhouette has no motion; it finds frame matches."
        )


class ByStillTests(SearchCase):
    def kept(self, picture, suffix=".png"):
        _, coded = cv2.imencode(suffix, picture)
        write_file("searches/still", coded.tobytes())
        return "searches/still"

    def still_of(self, mask):
        """A bright shape over a calm ground, as a segmenter sees it."""
        ground = np.full((360, 640, 3), 60, np.uint8)
        ground += np.random.default_rng(1).integers(0, 12, ground.shape, np.uint8)
        large = cv2.resize(mask.astype(np.uint8), (640, 360)) > 0
        ground[large] = (200, 220, 240)
        return ground

    def test_a_still_finds_the_shots_whose_subject_stands_so(self):
        thing = blob(0.35, 0.5, 0.3, 0.7)
        copy_masks(self.shots[7:8], [thing], slot="inner", subject="foreground")
        for suffix in (".png", ".jpg", ".webp"):
            with self.subTest(suffix):
                key = self.kept(self.still_of(thing), suffix)
                found = answer(by="still", picture_key=key, top=1)["shots"]
                self.assertEqual(found[0]["shot"], self.shots[7].pk)
                self.assertGreater(found[0]["score"], 0.8)

    def test_a_still_has_no_motion(self):
        said = self.refused(
            kind="motion", by="still", picture_key=self.kept(self.still_of(FIGURE))
        )

        self.assertEqual(said, "A still has no motion; search for it by a shot.")

    def test_a_still_of_nobody_says_so(self):
        flat = np.full((360, 640, 3), 90, np.uint8)

        self.assertIn(
            "clearly stands in front",
            self.refused(by="still", picture_key=self.kept(flat)),
        )

    def test_what_is_no_picture_says_so(self):
        wrong = (b"no picture", b"\x89PNG\r\n\x1a\nand then nothing")
        for number, content in enumerate(wrong):
            with self.subTest(content):
                key = f"searches/wrong{number}"
                write_file(key, content)
                said = self.refused(by="still", picture_key=key)
                self.assertTrue(said.startswith("The still cannot be used:"), said)
                self.assertNotIn("searches", said)

    def test_a_job_that_failed_left_nothing(self):
        write_file("searches/still", b"no picture")
        self.refused(by="still", picture_key="searches/still")

        self.assertEqual(Job.objects.get().result, {})
