"""The page of what was found in a title, and who may have it looked for."""

from django.test import TestCase
from django.urls import reverse

from catalog.models import Job
from tests.components import add_component, add_embedding, add_finding
from tests.factories import add_production, add_shots, add_title, add_user


class FoundTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.production = add_production()
        cls.title = add_title(cls.production)
        add_shots(cls.title, 50, 50)
        cls.editor = add_user(productions=[cls.production])
        cls.viewer = add_user(group="viewer", productions=[cls.production])
        cls.stranger = add_user(productions=[add_production()])
        cls.dissolve = add_component()
        cls.page = reverse("title-components", args=[cls.title.pk])
        cls.asking = reverse("title-detect", args=[cls.title.pk])

    def test_what_was_found_is_listed_with_its_time_and_confidence(self):
        add_finding(self.title, 50, self.dissolve)
        self.client.force_login(self.viewer)

        page = self.client.get(self.page)

        self.assertContains(page, "Cross dissolve")
        self.assertContains(page, "01:00:02:00")
        self.assertContains(page, "80%")
        self.assertNotContains(page, "Look again")

    def test_they_are_shown_and_lead_to_where_they_play(self):
        first, second = self.title.shots.order_by("first_frame")
        add_finding(self.title, 50, self.dissolve)
        found = add_finding(self.title, 60)
        found.shot, found.cut_frame = first, None
        found.save()
        self.client.force_login(self.viewer)

        page = self.client.get(self.page)

        for frame in (second.first_frame - 1, second.first_frame, 25):
            self.assertContains(page, reverse("still", args=[self.title.pk, frame]))
        for shot in (first, second):
            where = f"{self.title.get_absolute_url()}?shot={shot.pk}"
            self.assertContains(page, f'href="{where}"')

    def test_unknown_ones_are_said_to_be_unknown_and_nothing_is_said_to_be_nothing(
        self,
    ):
        self.client.force_login(self.viewer)
        self.assertContains(self.client.get(self.page), "Nobody has looked yet")

        add_finding(self.title, 50)

        self.assertContains(self.client.get(self.page), "one that is not known")
        self.assertNotContains(self.client.get(self.page), "most like")

        add_finding(self.title, 60, nearest=self.dissolve)

        page = self.client.get(self.page)
        self.assertContains(
            page, f'most like <a href="{self.dissolve.get_absolute_url()}"'
        )

    def test_a_title_of_another_production_is_not_there(self):
        self.client.force_login(self.stranger)

        self.assertEqual(self.client.get(self.page).status_code, 404)
        self.assertEqual(self.client.post(self.asking).status_code, 404)

    def test_an_editor_has_it_looked_for_once_an_encoder_is_in_use(self):
        self.client.force_login(self.editor)

        refused = self.client.post(self.asking, follow=True)
        self.assertContains(refused, "No component encoder is in use yet")
        add_embedding(self.dissolve, [1.0, 0.0])
        self.client.post(self.asking)
        self.client.post(self.asking)

        job = Job.objects.get(kind=Job.Kind.DETECT)
        self.assertEqual((job.title, job.asked_by), (self.title, self.editor))
        self.assertContains(self.client.get(self.page), "Waiting for a worker")

    def test_viewers_may_not_ask_and_only_admins_have_suggestions_learned(self):
        self.client.force_login(self.viewer)
        self.assertEqual(self.client.post(self.asking).status_code, 403)
        learn = reverse("components-learn")
        self.client.force_login(self.editor)
        self.assertEqual(self.client.post(learn).status_code, 403)

        self.client.force_login(add_user(group="admin"))
        page = self.client.post(learn)

        job = Job.objects.get(kind=Job.Kind.LEARN)
        self.assertRedirects(page, reverse("job", args=[job.pk]))
