from catalog.files import local_path
from catalog.loops import loop_of_cut
from catalog.matchcuts import cut_of_candidate
from catalog.models import Bin, EncoderVersion, Job, Verdict
from catalog.offsets import offsets_key
from catalog.services import give_verdict, moved_to, undo_verdict
from tests.catalog.boards import BoardTestCase
from tests.catalog.pages import HTMX, Markup, logged_in, markup, text
from tests.factories import (
    add_bin,
    add_candidate,
    add_encoder,
    add_match_set,
    add_production,
    add_user,
    write_file,
)
from tests.offsets import write_offsets


class PairCase(BoardTestCase):
    """The pair of shots 0 and 2: A's last frame is 40 of 0..49, B's first 110 of 100..149."""

    def setUp(self):
        super().setUp()
        self.cut = self.pair(0, 2, leaving_frame=40, entering_frame=110, score=0.7)
        # Files outlive a test's rows, and the next test's cut has the same key.
        matched = cut_of_candidate(self.cut)
        moved = moved_to(matched, leaving_frame=38, entering_frame=113)
        self.loop_key = loop_of_cut(moved).key
        for key in (offsets_key(matched), self.loop_key):
            local_path(key).unlink(missing_ok=True)

    def page(self, query: str = "") -> Markup:
        return markup(self.client.get(f"/matches/{self.cut.pk}/?{query}"))

    def shown(self, query: str = "") -> str:
        return text(self.client.get(f"/matches/{self.cut.pk}/?{query}"))


class NudgedPageTests(PairCase):
    def test_frames_in_the_address_are_those_of_the_monitors(self):
        shown = self.client.get(f"/matches/{self.cut.pk}/?out=38&in=113")

        for words in ("01:00:01:13", "01:00:04:13"):
            self.assertContains(shown, words)
        frames = [
            s["data-frame"] for s in markup(shown).find("section") if "data-frame" in s
        ]
        self.assertEqual(frames, ["38", "113"])

    def test_handles_follow_the_frames(self):
        for query, wanted in (("", ["9", "10"]), ("out=38&in=113", ["11", "13"])):
            shown = self.shown(query)
            for handle in wanted:
                with self.subTest(query=query, handle=handle):
                    self.assertIn(f'data-shows="handle">{handle}</span> f ', shown)

    def test_a_frame_outside_its_shot_is_said_and_the_matched_ones_are_shown(self):
        for query in ("out=50", "in=99", "out=many", "in=-1", "out=9999999999999"):
            with self.subTest(query):
                shown = self.client.get(f"/matches/{self.cut.pk}/?{query}")

                self.assertContains(shown, 'class="error"')
                self.assertContains(shown, 'data-frame="40"')

    def test_the_score_of_nudged_frames_is_that_of_their_cell(self):
        found = write_offsets(self.cut)

        shown = self.shown("out=38&in=113")

        row, column = found["peak"]
        self.assertIn(f">{found['scores'][row][column]:.3f}</output>", shown)

    def test_frames_nobody_compared_have_no_score_instead_of_another_ones(self):
        self.assertIn(">\u2013</output>", self.shown("out=38&in=113"))

    def test_a_view_of_the_address_is_the_one_shown(self):
        self.assertEqual(self.page("view=4").by_id("pair")["data-view"], "4")
        self.assertEqual(self.page("view=99").by_id("pair")["data-view"], "1")


class OffsetsPartTests(PairCase):
    def part(self, query: str = ""):
        return self.client.get(f"/matches/{self.cut.pk}/offsets/?{query}", headers=HTMX)

    def test_the_worker_is_asked_once_and_polled_until_the_file_is_there(self):
        for _ in range(3):
            answer = self.part()

        self.assertEqual(answer.status_code, 202)
        self.assertIn(f'hx-get="/matches/{self.cut.pk}/offsets/"', text(answer))
        job = Job.objects.get()
        self.assertEqual((job.kind, job.queue), (Job.Kind.OFFSETS, "interactive"))
        self.assertEqual(job.key, f"offsets:candidate:{self.cut.pk}")
        self.assertEqual(job.subject, {"candidate": self.cut.pk})

    def test_a_map_has_a_cell_for_each_pair_of_frames_and_polls_no_more(self):
        found = write_offsets(self.cut)

        answer = self.part()

        self.assertEqual(answer.status_code, 200)
        self.assertNotIn("hx-trigger", text(answer))
        # A's shot ends nine frames on: the map ends there too.
        rows, columns = len(found["leaving_frames"]), len(found["entering_frames"])
        self.assertEqual((rows, columns), (22, 23))
        cells = [a for a in markup(answer).find("rect") if "fill-opacity" in a]
        self.assertEqual(len(cells), rows * columns)
        lightest = max(cells, key=lambda cell: float(cell["fill-opacity"]))
        row, column = found["peak"]
        self.assertEqual((lightest["x"], lightest["y"]), (str(column), str(row)))

    def test_the_best_and_the_matched_frames_are_said_in_words_and_led_to(self):
        write_offsets(self.cut)

        page = markup(self.part())

        self.assertEqual(page.by_id("to-peak")["href"], "?out=38&in=113")
        (drawing,) = page.find("svg", role="img")
        self.assertEqual(drawing["aria-label"], "Best 0.800, matched 0.750")

    def test_cells_without_a_score_are_left_dark(self):
        found = write_offsets(self.cut)
        nothing = [[None for _ in row] for row in found["scores"]]
        write_offsets(self.cut, scores=nothing, peak=(0, 0), parts={})

        page = markup(self.part())

        self.assertEqual([a for a in page.find("rect") if "fill-opacity" in a], [])

    def test_a_job_that_failed_says_why_and_the_page_stays_of_use(self):
        self.part()
        Job.objects.update(state=Job.State.FAILED, error="The proxy is gone.")

        answer = self.part()

        self.assertContains(answer, "The proxy is gone.")
        self.assertNotIn("hx-trigger", text(answer))
        self.assertContains(self.client.get(f"/matches/{self.cut.pk}/"), "Accept")

    def test_the_file_itself_is_served_behind_the_same_door(self):
        found = write_offsets(self.cut)
        address = f"/media/offsets/{self.cut.pk}"

        served = self.client.get(address)
        stranger = logged_in(add_user("", "editor", []))

        self.assertEqual(len(b"".join(served)) > 1000, True)
        self.assertEqual(stranger.get(address).status_code, 404)
        self.assertEqual(found["version"], 1)


