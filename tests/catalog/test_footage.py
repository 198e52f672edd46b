"""What a clip encoder may learn from never stands in its hold-out too."""

from django.test import TestCase

from catalog.footage import split_footage
from catalog.labels import is_held_out
from catalog.models import DuplicateGroup, Production, Shot, Title
from tests.factories import add_production, add_shots, add_title


class SplitTests(TestCase):
    def setUp(self):
        self.production = self.trainable()
        titles = [add_title(self.production) for _ in range(6)]
        self.own = [each for each in titles if not is_held_out(each.pk)]
        self.held = [each for each in titles if is_held_out(each.pk)]
        for each in titles:
            add_shots(each, 40, 60)

    def trainable(self) -> Production:
        production = add_production()
        Production.objects.filter(pk=production.pk).update(may_train=True)
        return production

    def alike(self, *titles: Title) -> None:
        """The first shots of these show one thing."""
        group = DuplicateGroup.objects.create(production=self.production)
        Shot.objects.filter(title__in=titles, index=0).update(group=group)

    def trained_on(self, title: Title) -> list[list[int]]:
        return split_footage().shots.get(f"{title.pk}", [])

    def held_out(self, title: Title) -> list[list[int]]:
        return split_footage().held_out.get(f"{title.pk}", [])

    def test_of_shots_that_show_one_thing_the_first_is_trained_on(self):
        one, two, *_ = self.own
        self.alike(one, two)

        self.assertEqual(self.trained_on(one), [[0, 40], [40, 100]])
        self.assertEqual(self.trained_on(two), [[40, 100]])

    def test_what_shows_the_same_as_a_shot_that_is_held_out_is_not_trained_on(self):
        self.alike(self.own[0], self.own[1], *self.held)

        for each in self.own[:2]:
            self.assertEqual(self.trained_on(each), [[40, 100]])
        self.assertEqual(self.held_out(self.held[0]), [[0, 40], [40, 100]])
        self.assertEqual(self.held_out(self.held[1]), [[40, 100]])

    def test_nor_where_the_title_that_is_held_out_cannot_be_read_just_now(self):
        self.alike(self.own[0], self.held[0])
        Title.objects.filter(pk=self.held[0].pk).update(state=Title.State.QUEUED)

        self.assertEqual(self.trained_on(self.own[0]), [[40, 100]])
        self.assertEqual(self.held_out(self.held[0]), [])

    def test_a_file_that_another_production_has_in_the_hold_out_is_not_trained_on(self):
        elsewhere = self.trainable()
        copy = add_title(elsewhere, source=self.held[0].source)
        while is_held_out(copy.pk):
            copy.delete()
            copy = add_title(elsewhere, source=self.held[0].source)
        add_shots(copy, 40, 60)

        self.assertEqual(self.trained_on(copy), [])
        self.assertEqual(len(self.held_out(self.held[0])), 2)

    def test_a_title_that_repeats_another_holds_nothing_of_it_out(self):
        self.alike(self.own[0], self.held[0])
        Title.objects.filter(pk=self.held[0].pk).update(same_as=self.own[0])

        self.assertEqual(self.trained_on(self.own[0]), [[0, 40], [40, 100]])

    def test_footage_that_may_not_train_is_on_neither_side(self):
        Production.objects.filter(pk=self.production.pk).update(may_train=False)
        other = self.trainable()
        for _ in range(3):
            add_shots(add_title(other), 30)

        split = split_footage()

        self.assertEqual((split.count(), split.count_held_out()), (2, 1))
        forbidden = {f"{each.pk}" for each in (*self.own, *self.held)}
        self.assertFalse(forbidden & {*split.shots, *split.held_out})
