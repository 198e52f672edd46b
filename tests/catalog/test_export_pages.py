import zipfile
from io import BytesIO

from catalog.exports import FORMATS
from catalog.files import local_path
from catalog.models import Job
from tests.catalog.pages import HTMX, PageTestCase, logged_in, markup, text
from tests.factories import (
    add_bin,
    add_bin_item,
    add_pair,
    add_production,
    add_title,
    add_user,
    write_file,
)

WISHES = {"format": "edl", "seconds": "2", "handles": "24", "paths": "server"}


class ExportPageTests(PageTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.production = add_production()
        cls.viewer = add_user("", "viewer", [cls.production])
        cls.pair = add_pair(cls.production)
        cls.bin = add_bin(cls.production, 'Días / "best"')
        add_bin_item(cls.pair, cls.bin)

    def setUp(self):
        self.client = logged_in(self.viewer)

    def export(self, **fields):
        return self.client.post("/export/", {"bin": self.bin.pk, **WISHES, **fields})

    def test_the_page_without_anything_lists_the_bins(self):
        answer = self.client.get("/export/")

        self.assertContains(answer, f'href="/export/?bin={self.bin.pk}"')

    def test_the_form_says_what_it_will_write(self):
        for query in (f"bin={self.bin.pk}", f"pairs={self.pair.pk}"):
            with self.subTest(query):
                answer = self.client.get(f"/export/?{query}")
                self.assertContains(answer, "1 cut")
                (chosen,) = markup(answer).find("select", name="format")
                self.assertEqual(chosen["id"], "id_format")

    def test_every_format_is_a_file_of_its_name(self):
        for name, form in FORMATS.items():
            with self.subTest(name):
                answer = self.export(format=name)
                self.assertEqual(answer.status_code, 200)
                said = answer["Content-Disposition"]
                # RFC 6266: the name in UTF-8, without the slash and quotes of the bin's.
                wanted = f"filename*=utf-8''D%C3%ADas%20_%20_best_{form.suffix}"
                self.assertEqual(said, f"attachment; {wanted}")
                self.assertEqual(answer["Content-Type"], form.media_type)
                self.assertIn("no-store", answer["Cache-Control"])

    def test_an_edl_of_two_rates_comes_as_a_zip(self):
        item = add_bin_item(self.pair, self.bin)
        item.entering_title = add_title(self.production, rate_num=24)
        item.save()

        answer = self.export()

        self.assertEqual(answer["Content-Type"], "application/zip")
        names = zipfile.ZipFile(BytesIO(answer.content)).namelist()
        self.assertEqual([name[-7:] for name in names], [" 25.edl", " 24.edl"])

    def test_what_to_know_of_a_file_is_said_on_the_next_page(self):
        self.export(paths="windows")

        self.assertContains(self.client.get("/export/"), "No storage root says where")

    def test_a_wish_that_makes_no_sense_is_told_beside_the_form(self):
        for wrong in ({"format": "aaf"}, {"handles": "-1"}, {"rate": "26"}):
            with self.subTest(wrong):
                self.assertEqual(self.export(**wrong).status_code, 422)

    def test_an_empty_bin_and_an_unknown_match_are_one_sentence_each(self):
        empty = add_bin(self.production)
        self.assertContains(
            self.client.get(f"/export/?bin={empty.pk}"),
            "holds no cuts",
            status_code=422,
        )
        self.assertContains(
            self.client.get("/export/?pairs=99999999"), "There is no match 99999999.",
            status_code=422,
        )  # fmt: skip

    def test_a_strangers_bin_is_not_there(self):
        client = logged_in(add_user("", "editor", [add_production()]))

        self.assertEqual(client.get(f"/export/?bin={self.bin.pk}").status_code, 404)
        answer = client.post("/export/", {"pairs": self.pair.pk, **WISHES})
        self.assertEqual(answer.status_code, 422)
        self.assertNotIn(self.pair.leaving.title.name, text(answer))

    def test_loops_are_a_job_that_is_waited_for_and_then_taken(self):
        answer = self.export(format="mp4")
        job = Job.objects.get(kind=Job.Kind.EXPORT)
        self.assertRedirects(answer, f"/export/{job.pk}/")
        waiting = self.client.get(f"/export/{job.pk}/", headers=HTMX)
        self.assertContains(waiting, f'hx-get="/export/{job.pk}/"')
        self.assertEqual(self.client.get(f"/export/{job.pk}/file").status_code, 404)

        key = job.subject["key"]
        write_file(key, b"zip")
        self.addCleanup(local_path(key).unlink)
        Job.objects.update(state=Job.State.DONE, result={"key": key, "files": 1})

        ready = self.client.get(f"/export/{job.pk}/", headers=HTMX)
        self.assertNotIn("hx-get", text(ready))
        taken = self.client.get(f"/export/{job.pk}/file")
        self.assertEqual(text(taken), "zip")
        self.assertIn("filename*=utf-8''D%C3%ADas", taken["Content-Disposition"])

    def test_who_lost_sight_of_a_title_loses_its_export(self):
        self.export(format="mp4")
        job = Job.objects.get(kind=Job.Kind.EXPORT)

        self.viewer.productions.clear()

        for address in (f"/export/{job.pk}/", f"/export/{job.pk}/file"):
            self.assertEqual(self.client.get(address).status_code, 404)
