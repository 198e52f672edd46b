from catalog.models import Job
from tests.catalog.boards import PairCase
from tests.catalog.pages import HTMX, logged_in, markup, text
from tests.factories import add_user, write_file
from tests.offsets import write_offsets


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
