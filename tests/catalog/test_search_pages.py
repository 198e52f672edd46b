from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from catalog.files import local_path
from catalog.models import Job
from tests.catalog.boards import BoardTestCase
from tests.catalog.pages import HTMX, logged_in, markup, text
from tests.factories import add_job, add_mask, add_shots, add_title, add_user

JPEG = b"\xff\xd8\xff\xe0" + bytes(64)
HALF = "1" * 2048 + "0" * 2048


class AskingTests(BoardTestCase):
    def ask(self, **fields):
        given = {"by": "shot", "kind": "frame", "shot": self.shots[0].pk, **fields}
        return self.client.post("/search/", given)

    def test_a_shot_leads_here_and_is_searched_by_without_its_copies(self):
        for page in (f"/titles/{self.title.pk}/?shot={self.shots[2].pk}",):
            self.assertContains(
                self.client.get(page), f"/search/?shot={self.shots[2].pk}"
            )
        form = self.client.get(f"/search/?shot={self.shots[0].pk}&kind=motion")
        self.assertContains(form, f"{self.title} shot 0")
        (chosen,) = markup(form).find("option", selected="")[:1]
        self.assertEqual(chosen["value"], "motion")

        answer = self.ask(
            others_only="on", min_score="0.5", titles=[self.title.pk],
            added_from="2026-01-02", min_handles="12",
        )  # fmt: skip

        job = Job.objects.get()
        self.assertRedirects(answer, f"/search/{job.pk}/")
        self.assertEqual((job.kind, job.asked_by), ("search", self.editor))
        self.assertEqual(job.subject["shot"], self.shots[0].pk)
        self.assertEqual(
            job.subject["filters"],
            {
                "titles": [self.title.pk],
                "added_from": "2026-01-02",
                "min_score": 0.5,
                "min_handles": 12,
                "not_groups_of": self.shots[0].pk,
            },
        )

    def test_a_picture_is_kept_for_the_worker_under_a_name_of_our_own(self):
        picture = SimpleUploadedFile("../../evil.jpg", JPEG)

        self.ask(by="still", picture=picture)

        key = Job.objects.get().subject["picture"]
        self.assertNotIn("evil", key)
        self.assertEqual(local_path(key).read_bytes(), JPEG)

    def test_a_drawn_shape_is_asked_for_as_its_bits(self):
        self.ask(by="silhouette", mask="0f" * 512)

        self.assertEqual(Job.objects.get().subject["mask"], "0f" * 512)

    def test_the_shape_of_a_shot_is_offered_to_draw_on(self):
        add_mask(self.shots[0], HALF)

        page = self.client.get(f"/search/?shot={self.shots[0].pk}")

        self.assertEqual(
            markup(page).by_id("drawing")["data-shape"], "f" * 512 + "0" * 512
        )

    def test_what_is_no_picture_is_refused_and_keeps_nothing(self):
        before = list(local_path("searches").glob("*"))
        for content in (b"", b"GIF89a", b"<svg/>", b"\x00\x00\x00 ftypmp42"):
            with self.subTest(content=content):
                given = SimpleUploadedFile("a.jpg", content)
                answer = self.ask(by="still", picture=given)
                self.assertEqual(answer.status_code, 422)
                self.assertTrue(markup(answer).find("p", class_="error"))
        self.assertFalse(Job.objects.exists())
        self.assertEqual(list(local_path("searches").glob("*")), before)

    def test_a_search_by_nothing_or_by_anothers_shot_says_one_sentence(self):
        hidden = add_shots(add_title(), 50)[0]
        for fields in (
            {"shot": ""},
            {"shot": hidden.pk},
            {"by": "still"},
            {"by": "silhouette"},
            {"by": "silhouette", "mask": "0" * 1024},
            {"by": "silhouette", "mask": "xyz"},
            {"kind": "none"},
            {"min_score": "much"},
        ):
            with self.subTest(fields=fields):
                answer = self.ask(**fields)
                self.assertEqual(answer.status_code, 422)
                self.assertTrue(markup(answer).find("p", class_="error"))
        self.assertFalse(Job.objects.exists())

    def test_viewers_may_search(self):
        self.client = logged_in(add_user("", "viewer", [self.production]))

        self.assertEqual(self.ask().status_code, 302)


class FoundTests(BoardTestCase):
    def search(self, **fields) -> Job:
        subject = {"kind": "frame", "by": "shot", "shot": self.shots[0].pk}
        return add_job(
            None, kind=Job.Kind.SEARCH, subject=subject, asked_by=self.editor, **fields
        )

    def row(self, rank: int, shot, **fields) -> dict[str, Any]:
        title = shot.title
        return {
            "rank": rank, "score": 0.9 - rank / 10, "title": title.pk,
            "parts": {"placed_iou": 0.81, "dx": 0.1}, "title_name": str(title),
            "shot": shot.pk, "index": shot.index, "frame": shot.first_frame,
            "tc": title.tc(shot.first_frame), **fields,
        }  # fmt: skip

    def done(self, *rows: dict[str, Any], exact: bool = True) -> Job:
        result = {"kind": "frame", "exact": exact, "shots": list(rows)}
        return self.search(state=Job.State.DONE, result=result)

    def answer(self, job: Job, **headers: str):
        return self.client.get(f"/search/{job.pk}/", headers=headers)

    def test_it_asks_again_by_itself_until_the_job_is_over(self):
        job = self.search(state=Job.State.RUNNING, progress=0.5)
        part = self.answer(job, **HTMX)
        self.assertNotContains(part, "<html")
        self.assertEqual(markup(part).by_id("found")["hx-get"], f"/search/{job.pk}/")
        self.assertContains(part, "Searching")

        Job.objects.update(state=Job.State.DONE, result={"exact": True, "shots": []})

        part = self.answer(job, **HTMX)
        self.assertNotIn("hx-get", markup(part).by_id("found"))
        self.assertContains(part, "Nothing is near enough")

    def test_cards_come_in_their_order_with_scores_parts_and_stills(self):
        job = self.done(self.row(1, self.shots[3]), self.row(2, self.shots[1]))

        page = self.answer(job)

        cards = [
            li["id"] for li in markup(page).find("li") if "card" in li.get("class", "")
        ]
        self.assertEqual(cards, ["found-1", "found-2"])
        for words in ("0.80", "placed IoU", "01:00:06:00", "2 shots."):
            self.assertContains(page, words)
        self.assertContains(page, f"/media/{self.title.pk}/still/150")
        self.assertContains(page, f"/search/?shot={self.shots[3].pk}")
        self.assertNotContains(page, "by the index")

    def test_what_left_ones_sight_or_was_cut_again_is_not_led_to(self):
        hidden = add_shots(add_title(name="Hidden reel"), 50)[0]
        gone = self.row(2, self.shots[5])
        self.shots[5].delete()
        job = self.done(self.row(1, hidden), gone, exact=False)

        page = self.answer(job)

        self.assertNotContains(page, "Hidden reel")
        self.assertContains(page, "1 shot, by the index")
        self.assertNotContains(page, f"?shot={gone['shot']}")

    def test_a_search_that_failed_says_why(self):
        job = self.search(state=Job.State.FAILED, error="The picture cannot be read.")

        self.assertContains(self.answer(job), "The picture cannot be read.")

    def test_a_search_is_its_askers_alone(self):
        job = self.done(self.row(1, self.shots[3]))
        self.client = logged_in(add_user("", "editor", [self.production]))

        self.assertEqual(self.answer(job).status_code, 404)
        self.assertNotIn(f"/search/{job.pk}/", text(self.client.get("/search/")))
