"""Components in the product: listed, and what machines say of them kept."""

import numpy as np
from django.test import TestCase

from catalog.models import (
    ComponentFinding,
    ComponentPlace,
    EditingComponent,
    Suggestion,
)
from mlcore.components.component import CATEGORIES
from pipelines.components.kept import (
    Embedded,
    Found,
    Suggested,
    replace_embeddings,
    replace_findings,
    replace_suggestions,
)
from pipelines.components.listing import list_components
from tests.components import (
    DISSOLVE,
    add_acceptance,
    add_component,
    dissolves,
    roomy_pair,
)
from tests.factories import (
    add_encoder,
    add_shots,
    add_title,
)


class ListingTests(TestCase):
    def test_rows_follow_what_is_drawn_however_often_that_is_said(self):
        first = list_components(dissolves(), {"transition/cross dissolve"})
        self.assertEqual(first, (len(dissolves()), len(dissolves()), 0))
        keys = dict(EditingComponent.objects.values_list("key", "pk"))

        self.assertEqual(list_components(dissolves()), (len(dissolves()), 0, 0))

        self.assertEqual(dict(EditingComponent.objects.values_list("key", "pk")), keys)
        row = EditingComponent.objects.get(key=DISSOLVE)
        self.assertEqual((row.label, row.split), ("Cross dissolve", "train"))
        self.assertEqual(row.settings, dict(dissolves()[0].settings))
        self.assertTrue(row.is_dissolve)

    def test_one_that_is_no_longer_drawn_stays_for_what_was_made_with_it(self):
        old = add_component("transition/old wipe/0")
        choice = add_acceptance(roomy_pair(), old)

        self.assertEqual(list_components(dissolves()).withdrawn, 1)

        choice.refresh_from_db()
        self.assertEqual(choice.component, old)
        self.assertFalse(EditingComponent.objects.offered().filter(pk=old.pk).exists())

    def test_the_classes_of_rows_are_those_of_programs(self):
        self.assertEqual(tuple(EditingComponent.Category.values), CATEGORIES)


class KeptTests(TestCase):
    def setUp(self):
        self.version = add_encoder("component")
        self.rows = [add_component(f"filter/grade {n:02d}/0") for n in range(12)]

    def embedded(self, spread=1.0):
        angles = np.linspace(0, spread, len(self.rows))
        return {
            row.key: Embedded(
                np.array([np.cos(angle), np.sin(angle), 0.2], np.float32), clips=4
            )
            for row, angle in zip(self.rows, angles, strict=True)
        }

    def test_embeddings_replace_those_of_their_version_and_lie_on_a_map(self):
        other = add_encoder("component", status="retired")
        for version in (other, self.version, self.version):
            replace_embeddings(version, self.embedded())
        self.assertEqual(self.rows[0].embeddings.count(), 2)
        places = list(ComponentPlace.objects.live())
        self.assertEqual(len(places), 12)
        # Along an arc: the map keeps its order, from one end to the other.
        across = [place.x for place in places]
        self.assertIn(across, (sorted(across), sorted(across, reverse=True)))
        self.assertAlmostEqual(max(across) - min(across), 1.0, places=5)

    def test_many_components_that_are_alike_lie_together(self):
        rng = np.random.default_rng(0)
        groups = [rng.normal(size=16) for _ in range(3)]
        self.rows = [add_component(f"filter/of many {n:03d}/0") for n in range(120)]
        vectors = {
            row.key: Embedded(
                (groups[n % 3] + 0.1 * rng.normal(size=16)).astype(np.float32), 1
            )
            for n, row in enumerate(self.rows)
        }
        replace_embeddings(self.version, vectors, seed=0)
        at = np.array([(p.x, p.y) for p in ComponentPlace.objects.live()])
        group = np.arange(120) % 3
        far = np.linalg.norm(at[:, None] - at[None], axis=-1)
        np.fill_diagonal(far, np.inf)
        self.assertEqual(group[far.argmin(axis=1)].tolist(), group.tolist())

    def test_a_vector_without_a_direction_is_refused_and_nothing_changes(self):
        replace_embeddings(self.version, self.embedded())
        broken = self.embedded() | {
            self.rows[3].key: Embedded(np.zeros(3, np.float32), 4)
        }
        with self.assertRaisesRegex(ValueError, "grade 03"):
            replace_embeddings(self.version, broken)
        self.assertEqual(ComponentPlace.objects.count(), 12)

    def test_findings_replace_those_of_their_version(self):
        title = add_title()
        shot = add_shots(title, 100, 100)[0]
        found = [
            Found(first_frame=94, end_frame=106, cut_frame=100, confidence=0.9,
                  category="transition", nearest=self.rows[1].key),
            Found(first_frame=0, end_frame=100, shot=shot, confidence=0.8,
                  component=self.rows[0].key, nearest=self.rows[0].key),
            Found(first_frame=149, end_frame=151, cut_frame=150, confidence=0.7),
        ]  # fmt: skip
        replace_findings(title, self.version, found[:1])
        self.assertEqual(replace_findings(title, self.version, found), 3)
        rows = ComponentFinding.objects.live().filter(title=title)
        said = [(row.answer, row.category, row.component, row.nearest) for row in rows]
        self.assertEqual(
            said,
            [
                ("known", "filter", self.rows[0], None),
                ("unknown", "transition", None, self.rows[1]),
                ("nothing", "", None, None),
            ],
        )
        like = f"Unknown transition, most like {self.rows[1].label}"
        self.assertEqual(
            [row.label for row in rows], [self.rows[0].label, like, "Nothing"]
        )
        self.assertEqual(rows.laid().count(), 2)


