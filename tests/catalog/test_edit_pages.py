"""The pages of edits: asked for, waited for, looked at, without a worker."""

from datetime import UTC, datetime
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile

from catalog.back_ends import BACK_ENDS
from catalog.files import local_path
from catalog.models import EditJob, Job
from catalog.services.edits import HEAT
from tests.catalog.pages import HTMX, PageTestCase, logged_in, text
from tests.edits import SIZE, add_edit, done_edit, target_png
from tests.factories import add_production, add_shots, add_title, add_user


class PageTests(PageTestCase):
    def setUp(self):
        production = add_production()
        self.title = add_title(production, probe=dict(SIZE))
        (self.shot,) = add_shots(self.title, 300)
        self.client = logged_in(add_user("", "editor", [production]))
        self.viewer = logged_in(add_user("", "viewer", [production]))

    def filled(self, **otherwise):
        """The form as a person fills it."""
        picture = BytesIO(target_png())
        return {
            "first_frame": "0",
            "last_frame": "11",
            "picture": SimpleUploadedFile("disc.png", picture.read()),
            "source_prompt": "a red square",
            "target_prompt": "a blue disc",
            "region": "box",
            "frame": "0",
            "left": "10",
            "top": "30",
            "width": "20",
            "height": "40",
            "back_end": "composite",
            "strength": "1",
            "steps": "25",
            "seed": "0",
        } | otherwise

    def ask(self, **otherwise):
        """Send the form of the shot."""
        address = f"/titles/{self.title.pk}/shots/{self.shot.pk}/edit/"
        return self.client.post(address, self.filled(**otherwise))

    def test_the_form_without_scripts_asks_for_an_edit(self):
        answer = self.ask()

        edit = EditJob.objects.get()
        self.assertRedirects(answer, f"/edits/{edit.pk}/")
        self.assertEqual(edit.region_given, {"frame": 0, "box": [0.1, 0.3, 0.2, 0.4]})
        self.assertEqual((edit.first_frame, edit.end_frame), (0, 12))

    def test_every_way_of_marking_is_taken(self):
        for region, given in (
            ("subject", {"subject": "any"}),
            ("click", {"frame": 3, "at": [0.5, 0.25]}),
            ("drawn", {"frame": 3, "mask": "f" * 1024}),
        ):
            self.ask(region=region, frame="3", across="50", down="25", mask="f" * 1024)
            edit = EditJob.objects.latest("pk")
            self.assertEqual((edit.region, edit.region_given), (region, given))

    def test_the_same_again_has_its_region_to_the_last_digit(self):
        third = 1 / 3
        for region, place, field in (
            ("box", {"box": [third, 0.07, third, 0.29]}, "width"),
            ("click", {"at": [third, 0.07]}, "across"),
        ):
            first = done_edit(
                self.title, region=region, region_given={"frame": 5, **place}
            )
            address = f"/edits/{first.pk}/again/"
            shown = self.client.get(address).context["form"]
            asked = {name: shown[name].value() for name in shown.fields}
            asked = {name: "" if at is None else at for name, at in asked.items()}
            self.assertEqual(asked[field], 33.33)
            for otherwise in ({"seed": 9}, {field: 40}):
                self.client.post(address, {**asked, **otherwise})
                second = EditJob.objects.latest("pk")
                self.assertEqual(second.parent, first)
                ((name, wanted),) = place.items()
                if field in otherwise:
                    wanted = [*wanted[:-2], 0.4, wanted[-1]]
                self.assertEqual(second.region_given, {"frame": 5, name: wanted})

    def test_what_is_wrong_is_said_and_what_was_written_stays(self):
        for otherwise, sentence in (
            ({"picture": ""}, "Drop a picture of what is wanted."),
            ({"picture": SimpleUploadedFile("a.png", b"no")}, "This is not a picture"),
            ({"target_prompt": ""}, "This field is required."),
            ({"width": ""}, "Mark it in the picture"),
            ({"last_frame": "0"}, "has no motion to follow"),
            ({"back_end": "vace", "region": "none"}, "needs a region"),
        ):
            with self.subTest(**otherwise):
                answer = self.ask(**otherwise)
                self.assertEqual(answer.status_code, 422)
                self.assertContains(answer, sentence, status_code=422)
                self.assertContains(answer, "a red square", status_code=422)
        self.assertFalse(EditJob.objects.exists())

    def test_the_page_says_which_weights_are_to_be_placed_where(self):
        page = self.client.get(f"/titles/{self.title.pk}/shots/{self.shot.pk}/edit/")

        self.says_what_is_for_footage(page)

    def test_an_edit_by_the_toy_s_network_says_that_it_is_no_use_for_footage(self):
        toy = done_edit(self.title, back_end="toy", region="none", region_given={})

        self.says_what_is_for_footage(self.client.get(f"/edits/{toy.pk}/"))

        other = self.client.get(f"/edits/{done_edit(self.title).pk}/")
        self.assertNotContains(other, "no use for footage")

    def says_what_is_for_footage(self, page):
        """A page warns of the toy and names all weights that can be placed."""
        self.assertContains(page, "Toy world: it is no use for footage")
        for key in ("unclip", "vace"):
            said = BACK_ENDS[key]
            for words in (said.weights, said.size, said.licence, said.folder):
                self.assertContains(page, words)

    def test_the_estimate_follows_what_is_filled_in(self):
        done_edit(self.title)
        address = f"/titles/{self.title.pk}/edit/estimate/"
        wanted = {"first_frame": 0, "last_frame": 19, "steps": 9}

        part = self.client.get(address, {**wanted, "back_end": "composite"})

        self.assertContains(part, "20 frames, about 40.0 s.")
        for wrong in ({}, {"back_end": "magic"}, {**wanted, "last_frame": "9" * 30}):
            self.assertEqual(self.client.get(address, wrong).status_code, 200)

    def test_a_waiting_edit_says_its_place_and_asks_again(self):
        add_edit(self.title)
        edit = add_edit(self.title)
        page = self.client.get(f"/edits/{edit.pk}/")
        self.assertContains(page, "1 job before it.")
        self.assertContains(page, "every 1s")
        self.assertContains(page, "cancel-edit")

        self.client.post(f"/edits/{edit.pk}/cancel/")

        page = self.client.get(f"/edits/{edit.pk}/", headers=HTMX)
        self.assertNotContains(page, "every 1s")
        self.assertContains(page, "resume-edit")
        self.assertNotIn("<html", text(page))

    def test_a_result_is_shown_with_both_measures_and_who_made_it(self):
        edit = done_edit(self.title)

        page = self.client.get(f"/edits/{edit.pk}/")

        self.assertContains(page, "100% of 10 frames are nearer to the picture")
        self.assertContains(page, "neighbours are alike by 0.970")
        self.assertContains(page, "all others are the source")
        self.assertContains(page, "accept-edit")
        self.assertNotContains(self.viewer.get(f"/edits/{edit.pk}/"), "accept-edit")

    def test_what_was_made_again_to_other_pixels_says_what_differs(self):
        first = done_edit(self.title)
        again = done_edit(self.title, reproduces=first)
        same = {"frames_sha256": "f", "weights_sha256": "w", "settings_sha256": "s"}
        for otherwise, words in (
            ({}, "though frames, region, weights, settings, software and device"),
            ({"settings_sha256": "of a release"}, "in the back-end&#x27;s settings."),
            (
                {"frames_sha256": "g", "computed_on": "cuda", "device": "a GPU"},
                "in the source&#x27;s frames, the device.",
            ),
            ({"device": "AMD EPYC (25.17, AVX512)"}, "though frames"),
            ({"processor": "AMD EPYC (25.17, AVX2)"}, "in the processor."),
            ({"at_once": 4}, "in the number of frames at once."),
            ({"region_sha256": "which the first does not say"}, "though frames"),
        ):
            with self.subTest(words):
                here = {"computed_on": "cpu", "device": "cpu", "at_once": 8}
                told = same | here | {"processor": "AMD EPYC (25.17, AVX512)"}
                first.inputs, again.inputs = told, told | otherwise
                again.outcome["same_pixels"] = False
                first.save(), again.save()
                page = self.client.get(f"/edits/{again.pk}/")
                self.assertContains(page, f"Not the pixels of edit {first.pk}")
                self.assertContains(page, words)

    def test_what_is_left_is_what_its_worker_says_while_it_is_made(self):
        edit = add_edit(self.title)
        told = {"frames": 10, "seconds_a_frame": 6.0, "device": "cpu", "left": 45.0}
        EditJob.objects.filter(pk=edit.pk).update(estimate=told, stage="compositing")
        job = Job.objects.filter(edit=edit)
        job.update(state=Job.State.RUNNING, stage="edit", progress=0.25)

        self.assertContains(self.client.get(f"/edits/{edit.pk}/"), "about 45.0 s")

        job.update(stage="measure")
        self.assertNotContains(self.client.get(f"/edits/{edit.pk}/"), "about 45.0 s")

    def test_where_the_noise_differs_is_shown_if_a_network_sought_it(self):
        edit = done_edit(self.title)
        media = f"/media/edits/{edit.pk}/heat"

        self.assertContains(self.client.get(f"/edits/{edit.pk}/"), media)
        self.assertEqual(self.client.get(media)["Content-Type"], "image/jpeg")

        local_path(edit.file_key(HEAT)).unlink()
        self.assertNotContains(self.client.get(f"/edits/{edit.pk}/"), media)

    def test_a_refusal_is_said_on_the_page(self):
        edit = add_edit(self.title)
        for verb in ("accept", "reproduce"):
            answer = self.client.post(f"/edits/{edit.pk}/{verb}/", follow=True)
            self.assertContains(answer, "has no result")

    def test_attempts_of_the_same_frames_are_looked_at_beside_one_another(self):
        first = done_edit(self.title)
        second = done_edit(self.title, parent=first, seed=2)
        longer = done_edit(self.title, parent=first, end_frame=30)

        page = text(self.client.get(f"/edits/{second.pk}/?with={first.pk}"))

        self.assertIn(f"Edit {first.pk} on the left, edit {second.pk}", page)
        self.assertIn(f"/media/edits/{first.pk}/compare", page)
        self.assertNotIn(f"?with={longer.pk}", page)
        for wrong in (longer.pk, second.pk, 999, "x"):
            page = self.client.get(f"/edits/{second.pk}/?with={wrong}")
            self.assertNotContains(page, "on the left, edit")

    def test_a_title_and_what_was_made_of_it_lead_to_one_another(self):
        made = add_title(self.title.production)
        edit, _other = done_edit(self.title), done_edit(self.title)
        address = self.title.get_absolute_url()
        self.assertNotContains(self.client.get(address), "Edits of it in the catalogue")

        ann = add_user("ann", "editor", [self.title.production])
        EditJob.objects.filter(pk=edit.pk).update(
            accepted=made,
            accepted_by=ann,
            accepted_at=datetime(2026, 3, 5, 9, 30, tzinfo=UTC),
        )

        page = self.client.get(address)
        self.assertContains(page, "Edits of it in the catalogue")
        self.assertContains(page, f'<a href="{made.get_absolute_url()}">{made}</a>')
        page = self.client.get(made.get_absolute_url())
        self.assertContains(page, f'Made by <a href="{edit.get_absolute_url()}">')
        self.assertContains(page, f"accepted by {ann} on 5 Mar 2026")
        page = self.client.get(edit.get_absolute_url())
        self.assertContains(page, f"Accepted by {ann} on 5 Mar 2026")
