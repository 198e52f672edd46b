"""Exports through the API: the files of the page, and loops from a job."""

import json
from typing import Any

from django.urls import reverse

from catalog.exports import FORMATS
from catalog.models import Job
from tests.catalog.boards import BoardTestCase
from tests.factories import add_bin, add_pair, write_file


class ExportTests(BoardTestCase):
    def setUp(self):
        super().setUp()
        self.matches = [self.pair(0, 2).pk, self.pair(1, 3).pk]

    def send(self, **body: Any):
        return self.client.post("/api/exports/", body, content_type="application/json")

    def test_a_timeline_is_the_file_that_the_page_gives(self):
        form = {"seconds": 2, "handles": 24, "paths": "server"}
        pairs = ",".join(map(str, self.matches))
        for name in FORMATS:
            with self.subTest(name):
                by_page = {**form, "format": name, "pairs": pairs}
                wanted = self.client.post("/export/", by_page)
                given = self.send(matches=self.matches, format=name)
                self.assertEqual(given.status_code, 200)
                self.assertEqual(given.content, wanted.content)
                said = "Content-Disposition"
                self.assertEqual(given[said], wanted[said])

    def test_any_type_may_be_accepted_and_warnings_are_in_the_header(self):
        accept = {"Accept": "application/octet-stream"}
        body = {"matches": self.matches, "format": "edl", "from_rushes": True}
        answer = self.client.post(
            "/api/exports/", body, content_type="application/json", headers=accept
        )

        self.assertEqual(answer.status_code, 200)
        warnings = json.loads(answer["Kuleshov-Warnings"])
        self.assertTrue(warnings)
        self.assertTrue(all(isinstance(each, str) for each in warnings))

    def test_loops_are_a_job_whose_file_is_taken_when_it_is_done(self):
        answer = self.send(matches=self.matches, format="mp4")

        self.assertEqual(answer.status_code, 202, answer.content)
        job = Job.objects.get(pk=answer.json()["id"])
        address = reverse("api:export-file", args=[job.pk])
        self.assertEqual(self.client.get(address).status_code, 404)
        write_file(job.subject["key"], b"zip")
        job.state, job.result = Job.State.DONE, {"key": job.subject["key"]}
        job.save()
        taken = self.client.get(address, headers={"Accept": "application/zip"})
        self.assertEqual(b"".join(taken.streaming_content), b"zip")

    def test_an_export_that_makes_no_sense_is_one_sentence_and_no_job(self):
        hidden = add_bin(add_pair().leaving.title.production)
        for body, words in (
            ({"format": "edl"}, "Name matches or a bin"),
            ({"format": "edl", "matches": [10**9]}, "There is no match"),
            ({"format": "edl", "matches": [2**70]}, "There is no match"),
            ({"format": "avid", "matches": self.matches}, "format:"),
            ({"format": "edl", "matches": self.matches, "rate": "26"}, "rate:"),
            ({"format": "edl", "bin": hidden.pk}, "bin:"),
        ):
            with self.subTest(body=body):
                answer = self.send(**body)
                self.assertEqual(answer.status_code, 400)
                self.assertIn(words, answer.json()["error"])
        self.assertFalse(Job.objects.exists())
