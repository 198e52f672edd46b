from catalog.files import local_path
from catalog.loops import loop_of_cut
from catalog.matchcuts import cut_of_item
from catalog.models import BinItem
from tests.browser.chromium import BrowserTestCase
from tests.factories import (
    add_bin,
    add_bin_item,
    add_candidate,
    add_match_set,
    add_shots,
    add_title,
    write_still,
)
from tests.footage import Clip, write_clip

SHOWN = "[...document.querySelectorAll('.kept')].map(row => row.id)"


class BinTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        self.title = add_title(self.production, name="Harbour 101")
        shots = add_shots(self.title, *[50] * 6)
        for frame in range(self.title.frames):
            write_still(self.title, frame)
        found = add_match_set(self.title)
        self.bin = add_bin(self.production, "Doors")
        self.items = [
            add_bin_item(add_candidate(found, shots[0], shots[at]), self.bin)
            for at in (2, 3, 4)
        ]
        for item in self.items:
            loop = local_path(loop_of_cut(cut_of_item(item)).key)
            loop.parent.mkdir(parents=True, exist_ok=True)
            write_clip(loop, Clip(frames=10))
        self.page.keyboard.press("g")
        self.page.keyboard.press("b")
        self.page.click("h2 >> text=Doors")
        self.page.wait_for_selector(".kept")

    def shown(self) -> list[BinItem]:
        rows = {f"item-{item.pk}": item for item in self.items}
        return [rows[name] for name in self.evaluate(SHOWN)]

    def press(self, keys: str) -> None:
        for key in keys.split():
            self.page.keyboard.press(key)

    def test_cuts_play_move_are_dropped_and_come_back(self):
        first, second, third = self.items
        self.press("ArrowDown ArrowDown")
        wanted = f"/media/loop/item/{second.pk}"
        self.page.wait_for_selector(f'#monitor video[src="{wanted}"]')

        self.press("Shift+ArrowDown")

        self.until(lambda: self.shown() == [first, third, second])
        chosen = "document.activeElement.id"
        self.until(lambda: self.evaluate(chosen) == f"item-{second.pk}")
        self.page.click(f"#item-{third.pk} .up")
        self.until(lambda: self.shown() == [third, first, second])
        self.page.drag_and_drop(f"#item-{second.pk} .place", f"#item-{third.pk} .place")
        self.until(lambda: self.shown() == [second, third, first])
        self.assertEqual(list(self.bin.items.all()), [second, third, first])
        self._drop_and_put_back(third)
        self._rename()
        self.press("ArrowDown ArrowDown ArrowDown Enter")
        self.page.wait_for_url("**/matches/*/?out=49&in=100**")

    def _drop_and_put_back(self, item: BinItem) -> None:
        note = self.page.locator(f"#item-{item.pk} [name=note]")
        note.fill("his hand, her door")
        note.press("Tab")
        self.page.wait_for_selector("#said >> text=Noted.")
        self.page.focus(f"#item-{item.pk}")
        self.press("Delete")
        self.until(lambda: self.page.locator(".kept").count() == 2)
        self.press("u")
        self.until(lambda: self.page.locator(".kept").count() == 3)
        kept = list(self.bin.items.values_list("entering_frame", "note"))
        self.assertEqual(kept, [(150, ""), (200, "his hand, her door"), (100, "")])

    def _rename(self) -> None:
        self.page.click("summary >> text=Rename")
        self.page.fill(".rename [name=name]", "Doors and hands")
        self.page.click(".rename button")
        self.page.wait_for_selector("h1 >> text=Doors and hands")

    def test_without_javascript_cuts_move_and_are_dropped(self):
        self.page = self.log_in(self.context(scripts=False))
        self.open(f"/bins/{self.bin.pk}/")
        self.page.click(f"#item-{self.items[0].pk} .down")
        self.page.click(f"#item-{self.items[2].pk} .drop")
        self.page.click("text=Put back what was dropped last")

        order = list(self.bin.items.values_list("entering_frame", flat=True))
        self.assertEqual(order, [150, 100, 200])
