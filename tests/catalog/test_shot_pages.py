from catalog.models import CutChange, DuplicateGroup, Job, Shot, Title
from catalog.views.drawing import flow_arrows, mask_path
from tests.catalog.pages import PageTestCase, logged_in, markup
from tests.factories import (
    add_candidate,
    add_encoder,
    add_flow,
    add_mask,
    add_match_set,
    add_production,
    add_shots,
    add_title,
    add_user,
)

# The upper left quarter of the picture.
QUARTER = "".join("1" * 32 + "0" * 32 if y < 32 else "0" * 64 for y in range(64))
# Everything moves right, the lower half as fast as can be, the upper not at all.
RIGHT = [[0.0, 0.0] if cell < 64 else [1.0, 0.0] for cell in range(144)]
FLOW = [number for step in RIGHT for number in step]


class ShotPageTestCase(PageTestCase):
    title: Title
    shots: list[Shot]

    @classmethod
    def setUpTestData(cls):
        production = add_production()
        cls.editor = add_user("", "editor", [production])
        cls.title = add_title(production)
        cls.shots = add_shots(cls.title, 100, 50, 150)

    def setUp(self):
        self.client = logged_in(self.editor)

    def page(self, at: int = 0):
        return self.client.get(f"/titles/{self.title.pk}/?shot={self.shots[at].pk}")

    def change(self, at: int, verb: str, **fields: object):
        address = f"/titles/{self.title.pk}/shots/{self.shots[at].pk}/{verb}/"
        return self.client.post(address, fields, follow=True)

    def spans(self):
        found = self.title.shots.order_by("index")
        return list(found.values_list("first_frame", "end_frame"))


class InspectorTests(ShotPageTestCase):
    def test_a_mask_is_drawn_where_it_lies_in_the_picture(self):
        add_mask(self.shots[0], QUARTER)

        page = self.page()

        (path,) = markup(page).find("path", class_="mask person")
        self.assertEqual(path["d"], mask_path(QUARTER))
        self.assertContains(page, "25% of the picture")

    def test_of_a_subject_only_the_whole_silhouette_is_drawn(self):
        add_mask(self.shots[0], QUARTER)
        cut = add_mask(self.shots[0], QUARTER, slot="tail")
        cut.slot, cut.variant = "head", 1
        cut.save()

        self.assertEqual(len(markup(self.page()).find("path", class_="mask person")), 1)

    def test_the_active_picture_is_where_masks_are_laid_over_a_letterboxed_still(self):
        self.title.probe = {"active_picture": [0, 0.125, 1, 0.75]}
        self.title.save()
        add_mask(self.shots[0], QUARTER)

        laid = markup(self.page()).find("svg", viewbox="0 0 64 64")[0]

        places = [laid[name] for name in ("x", "y", "width", "height")]
        self.assertEqual(places, ["0", "0.125", "1", "0.75"])

    def test_the_page_says_how_a_flat_picture_is_compared(self):
        self.title.probe = {"levels": [0.093, 0.572]}
        self.title.save()

        self.assertContains(
            self.page(),
            "flat, black at 9% and white at 57%: compared as taken out of log",
        )

    def test_flow_is_drawn_as_arrows(self):
        add_flow(self.shots[0], FLOW)

        self.assertEqual(len(markup(self.page()).find("line", class_="flow")), 80)

    def test_what_a_retired_encoder_saw_is_not_drawn(self):
        mask = add_mask(self.shots[0], QUARTER)
        mask.version = add_encoder("mask", status="retired")
        mask.save()

        self.assertEqual(markup(self.page()).find("path", class_="mask person"), [])

    def test_head_middle_and_tail_are_shown_also_of_a_shot_nobody_has_looked_at(self):
        page = self.page(1)

        for frame in (100, 125, 149):
            self.assertContains(page, f"/media/{self.title.pk}/still/{frame}")

    def test_partners_are_shown_from_both_sides_best_first(self):
        found = add_match_set(self.title)
        first, _, last = self.shots
        worse = add_candidate(found, first, last, score=0.4, rank=None)
        better = add_candidate(found, last, first, score=0.6)

        links = [a["href"] for a in markup(self.page()).find("a")]

        pairs = [link for link in links if link.startswith("/matches/")]
        self.assertEqual(pairs, [f"/matches/{better.pk}/", f"/matches/{worse.pk}/"])

    def test_partners_and_copies_in_titles_one_may_not_see_are_left_out(self):
        (hidden,) = add_shots(add_title(), 50)
        add_candidate(add_match_set(self.title), self.shots[0], hidden)
        group = DuplicateGroup.objects.create(production=self.title.production)
        for shot in (self.shots[0], hidden):
            shot.group = group
            shot.save()

        self.assertNotContains(self.page(), hidden.title.name)

    def test_near_duplicates_are_listed_with_their_timecodes(self):
        group = DuplicateGroup.objects.create(production=self.title.production)
        for shot in self.shots[:2]:
            shot.group = group
            shot.save()

        page = self.page()

        self.assertContains(page, "\u00d72")
        self.assertContains(page, f"?shot={self.shots[1].pk}")


class CutPageTests(ShotPageTestCase):
    def test_a_split_makes_two_shots_and_looks_at_the_first_again(self):
        answer = self.change(0, "split", frame=40)

        self.assertEqual(self.spans(), [(0, 40), (40, 100), (100, 150), (150, 300)])
        self.assertEqual(CutChange.objects.get().made_by, self.editor)
        self.assertContains(answer, Job.Kind.RECUT.label)

    def test_a_split_outside_the_shot_says_why_and_changes_nothing(self):
        for frame in (0, 100, 999, -1, "x", "", 2**40):
            with self.subTest(frame=frame):
                answer = self.change(0, "split", frame=frame)
                errors = markup(answer).find("p", class_="error")
                self.assertEqual(len(errors), 1)
                self.assertEqual(len(self.spans()), 3)

    def test_a_merge_takes_the_cut_away_and_looks_at_the_longer_shot(self):
        answer = self.change(1, "merge")

        self.assertEqual(self.spans(), [(0, 150), (150, 300)])
        shown = markup(answer).by_id("inspector")["data-shot"]
        self.assertEqual(shown, str(self.shots[0].pk))

    def test_the_first_shot_has_nothing_to_merge_with(self):
        answer = self.change(0, "merge")

        self.assertContains(answer, "first shot")
        self.assertEqual(len(self.spans()), 3)


class DrawingTests(PageTestCase):
    def test_a_mask_is_a_run_of_boxes_a_row(self):
        bits = ("0" * 4 + "11" + "0" * 10 + "1" + "0" * 47) + "0" * 64 * 63

        self.assertEqual(mask_path(bits), "M4 0h2v1h-2zM16 0h1v1h-1z")

    def test_arrows_begin_in_the_middle_of_their_cells(self):
        arrows = flow_arrows(FLOW)

        first = arrows[0]
        self.assertEqual((first.x1, first.y1), (0.5, 4.5))
        self.assertEqual((first.x2, first.y2), (1.5, 4.5))

    def test_a_still_or_unknown_field_has_no_arrows(self):
        self.assertEqual(flow_arrows([0.0] * 288), [])
        self.assertEqual(flow_arrows([1.0] * 16), [])
