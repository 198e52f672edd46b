"""What the database promises of components, and what people choose."""

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.test import TestCase

from catalog.matchcuts import cut_of_candidate
from catalog.models import Acceptance, ComponentFinding, EditingComponent
from catalog.services import accept_for_shot
from tests.components import (
    add_acceptance,
    add_component,
    add_finding,
    add_shot_suggestion,
    add_suggestion,
    roomy_pair,
)
from tests.factories import add_title


class PromiseTests(TestCase):
    def refused(self, make):
        with self.assertRaises(IntegrityError), transaction.atomic():
            make()

    def test_a_key_says_what_its_component_is(self):
        row = add_component("filter/noir/1")
        self.assertEqual(row.category, "filter")
        self.refused(
            lambda: EditingComponent.objects.create(
                key="filter/noir/3", category="filter", base="noir", preset=2, label="x"
            )
        )

    def test_a_component_that_somebody_chose_is_never_deleted(self):
        component = add_component()
        add_acceptance(roomy_pair(), component)
        with self.assertRaises(ProtectedError):
            component.delete()

    def test_a_finding_is_on_a_shot_or_at_a_cut_and_known_by_its_component(self):
        title = add_title()
        found = add_finding(title, 50, add_component())
        self.refused(lambda: add_finding(title, 50))
        for change in ({"cut_frame": None}, {"answer": "unknown"}, {"confidence": 2}):
            with self.subTest(change):
                self.refused(
                    lambda change=change: ComponentFinding.objects.filter(
                        pk=found.pk
                    ).update(**change)
                )

    def test_nothing_is_suggested_twice_for_a_cut_or_a_shot(self):
        pair = roomy_pair()
        add_suggestion(pair, None)
        add_shot_suggestion(pair.leaving, None)
        self.refused(lambda: add_suggestion(pair, None))
        self.refused(lambda: add_suggestion(pair, add_component(), rank=1))
        self.refused(lambda: add_shot_suggestion(pair.leaving, None, rank=2))

    def test_only_a_transition_takes_time(self):
        pair = roomy_pair()
        self.refused(lambda: add_suggestion(pair, None, before=3))

    def test_a_choice_for_a_shot_has_no_half_of_an_entering_side(self):
        row = accept_for_shot(
            cut_of_candidate(roomy_pair()).leaving,
            add_component("filter/noir/0"),
            user=None,
        )
        self.refused(
            lambda: Acceptance.objects.filter(pk=row.pk).update(entering_first=3)
        )
