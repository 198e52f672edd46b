from catalog.files import local_path
from catalog.loops import loop_of_cut
from catalog.matchcuts import cut_of_candidate
from catalog.models import BinItem, MatchCandidate, Verdict
from catalog.services import moved_to
from catalog.templatetags.footage import still_frames
from tests.browser.chromium import BrowserTestCase
from tests.factories import (
    add_candidate,
    add_match_set,
    add_shots,
    add_title,
    write_still,
)
from tests.footage import Clip, write_clip
from tests.offsets import write_offsets

STILL = ".monitor-side.leaving .moment img"


class PairTests(BrowserTestCase):
    """A's last frame is 40 of 0..49, B's first 110 of 100..149; 38 and 113 meet best."""

    def setUp(self):
        super().setUp()
        self.title = add_title(self.production, name="Harbour 101", reel="A001")
        self.shots = add_shots(self.title, *[50] * 6)
        for shot in self.shots:
            for frame in still_frames(shot):
                write_still(self.title, frame)
        for frame in (*range(28, 50), *range(100, 123)):
            write_still(self.title, frame, grey=2 * frame)
        self.set = add_match_set(self.title)
        self.pair = self.add(0, 2, leaving_frame=40, entering_frame=110, score=0.7)
        self.next = self.add(0, 3, score=0.6)
        self.found = write_offsets(self.pair)
        write_offsets(self.next, peak=(-1, 0))
        self.go("?kind=frame")

    def add(self, leaving: int, entering: int, **fields: object) -> MatchCandidate:
        shots = self.shots
        pair = add_candidate(self.set, shots[leaving], shots[entering], **fields)
        self.write_loop(cut_of_candidate(pair))
        return pair

    def write_loop(self, cut) -> None:
        loop = local_path(loop_of_cut(cut).key)
        loop.parent.mkdir(parents=True, exist_ok=True)
        write_clip(loop, Clip(frames=10))

    def go(self, query: str = "") -> None:
        self.open(f"/matches/{self.pair.pk}/{query}")
        self.page.wait_for_selector("#pair[data-ready=true]")

    def press(self, keys: str) -> None:
        for key in keys.split():
            self.page.keyboard.press(key)

    def shows(self, name: str, within: str = "#pair") -> str:
        return str(
            self.page.locator(f'{within} [data-shows="{name}"]').first.text_content()
        )

    def score(self, row: int, column: int) -> str:
        return f"{self.found['scores'][row][column]:.3f}"

    def style(self, selector: str, name: str) -> str:
        expression = f"getComputedStyle(document.querySelector('{selector}')).{name}"
        return str(self.evaluate(expression))

    def test_nudging_changes_frame_timecode_handle_and_score(self):
        self.assertEqual(self.shows("score"), "0.700")

        self.press("[ [ } } }")

        leaving, entering = ".monitor-side.leaving", ".monitor-side.entering"
        self.assertEqual(self.shows("frame", leaving), "38")
        self.assertEqual(self.shows("tc", leaving), "01:00:01:13")
        self.assertEqual(self.shows("handle", leaving), "11")
        self.assertEqual(self.shows("frame", entering), "113")
        self.assertEqual(self.shows("handle", entering), "13")
        self.assertEqual(self.shows("score"), self.score(*self.found["peak"]))
        still = f"/media/{self.title.pk}/still/38"
        self.assertEqual(self.page.locator(STILL).get_attribute("src"), still)
        self.assertIn("kind=frame&out=38&in=113", self.page.url)

    def test_buttons_do_what_keys_do_and_stop_where_nothing_was_compared(self):
        for _ in range(14):
            self.page.click('.leaving [data-nudge="-1"]')
        self.assertEqual(self.shows("frame", ".leaving"), "28")

        self.page.reload()

        self.page.wait_for_selector("#pair[data-ready=true]")
        self.assertEqual(self.shows("frame", ".leaving"), "28")

    def test_a_click_on_the_map_goes_there_and_the_peak_is_a_key_away(self):
        self.page.click('#map a[href="?out=35&in=120"]')
        self.assertEqual(self.shows("frame", ".leaving"), "35")
        self.assertEqual(self.shows("score"), self.score(7, 20))

        self.press("b")
        self.assertEqual(self.shows("score"), "0.800")
        self.press("0")
        self.assertEqual(self.shows("frame", ".leaving"), "40")
        self.page.focus("#map")
        self.press("ArrowUp ArrowRight ArrowRight")
        self.assertEqual(self.shows("frame", ".leaving"), "39")
        self.assertEqual(self.shows("frame", ".entering"), "112")
        self.assertEqual(
            self.evaluate("document.querySelector('#map .now').getAttribute('y')"), "11"
        )

    def test_each_view_shows_the_stills_in_its_own_way(self):
        entering = ".layer.entering"
        self.assertEqual(self.style(".stills", "display"), "none")

        self.press("3")
        self.page.fill("#mix", "20")
        self.assertEqual(self.style(entering, "opacity"), "0.2")
        # A slider is no place where letters are typed.
        self.press("4")
        self.assertEqual(self.style(entering, "mixBlendMode"), "difference")
        self.press("5")
        self.assertEqual(self.style(entering, "clipPath"), "inset(0px 0px 0px 80%)")
        self.press("2")
        self.assertEqual(self.style(entering, "mixBlendMode"), "normal")
        self.page.click(".views >> text=Cut")
        self.assertEqual(self.style("#monitor", "visibility"), "visible")

    def test_outlines_say_how_much_two_masks_overlap(self):
        self.press("6")

        # Squares 20 bits wide, 12 bits apart: 8 columns in common of 32.
        self.until(
            lambda: self.page.locator("#stage-words").text_content() == "IoU 0.25"
        )
        self.press("{ { { {")
        self.assertEqual(self.page.locator("#stage-words").text_content(), "IoU 0.43")
        self.assertTrue(self.page.locator(".layer .mask").count(), 2)

    def test_flow_is_drawn_for_both_at_one_scale(self):
        self.press("7")

        reach = "line => line.getAttribute('x2') - line.getAttribute('x1')"
        leaving, entering = (
            self.page.locator(f".layer.{side} line").first.evaluate(reach)
            for side in ("leaving", "entering")
        )
        self.assertAlmostEqual(leaving, 0.5)
        self.assertAlmostEqual(entering, 1.0)

    def test_b_is_laid_on_a_as_the_worker_measured_it(self):
        placed = ".layer.entering .placed"
        self.press("3")
        self.assertEqual(self.style(placed, "transform"), "none")

        self.press("t")

        scale = self.style(placed, "transform").removeprefix("matrix(").split(",")[0]
        self.assertEqual(scale, "1.1")
        self.press("b")
        self.assertTrue(self.style(placed, "transform").startswith("matrix(1.25"))
        self.assertIn("aligned=1", self.page.url)

    def test_the_loop_follows_the_frames(self):
        cut = moved_to(
            cut_of_candidate(self.pair), leaving_frame=39, entering_frame=110
        )
        self.write_loop(cut)

        self.press("[")

        wanted = f"/media/loop/{self.pair.pk}?out=39&in=110"
        self.page.wait_for_selector(f'#monitor video[src="{wanted}"]')

    def test_sound_is_a_key_and_stays_on_from_pair_to_pair(self):
        muted = "document.querySelector('#monitor video').muted"
        self.assertTrue(self.evaluate(muted))

        self.press("m")
        self.assertFalse(self.evaluate(muted))
        self.press("n")
        self.page.wait_for_url(f"**/matches/{self.next.pk}/**")

        self.page.wait_for_selector('[data-act="sound"][aria-pressed="true"]')

    def test_one_key_accepts_and_the_frames_stay_where_they_were(self):
        self.press("[ 3 a")

        self.page.wait_for_selector("article.pair.good")

        self.assertEqual(Verdict.objects.get().value, "good")
        self.assertEqual(self.shows("frame", ".leaving"), "39")
        self.assertEqual(self.page.locator("#pair").get_attribute("data-view"), "3")

    def test_a_reason_is_chosen_by_its_digit(self):
        self.press("x")
        self.page.wait_for_selector("article.pair.bad")
        self.press("r 4")

        self.until(lambda: Verdict.objects.get().reason == "duplicate")
        self.page.wait_for_selector("text=rejected: Near-duplicate")

    def test_next_previous_and_the_board_keep_filter_and_view(self):
        self.press("6 n")
        self.page.wait_for_url(f"**/matches/{self.next.pk}/?kind=frame&view=6**")
        self.page.wait_for_selector("#pair[data-ready=true]")
        self.press("p")
        self.page.wait_for_url(f"**/matches/{self.pair.pk}/?kind=frame&view=6**")
        self.page.wait_for_selector("#pair[data-ready=true]")
        self.press("Escape")
        self.page.wait_for_url("**/?kind=frame")

    def test_the_map_comes_when_the_worker_has_compared_the_frames(self):
        waiting = self.add(1, 4, score=0.5)
        self.open(f"/matches/{waiting.pk}/")
        self.page.wait_for_selector("#map-name")

        write_offsets(waiting, peak=(-1, 0))

        self.page.wait_for_selector("#map svg")
        self.page.wait_for_selector("#pair[data-ready=true]")
        self.press("b")
        self.assertEqual(self.shows("frame", ".leaving"), "98")

    def test_nudged_and_aligned_it_is_kept_with_one_key(self):
        self.press("t b c")

        self.page.wait_for_selector("#said >> text=Kept in Keepers: 1 cut.")

        item = BinItem.objects.get()
        self.assertEqual((item.leaving_frame, item.entering_frame), (38, 113))
        self.assertEqual(item.transform["scale"], 1.25)
        self.page.click("#said a")
        self.page.wait_for_selector(f"#item-{item.pk} >> text=01:00:01:13")
