from django.test import TestCase

from catalog.files import local_path
from catalog.models import Job
from catalog.services import Refused, ask_search, keep_picture, searches
from mlcore.matching import masks
from tests.factories import add_production, add_shots, add_title, add_user, write_file

HALF = "f" * 512 + "0" * 512


class AskSearchTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.production = add_production()
        cls.title = add_title(cls.production)
        (cls.shot,) = add_shots(cls.title, 50)
        cls.viewer = add_user("", "viewer", [cls.production])

    def ask(self, **asked):
        return ask_search(
            **{
                "kind": "frame",
                "by": "shot",
                "user": self.viewer,
                "shot": self.shot,
                **asked,
            }
        )

    def refused(self, **asked):
        with self.assertRaises(Refused) as caught:
            self.ask(**asked)
        self.assertFalse(Job.objects.exists())
        return str(caught.exception)

    def test_a_search_is_a_job_that_somebody_waits_for(self):
        job = self.ask(top=7, filters={"titles": [self.title], "min_score": "0.5"})

        self.assertEqual((job.kind, job.queue), (Job.Kind.SEARCH, "interactive"))
        self.assertEqual((job.title, job.asked_by), (None, self.viewer))
        self.assertEqual(
            job.subject,
            {
                "kind": "frame",
                "by": "shot",
                "top": 7,
                "shot": self.shot.pk,
                "filters": {"titles": [self.title.pk], "min_score": 0.5},
            },
        )

    def test_asking_twice_is_asking_once_but_not_for_another_person(self):
        self.assertEqual(self.ask(), self.ask(shot=self.shot.pk))
        self.assertNotEqual(self.ask(), self.ask(user=None))
        self.assertNotEqual(self.ask(), self.ask(top=3))

    def test_ones_own_search_is_seen_by_oneself(self):
        job = self.ask()
        stranger = add_user("", "viewer", [self.production])

        self.assertIn(job, Job.objects.visible_to(self.viewer))
        self.assertNotIn(job, Job.objects.visible_to(stranger))

    def test_a_shot_that_may_not_be_seen_is_as_one_that_is_not_there(self):
        (hidden,) = add_shots(add_title(), 50)

        self.assertEqual(self.refused(shot=hidden), f"There is no shot {hidden.pk}.")
        self.assertEqual(self.refused(shot=10**30), f"There is no shot {10**30}.")
        self.assertEqual(self.refused(shot=None), "There is no shot None.")

    def test_a_silhouette_must_show_something_and_leave_something(self):
        for mask, said in (
            ("0" * 1024, "The silhouette is empty; draw one."),
            ("f" * 1024, "covers nearly everything"),
            ("f" * 10 + "0" * 1014, "too small"),
            ("xy" * 512, "1,024 hexadecimal digits"),
            (HALF[:-1], "1,024 hexadecimal digits"),
            (HALF[:-2] + " 0", "1,024 hexadecimal digits"),
        ):
            with self.subTest(mask[:12]):
                self.assertIn(said, self.refused(by="silhouette", mask=mask))
        self.assertEqual(self.ask(by="silhouette", mask=HALF).subject["mask"], HALF)

    def test_its_limits_are_those_of_masks(self):
        ours = searches.SMALLEST_AREA, searches.LARGEST_AREA
        self.assertEqual(ours, (masks.SMALLEST_AREA, masks.LARGEST_AREA))

    def test_a_picture_must_be_there(self):
        for key in ("", "searches/none", "../../etc/passwd"):
            with self.subTest(key):
                self.assertIn(
                    "choose it again", self.refused(by="still", picture_key=key)
                )
        write_file("searches/one", b"picture")
        job = self.ask(by="still", picture_key="searches/one")
        self.assertEqual(job.subject["picture"], "searches/one")

    def test_what_makes_no_sense_is_one_sentence(self):
        self.assertIn("by shot, still, silhouette", self.refused(by="smell"))
        self.assertEqual(self.refused(top=0), "Ask for 1 to 200 shots, not 0.")
        for name, value in (
            ("titles", "12"),
            ("titles", ["a"]),
            ("min_seconds", "long"),
            ("max_seconds", float("nan")),
            ("min_handles", -1),
            ("added_from", "yesterday"),
            ("not_groups_of", 2**40),
        ):
            with self.subTest(name=name, value=value):
                said = self.refused(filters={name: value})
                self.assertEqual(said, f"The filter {name} cannot be {value!r}.")
        self.assertEqual(
            self.refused(filters={"colour": 1}), "There is no filter 'colour'."
        )

    def test_filters_left_empty_are_none(self):
        empty = {"titles": [], "min_score": None, "added_to": ""}
        self.assertEqual(self.ask(filters=empty).subject["filters"], {})


class KeepPictureTests(TestCase):
    def test_a_picture_is_kept_whole_under_a_name_of_ours(self):
        key = keep_picture([b"one", b"two"])

        self.assertEqual(local_path(key).read_bytes(), b"onetwo")
        self.assertTrue(key.startswith("searches/"))

    def test_one_too_large_or_empty_leaves_nothing(self):
        before = set(local_path("searches").glob("*"))
        piece = bytes(1 << 20)
        for pieces, said in ((iter([piece] * 40), "larger than 32 MiB"), ([], "empty")):
            with self.assertRaisesMessage(Refused, said):
                keep_picture(pieces)
        self.assertEqual(set(local_path("searches").glob("*")), before)
