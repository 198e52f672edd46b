"""What people do on the pair page, and what it remembers of it."""

from catalog.models import Bin, EncoderVersion, Verdict
from catalog.services import give_verdict, undo_verdict
from tests.catalog.boards import PairCase
from tests.catalog.pages import HTMX
from tests.factories import (
    add_bin,
    add_candidate,
    add_encoder,
    add_match_set,
    add_production,
    add_user,
)
from tests.offsets import write_offsets


class HistoryTests(PairCase):
    def test_every_word_on_the_pair_is_told_undone_ones_too(self):
        other = add_user("bert", "editor", [self.production])
        give_verdict(self.cut, "bad", user=other, reason=Verdict.Reason.DUPLICATE)
        give_verdict(self.cut, "good", user=self.editor)
        undo_verdict(self.editor)

        shown = self.shown()

        for words in (
            "Near-duplicate",
            "bert",
            "Accepted",
            "taken back",
            'class="undone"',
        ):
            self.assertIn(words, shown)

    def test_it_says_which_encoders_every_search_looked_with(self):
        version = add_encoder("mask")
        self.found.versions = {"mask": version.pk}
        self.found.config["formulas"] = {"frame": "score = everything."}
        self.found.save()
        older = add_match_set(self.title, live=False)
        add_candidate(
            *(older, self.shots[0], self.shots[2]), leaving_frame=41, score=0.6543
        )

        shown = self.shown()

        for words in (f"mask #{version.pk}", version.name, "0.654", "(replaced)"):
            self.assertIn(words, shown)
        self.assertIn("score = everything.", shown)
        self.assertEqual(EncoderVersion.objects.count(), 1)


class ReasonTests(PairCase):
    def judge(self, **given):
        return self.client.post(f"/matches/{self.cut.pk}/verdict/", given)

    def test_a_reason_rejects_by_itself(self):
        self.judge(reason="taste")

        verdict = Verdict.objects.get()
        self.assertEqual((verdict.value, verdict.reason), ("bad", "taste"))

    def test_a_reason_said_after_the_word_belongs_to_it(self):
        self.judge(value="bad")
        self.judge(reason="wrong_mask")

        self.assertEqual(Verdict.objects.get().reason, "wrong_mask")
        undo_verdict(self.editor)
        self.assertIsNone(
            type(self.cut).objects.with_verdict().get(pk=self.cut.pk).verdict
        )

    def test_another_reason_is_another_word_and_the_first_stays_in_the_history(self):
        self.judge(reason="taste")
        self.judge(reason="duplicate")

        self.assertEqual(Verdict.objects.count(), 2)
        self.assertContains(self.client.get("/?verdict=bad"), "Near-duplicate")

    def test_one_s_reason_is_never_written_on_another_s_word(self):
        give_verdict(self.cut, "bad", user=add_user())

        self.judge(reason="taste")

        reasons = Verdict.objects.order_by("pk").values_list("reason", flat=True)
        self.assertEqual(list(reasons), ["", "taste"])

    def test_what_is_no_reason_is_refused_and_writes_nothing(self):
        for given in (
            {"value": "bad", "reason": "because"},
            {"value": "good", "reason": "taste"},
        ):
            with self.subTest(given=given):
                self.assertEqual(self.judge(**given).status_code, 400)
        self.assertEqual(Verdict.objects.count(), 0)


class KeepingTests(PairCase):
    def keep(self, **given):
        return self.client.post(f"/matches/{self.cut.pk}/keep/", given, headers=HTMX)

    def kept(self):
        return Bin.objects.get().items.get()

    def test_one_key_makes_the_first_bin(self):
        self.assertContains(self.keep(), "Keepers")

        self.assertEqual(Bin.objects.get().production, self.production)
        self.assertEqual(self.kept().leaving_frame, 40)

    def test_the_next_goes_to_the_bin_last_used(self):
        bins = [add_bin(self.production, name) for name in ("One", "Two")]
        self.keep(bin=bins[1].pk)
        self.cut = self.pair(0, 3)

        self.keep()

        self.assertEqual(bins[1].items.count(), 2)

    def test_a_new_bin_is_made_by_its_name_and_used_again_by_it(self):
        self.keep(bin="new", name="Doors")
        self.cut = self.pair(0, 3)
        self.keep(bin="new", name="Doors")

        self.assertEqual(Bin.objects.get(name="Doors").items.count(), 2)

    def test_nudged_frames_are_kept_with_the_score_of_their_cell(self):
        found = write_offsets(self.cut)

        self.keep(out=38, **{"in": 113})

        item = self.kept()
        self.assertEqual((item.leaving_frame, item.entering_frame), (38, 113))
        row, column = found["peak"]
        self.assertEqual(item.score, found["scores"][row][column])
        self.assertEqual(item.parts, {"placed_iou": item.score})

    def test_where_b_was_laid_is_kept_as_the_worker_measured_it(self):
        write_offsets(self.cut)

        self.keep(out=38, aligned="1", scale="9", **{"in": 113})

        wanted = {"scale": 1.25, "dx": 0.05, "dy": -0.02, "rotation": 0.0}
        self.assertEqual(self.kept().transform, wanted)

    def test_a_picture_seen_as_it_stands_is_kept_so(self):
        self.cut.transform = {"scale": 1.5, "dx": 0.1, "dy": 0.0, "rotation": 0.0}
        self.cut.save()

        self.keep(aligned="0")

        self.assertIsNone(self.kept().transform)

    def test_bad_frames_names_and_bins_keep_nothing(self):
        mine, other = add_bin(self.production), add_bin(add_production())
        self.assertContains(self.keep(out="99"), "not inside the shot")
        self.assertContains(self.keep(bin="new", name=" "), "needs a name")
        self.assertEqual(self.keep(bin=other.pk).status_code, 404)
        self.assertEqual(mine.items.count() + other.items.count(), 0)

    def test_without_javascript_one_comes_back_and_is_told(self):
        answer = self.client.post(
            f"/matches/{self.cut.pk}/keep/", {"next": "/?kind=frame"}, follow=True
        )

        self.assertRedirects(answer, "/?kind=frame")
        self.assertContains(answer, "Kept in Keepers: 1 cut.")
