from catalog.files import local_path
from catalog.loops import loop_key
from catalog.models import MatchCandidate, Verdict
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

CARDS = "[...document.querySelectorAll('.card')].map(card => card.id)"
FOCUSED = "document.activeElement.id"


class BoardTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        self.title = add_title(self.production, name="Harbour 101")
        self.shots = add_shots(self.title, *[50] * 6)
        for shot in self.shots:
            for frame in still_frames(shot):
                write_still(self.title, frame)
        self.found = add_match_set(self.title)
        self.pairs = [
            self.pair(0, 2, score=0.9),
            self.pair(0, 3, score=0.8, kind="motion"),
            self.pair(1, 4, score=0.7),
        ]
        self.open("/")

    def pair(self, leaving: int, entering: int, **fields: object) -> MatchCandidate:
        """A pair with what its card and its monitor show."""
        pair = add_candidate(
            self.found, self.shots[leaving], self.shots[entering], **fields
        )
        loop = local_path(loop_key(pair))
        loop.parent.mkdir(parents=True, exist_ok=True)
        write_clip(loop, Clip(frames=10))
        return pair

    def focused(self) -> str:
        return str(self.evaluate(FOCUSED))

    def card(self, at: int) -> str:
        return f"card-{self.pairs[at].pk}"

    def shown(self) -> list[str]:
        return list(self.evaluate(CARDS))

    def test_arrows_move_the_focus_and_the_monitor_follows(self):
        self.page.keyboard.press("ArrowRight")
        self.assertEqual(self.focused(), self.card(0))
        self.page.keyboard.press("ArrowRight")
        self.assertEqual(self.focused(), self.card(1))

        wanted = f"/media/loop/{self.pairs[1].pk}"
        self.page.wait_for_selector(f'#monitor video[src="{wanted}"]')
        self.page.keyboard.press("ArrowLeft")
        self.assertEqual(self.focused(), self.card(0))

    def test_enter_opens_the_pair_and_the_keys_judge_it_there(self):
        self.page.keyboard.press("ArrowRight")
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(f"**/matches/{self.pairs[0].pk}/")

        self.page.keyboard.press("x")

        self.page.wait_for_selector("article.pair.bad")
        self.page.keyboard.press("u")
        self.page.wait_for_selector("article.pair:not(.bad)")

    def test_verdicts_given_quickly_all_arrive(self):
        self.page.keyboard.press("ArrowRight")
        for key in "axa":
            self.page.keyboard.press(key)

        self.until(lambda: Verdict.objects.count() == 3)

        given = Verdict.objects.order_by("entering_first").values_list(
            "value", flat=True
        )
        self.assertEqual(list(given), ["good", "bad", "good"])

    def test_a_filter_changes_the_board_and_its_address_without_a_reload(self):
        page = self.evaluate("performance.timeOrigin")

        self.page.select_option("select[name=kind]", "motion")

        self.until(lambda: self.shown() == [self.card(1)])
        self.assertIn("kind=motion", self.page.url)
        self.assertEqual(self.evaluate("performance.timeOrigin"), page)
        self.page.go_back()
        self.until(lambda: len(self.shown()) == 3)

    def test_no_key_fires_while_someone_types(self):
        self.page.keyboard.press("ArrowRight")
        self.page.focus("input[name=score]")
        self.page.keyboard.press("a")
        self.page.keyboard.press("x")
        self.page.keyboard.press("?")

        self.assertFalse(self.page.locator("dialog[open]").count())
        self.assertEqual(Verdict.objects.count(), 0)

    def test_the_sheet_of_keys_opens_and_closes(self):
        self.page.keyboard.press("?")
        self.page.wait_for_selector("dialog[open] >> text=accept, go to the next")

        # Nothing beneath is reached by key while it is open.
        self.page.keyboard.press("a")
        self.page.keyboard.press("Escape")

        self.until(lambda: not self.page.locator("dialog[open]").count())
        self.assertEqual(Verdict.objects.count(), 0)

    def test_a_session_that_ended_leads_to_the_login_and_back(self):
        self.page.context.clear_cookies()

        self.page.select_option("select[name=kind]", "motion")

        self.page.wait_for_url("**/login/?next=/")
        self.fill_in_login(self.page)
        self.assertEqual(self.shown()[0], self.card(0))

    def test_everything_is_reached_by_tab_alone(self):
        reached = set()
        for _ in range(60):
            self.page.keyboard.press("Tab")
            reached.add(self.evaluate("document.activeElement.outerHTML.slice(0, 60)"))

        for mark in ('class="skip"', 'name="kind"', self.card(0), self.card(2)):
            self.assertTrue(any(mark in each for each in reached), mark)

    def test_without_javascript_one_filters_judges_and_comes_back(self):
        self.page = self.log_in(self.context(scripts=False))

        self.page.select_option("select[name=kind]", "motion")
        self.page.click("button:text-is('Filter')")
        self.page.wait_for_url("**kind=motion**")
        self.assertEqual(self.shown(), [self.card(1)])
        # The address is the same afterwards: only the page's own load says that it is new.
        with self.page.expect_navigation():
            self.page.click(f"#{self.card(1)} button[value=good]")

        self.assertEqual(self.shown(), [])
        self.assertEqual(Verdict.objects.get().value, "good")