class AlignmentTests(PairCase):
    def shown_alignment(self, query: str = "") -> dict[str, str]:
        divs = self.page(query).find("div", class_="alignment")
        (shown,) = [div for div in divs if "hidden" not in div]
        return shown

    def test_values_are_those_of_the_frames_looked_at(self):
        write_offsets(self.cut)

        self.assertEqual(self.shown_alignment()["data-scale"], "1.100000")
        self.assertEqual(
            self.shown_alignment("out=38&in=113")["data-scale"], "1.250000"
        )

    def test_what_does_not_fit_says_why(self):
        write_offsets(self.cut)

        shown = self.shown()

        for words in ("It would be enlarged by 1.12.", "0.40", "0.80", "110.0%"):
            self.assertIn(words, shown)

    def test_without_a_file_the_search_s_own_proposal_is_shown_and_laid_on(self):
        self.cut.transform = {"scale": 1.5, "dx": 0.1, "dy": 0.0, "rotation": 0.0}
        self.cut.save()

        self.assertEqual(self.shown_alignment()["data-alignment"], "match")
        self.assertEqual(self.page().by_id("pair")["data-aligned"], "1")
        self.assertEqual(self.page("aligned=0").by_id("pair")["data-aligned"], "0")

    def test_where_nothing_can_be_laid_on_it_says_so(self):
        write_offsets(self.cut, alignments={"here": None, "peak": None})

        self.assertIn("No subject that could be laid", self.shown())


class NudgedLoopTests(PairCase):
    def test_the_loop_of_nudged_frames_is_asked_for_by_its_frames(self):
        answer = self.client.get(
            f"/matches/{self.cut.pk}/loop/?out=38&in=113", headers=HTMX
        )

        self.assertEqual(answer.status_code, 202)
        job = Job.objects.get()
        self.assertEqual(job.subject, {"candidate": self.cut.pk, "out": 38, "in": 113})
        self.assertEqual(job.key, f"loop:{self.cut.pk}:38:113")

    def test_it_plays_when_it_is_there(self):
        write_file(self.loop_key, b"nudged")

        answer = self.client.get(f"/media/loop/{self.cut.pk}?out=38&in=113")

        self.assertEqual(text(answer), "nudged")

    def test_frames_outside_the_shots_are_refused_and_nothing_is_rendered(self):
        for address in (f"/matches/{self.cut.pk}/loop/", f"/media/loop/{self.cut.pk}"):
            with self.subTest(address):
                answer = self.client.get(f"{address}?out=77&in=113")

                self.assertEqual(answer.status_code, 400)
                self.assertContains(answer, "not inside the shot", status_code=400)
        self.assertEqual(Job.objects.count(), 0)


class WalkingTests(PairCase):
    def setUp(self):
        super().setUp()
        self.before = self.pair(0, 3, score=0.9)
        self.motion = self.pair(0, 4, score=0.6, kind="motion")
        self.after = self.pair(1, 5, score=0.5)

    def test_next_and_previous_are_the_board_s(self):
        page = self.page()

        self.assertIn(f"/matches/{self.before.pk}/", page.by_id("before")["href"])
        self.assertIn(f"/matches/{self.motion.pk}/", page.by_id("after")["href"])

    def test_the_board_s_filters_hold_while_one_walks_and_on_the_way_back(self):
        page = self.page("kind=frame&out=38&view=3")

        self.assertEqual(
            page.by_id("after")["href"], f"/matches/{self.after.pk}/?kind=frame"
        )
        self.assertEqual(page.by_id("to-board")["href"], "/?kind=frame")

    def test_the_board_leads_to_pairs_with_its_filters(self):
        shown = markup(self.client.get("/?kind=motion"))

        (card,) = shown.find("article")
        self.assertEqual(card["data-pair"], f"/matches/{self.motion.pk}/?kind=motion")

    def test_the_last_pair_has_no_next(self):
        shown = markup(self.client.get(f"/matches/{self.after.pk}/"))

        self.assertEqual(shown.by_id("after"), {})
        self.assertIn("href", shown.by_id("before"))


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
