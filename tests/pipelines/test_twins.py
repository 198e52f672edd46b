"""The same content twice: one title for who may see it, and no word to who may not."""

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.test import TestCase

from catalog.models import Production, SourceFile, Title
from pipelines.ingest import twin_of


class TwinTests(TestCase):
    def setUp(self):
        self.source = SourceFile.objects.create(content_key="k", size=1)
        self.ours = Production.objects.create(name="Ours")
        self.theirs = Production.objects.create(name="Theirs")
        self.user = User.objects.create_user("ed")
        self.ours.members.add(self.user)

    def title(self, production, *, source=None, user=None):
        return Title.objects.create(
            production=production,
            name="A",
            added_path="/a.mp4",
            source=source,
            added_by=user,
        )

    def test_in_one_production_the_same_content_is_one_title(self):
        first = self.title(self.ours, source=self.source)
        again = self.title(self.ours, user=self.user)

        self.assertEqual(twin_of(again, self.source), first)

    def test_a_title_of_another_production_that_one_may_see_is_the_same_title(self):
        self.theirs.members.add(self.user)
        first = self.title(self.theirs, source=self.source)
        again = self.title(self.ours, user=self.user)

        self.assertEqual(twin_of(again, self.source), first)

    def test_nobody_learns_of_a_title_by_adding_its_twin(self):
        self.title(self.theirs, source=self.source)
        again = self.title(self.ours, user=self.user)

        self.assertIsNone(twin_of(again, self.source))

    def test_the_database_itself_lets_one_through(self):
        self.title(self.ours, source=self.source)

        with self.assertRaises(IntegrityError), transaction.atomic():
            self.title(self.ours, source=self.source)
