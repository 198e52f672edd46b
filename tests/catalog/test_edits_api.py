"""Edits through the API: asked for with a picture, again, refused, taken."""

import json

from django.core.files.uploadedfile import SimpleUploadedFile

from catalog.models import EditJob
from catalog.services import picture_path
from tests.catalog.pages import PageTestCase, logged_in
from tests.edits import SIZE, add_edit, done_edit, job_of, target_png
from tests.factories import add_production, add_shots, add_title, add_user

TIFF = b"II*\x00" + bytes(100)
"""The sandbox opens none."""


class EditApiTests(PageTestCase):
    def setUp(self):
        production = add_production()
        self.title = add_title(production, probe=dict(SIZE))
        add_shots(self.title, 300)
        self.client = logged_in(add_user("", "editor", [production]))

    def ask(self, **otherwise):
        """Send a picture and all that is said of it, as a form."""
        told = {
            "title": self.title.pk,
            "first_frame": 10,
            "end_frame": 34,
            "picture": SimpleUploadedFile("disc.png", target_png()),
            "source_prompt": "a red square",
            "target_prompt": "a blue disc",
            "region": json.dumps({"kind": "click", "frame": 12, "at": [0.5, 0.25]}),
            "back_end": "composite",
            "seed": 3,
        }
        return self.client.post("/api/edits/", {**told, **otherwise})

    def again(self, **told):
        """Ask for an edit again, as JSON."""
        return self.client.post("/api/edits/", told, content_type="application/json")

    def test_a_picture_and_a_region_become_an_edit(self):
        answer = self.ask()

        self.assertEqual(answer.status_code, 202, answer.content)
        edit = EditJob.objects.get()
        self.assertEqual(answer.json()["id"], edit.pk)
        self.assertEqual((edit.first_frame, edit.end_frame, edit.seed), (10, 34, 3))
        self.assertEqual(edit.steps, 25)
        self.assertEqual(edit.region_given, {"frame": 12, "at": [0.5, 0.25]})
        self.assertEqual(picture_path(edit.picture_sha256).read_bytes(), target_png())

    def test_wrong_input_is_one_sentence_and_asks_for_nothing(self):
        for otherwise, words in (
            ({"picture": SimpleUploadedFile("a.png", b"nothing")}, "not a picture"),
            ({"picture": SimpleUploadedFile("a.tif", TIFF)}, "JPEG, PNG or WebP"),
            ({"region": json.dumps({"kind": "moon"})}, "moon"),
            ({"region": "[]"}, "region"),
            ({"region": json.dumps({"kind": "box", "frame": 12})}, "Draw a box"),
            ({"end_frame": 11}, "has no motion to follow"),
            ({"title": 10**6}, "title"),
            ({"back_end": "magic"}, "magic"),
        ):
            with self.subTest(words):
                answer = self.ask(**otherwise)
                self.assertEqual(answer.status_code, 400, answer.content)
                self.assertIn(words, answer.json()["error"])
        self.assertFalse(EditJob.objects.exists())

    def test_the_same_again_with_another_region(self):
        first = done_edit(self.title)

        answer = self.again(again=first.pk, region={"kind": "subject"}, steps=9)

        self.assertEqual(answer.status_code, 202, answer.content)
        second = EditJob.objects.latest("pk")
        self.assertEqual((second.parent, second.region), (first, "subject"))
        self.assertEqual((second.steps, second.seed), (9, first.seed))
        self.assertEqual(self.again(again=10**6).status_code, 400)

    def test_a_result_is_taken_and_one_that_is_not_there_is_not(self):
        edit = done_edit(self.title)
        waiting = add_edit(self.title)

        taken = self.client.get(f"/api/edits/{edit.pk}/file/")

        self.assertEqual(b"".join(taken.streaming_content), b"film")
        self.assertIn("attachment", taken["Content-Disposition"])
        none = self.client.get(f"/api/edits/{waiting.pk}/file/")
        self.assertEqual(none.status_code, 404)

    def test_an_accepted_result_is_called_as_it_was_said(self):
        first, second = done_edit(self.title), done_edit(self.title)
        for edit, told, name in (
            (first, {"name": "Disc"}, "Disc"),
            (second, {}, f"{self.title} · edit {second.pk}"),
        ):
            address = f"/api/edits/{edit.pk}/accept/"
            answer = self.client.post(address, told, content_type="application/json")
            self.assertEqual(answer.status_code, 201, answer.content)
            self.assertEqual(answer.json()["name"], name)
            shown = self.client.get(f"/api/edits/{edit.pk}/").json()
            self.assertEqual(shown["accepted"], answer.json()["id"])
            self.assertTrue(shown["accepted_by"])
            self.assertTrue(shown["accepted_at"])

    def test_lists_are_narrowed_and_estimates_given(self):
        edit = done_edit(self.title)
        other = add_edit(self.title)
        for query, wanted in (
            ({"state": "done"}, [edit.pk]),
            ({"state": job_of(other).state}, [other.pk]),
            ({"back_end": "toy"}, []),
            ({"title": self.title.pk}, [other.pk, edit.pk]),
        ):
            found = self.client.get("/api/edits/", query).json()["results"]
            self.assertEqual([each["id"] for each in found], wanted)
        asked = {"title": self.title.pk, "frames": 20, "back_end": "composite"}
        told = self.client.get("/api/edits/foretell/", asked).json()
        self.assertEqual((told["frames"], told["seconds"]), (20, 40.0))
        self.assertEqual(told["before"], 1)