class SuggestingTests(TestCase):
    def setUp(self):
        self.version = add_encoder("recommender")
        self.pair = roomy_pair()
        self.leaving = (self.pair.leaving, self.pair.leaving_frame)
        self.entering = (self.pair.entering, self.pair.entering_frame)
        add_component()
        add_component("filter/noir/0")

    def say(self, *suggested, entering=True):
        side = self.entering if entering else None
        return replace_suggestions(self.version, self.leaving, side, suggested)

    def test_suggestions_replace_those_for_the_same_frames_and_keep_their_order(self):
        plain = Suggested(component=None, confidence=0.5, reason="most are plain")
        mixed = Suggested(
            component=DISSOLVE, confidence=0.4, reason="slow", before=5, after=6
        )
        noir = Suggested(component="filter/noir/0", confidence=0.4, reason="dark")
        self.say(plain)
        self.say(noir, plain, entering=False)
        self.say(mixed, plain)
        rows = Suggestion.objects.for_pair(self.pair.leaving, self.pair.entering)
        self.assertEqual(
            [(row.rank, row.label, row.before) for row in rows.order_by("rank")],
            [(1, "Cross dissolve", 5), (2, "Plain cut", 0)],
        )
        self.assertEqual(Suggestion.objects.for_shot(self.pair.leaving).count(), 2)

    def test_what_cannot_be_is_never_written(self):
        plain = Suggested(component=None, confidence=0.5, reason="")
        cases = (
            ([], True, "using nothing"),
            ([Suggested(component=DISSOLVE, confidence=1, reason="", before=1)], True,
             "using nothing"),
            ([plain, Suggested(component=DISSOLVE, confidence=0, reason="", before=21)],
             True, "more than the handles allow"),
            ([plain, Suggested(component=DISSOLVE, confidence=0, reason="", after=21)],
             True, "more than the handles allow"),
            ([plain, Suggested(component=DISSOLVE, confidence=0, reason="")], True,
             "handles"),
            ([plain, Suggested(component="filter/noir/0", confidence=0, reason="")],
             True, "cannot be there"),
            ([plain, Suggested(component=DISSOLVE, confidence=0, reason="", before=1)],
             False, "cannot be there"),
            ([plain, Suggested(component="filter/none/0", confidence=0, reason="")],
             False, "is not offered"),
        )  # fmt: skip
        for suggested, entering, sentence in cases:
            with self.subTest(sentence), self.assertRaisesRegex(ValueError, sentence):
                self.say(*suggested, entering=entering)
        self.assertEqual(Suggestion.objects.count(), 0)
