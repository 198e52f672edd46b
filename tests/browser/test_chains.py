from catalog.models import Bin, Job
from pipelines.chains import chains
from pipelines.jobs import run_claimed
from tests.browser.chromium import BrowserTestCase
from tests.factories import (
    add_candidate,
    add_match_set,
    add_shots,
    add_title,
    write_still,
)


class ChainTests(BrowserTestCase):
    def test_a_chain_is_found_and_kept_as_a_bin(self):
        title = add_title(self.production, name="Night Ferry")
        shots = add_shots(title, 100, 100, 100)
        found = add_match_set(title)
        for one, other in ((shots[0], shots[1]), (shots[1], shots[2])):
            out, into = one.first_frame + 80, other.first_frame + 10
            add_candidate(found, one, other, leaving_frame=out, entering_frame=into)
        for frame in range(300):
            write_still(title, frame)
        self.open("/chains/")
        self.page.fill("[name=length]", "3")

        self.page.click("text=Find chains")
        self.until(lambda: Job.objects.filter(kind=Job.Kind.CHAIN).exists())
        run_claimed(Job.objects.latest("pk").pk, {Job.Kind.CHAIN: chains})
        self.page.wait_for_selector("text=weakest cut")
        self.page.fill(".chain-keep [name=name]", "Doors")
        self.page.click("text=Keep as bin")

        self.page.wait_for_selector("#said >> text=2 cuts are in the bin Doors")
        self.assertEqual(Bin.objects.get().items.count(), 2)
