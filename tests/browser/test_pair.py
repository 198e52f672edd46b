from catalog.files import local_path
from catalog.loops import loop_of_cut
from catalog.matchcuts import cut_of_candidate
from catalog.models import BinItem, Job, MatchCandidate, Verdict
from catalog.services import moved_to
from tests.browser.chromium import BrowserTestCase
from tests.factories import (
    add_candidate,
    add_job,
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
        for frame in range(self.title.frames):
            write_still(self.title, frame, grey=frame % 256)
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

    def words(self) -> str:
        return str(self.page.locator("#stage-words").text_content())

    def test_frames_are_nudged_by_key_button_and_map_and_the_loop_follows(self):
        leaving, entering = ".monitor-side.leaving", ".monitor-side.entering"
        self.assertEqual(self.shows("score"), "0.700")

        self.press("[ [ } } }")

        self.assertEqual(self.shows("frame", leaving), "38")
        self.assertEqual(self.shows("tc", leaving), "01:00:01:13")
        self.assertEqual(self.shows("handle", leaving), "11")
        self.assertEqual(self.shows("frame", entering), "113")
        self.assertEqual(self.shows("handle", entering), "13")
        self.assertEqual(self.shows("score"), self.score(*self.found["peak"]))
        still = f"/media/{self.title.pk}/still/38"
        self.assertEqual(self.page.locator(STILL).get_attribute("src"), still)
        self.assertTrue(self.page.url.endswith("?kind=frame&out=38&in=113"))
        self._click_the_map()
        # Only twelve frames either side were compared.
        for _ in range(14):
            self.page.click('.leaving [data-nudge="-1"]')
        self.assertEqual(self.shows("frame", leaving), "28")
        self._follow_the_loop()

    def _click_the_map(self) -> None:
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
        row = "document.querySelector('#map .now').getAttribute('y')"
        self.assertEqual(self.evaluate(row), "11")

    def _follow_the_loop(self) -> None:
        cut = cut_of_candidate(self.pair)
        self.write_loop(moved_to(cut, leaving_frame=39, entering_frame=110))
        self.press("0 [")
        wanted = f"/media/loop/{self.pair.pk}?out=39&in=110"
        self.page.wait_for_selector(f'#monitor video[src="{wanted}"]')

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
        self._outlines()
        self._flow()
        self._laid_on()
        self.page.click(".views >> text=Cut")
        self.assertEqual(self.style("#monitor", "visibility"), "visible")

    def _outlines(self) -> None:
        self.press("6")
        # Squares 20 bits wide, 10 bits apart: 10 columns in common of 30.
        self.assertEqual(self.words(), "IoU 0.33")
        self.press("{ { { {")
        self.assertEqual(self.words(), "IoU 0.54")
        self.assertEqual(self.page.locator(".layer .mask").count(), 2)
        self.press("0")

    def _flow(self) -> None:
        self.press("7")
        reach = "line => line.getAttribute('x2') - line.getAttribute('x1')"
        leaving, entering = (
            self.page.locator(f".layer.{side} line").first.evaluate(reach)
            for side in ("leaving", "entering")
        )
        # At one scale: A moves half as fast.
        self.assertAlmostEqual(leaving, 0.5)
        self.assertAlmostEqual(entering, 1.0)

    def _laid_on(self) -> None:
        placed = ".layer.entering .placed"
        self.press("3")
        self.assertEqual(self.style(placed, "transform"), "none")
        self.press("t")
        self.assertTrue(self.style(placed, "transform").startswith("matrix(1.1,"))
        self.press("b")
        self.assertTrue(self.style(placed, "transform").startswith("matrix(1.25,"))
        self.assertIn("aligned=1", self.page.url)

    def test_n_goes_on_one_key_judges_and_a_digit_says_why(self):
        self._walk()

        self.press("[ 3 a")
        self.page.wait_for_selector("article.pair.good")
        self.assertEqual(Verdict.objects.get().value, "good")
        # What was looked at is looked at still.
        self.assertEqual(self.shows("frame", ".leaving"), "39")
        self.assertEqual(self.page.locator("#pair").get_attribute("data-view"), "3")

        self.press("x")
        self.page.wait_for_selector("article.pair.bad")
        self.press("r 4")
        self.page.wait_for_selector("text=rejected: Near-duplicate")
        self.assertEqual(Verdict.objects.latest("pk").reason, "duplicate")
        self.press("Escape")
        self.page.wait_for_url("**/?kind=frame")

    def _walk(self) -> None:
        self.press("m n")
        self.page.wait_for_url(f"**/matches/{self.next.pk}/?kind=frame")
        # Sound stays on from pair to pair.
        self.page.wait_for_selector('[data-act="sound"][aria-pressed="true"]')
        self.page.wait_for_selector("#pair[data-ready=true]")
        self.press("6 p")
        self.page.wait_for_url(f"**/matches/{self.pair.pk}/?kind=frame&view=6")
        self.page.wait_for_selector("#pair[data-ready=true]")

    def test_when_the_frames_are_compared_the_best_are_kept_with_one_key(self):
        waiting = self.add(1, 4, score=0.5)
        # A job whose bell was never rung: no worker takes it.
        key = f"offsets:candidate:{waiting.pk}"
        add_job(self.title, kind=Job.Kind.OFFSETS, key=key)
        self.open(f"/matches/{waiting.pk}/")
        self.page.wait_for_selector("text=Waiting for a worker")

        write_offsets(waiting, peak=(-1, 0))

        self.page.wait_for_selector("#pair[data-ready=true]")
        self.press("t b c")
        self.page.wait_for_selector("#said >> text=Kept in Keepers: 1 cut.")
        item = BinItem.objects.get()
        self.assertEqual((item.leaving_frame, item.entering_frame), (98, 200))
        self.assertEqual(item.transform["scale"], 1.25)
        self.page.click("#said a")
        self.page.wait_for_selector(f"#item-{item.pk} >> text=01:00:03:23")
