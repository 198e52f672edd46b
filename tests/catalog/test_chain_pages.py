from django.urls import reverse

from catalog.models import Bin, Job
from catalog.services import ask_chains
from pipelines.chains import chains
from pipelines.jobs import run_claimed
from tests.catalog.pages import HTMX, PageTestCase, logged_in, markup, text
from tests.factories import (
    add_bin,
    add_candidate,
    add_match_set,
    add_production,
    add_shots,
    add_title,
    add_user,
)


class ChainPageTests(PageTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.production = add_production("Harbour")
        cls.owner = add_user("owner", "editor", [cls.production])
        cls.viewer = add_user("viewer", "viewer", [cls.production])
        cls.stranger = add_user("stranger", "editor", [add_production()])
        title = add_title(cls.production, name="Night Ferry")
        a, b, c = add_shots(title, 100, 100, 100)
        found = add_match_set(title)
        cls.cuts = [
            add_candidate(
                found, one, other,
                leaving_frame=one.first_frame + 80, entering_frame=other.first_frame + 10,
            )
            for one, other in ((a, b), (b, c))
        ]  # fmt: skip

    def setUp(self):
        super().setUp()
        self.client = logged_in(self.owner)

    def searched(self, client=None, **wanted):
        """The page after its search was done."""
        client = client or self.client
        client.get("/chains/", {"length": 3, **wanted})
        run_claimed(Job.objects.latest("pk").pk, {Job.Kind.CHAIN: chains})
        return client.get("/chains/", {"length": 3, **wanted})

    def keep(self, client=None, **fields):
        keys = ",".join(str(cut.pk) for cut in self.cuts)
        given = {"pairs": keys, "name": "Best", "production": self.production.pk}
        client = client or self.client
        return client.post(reverse("chain-keep"), {**given, **fields})

    def test_the_page_asks_for_nothing_until_rules_are_given(self):
        response = self.client.get("/chains/")

        self.assertEqual(response.status_code, 200)
        self.assertEqual(Job.objects.count(), 0)
        self.assertIn("Find chains", text(response))

    def test_rules_in_the_address_start_a_search_that_the_page_waits_for(self):
        response = self.client.get("/chains/", {"length": 3})

        self.assertEqual(response.status_code, 202)
        job = Job.objects.get()
        self.assertEqual((job.kind, job.queue), (Job.Kind.CHAIN, "interactive"))
        found = markup(response).by_id("found")
        self.assertEqual(found["hx-get"], "/chains/?length=3")
        part = self.client.get("/chains/", {"length": 3}, headers=HTMX)
        self.assertNotIn("<html", text(part))
        self.assertEqual(Job.objects.count(), 1)

    def test_what_was_found_is_shown_as_a_strip_and_polling_ends(self):
        response = self.searched()

        shown = markup(response)
        self.assertEqual(response.status_code, 200)
        self.assertNotIn("hx-get", shown.by_id("found"))
        stills = [img["src"] for img in shown.find("img", loading="lazy")]
        title = self.cuts[0].leaving.title_id
        frames = (80, 110, 180, 210)
        self.assertEqual(stills, [f"/media/{title}/still/{frame}" for frame in frames])
        self.assertIn("weakest cut 0.80", text(response))
        self.assertIn("Keep as bin", text(response))

    def test_rules_that_no_chain_can_keep_are_said_and_start_nothing(self):
        for wrong, sentence in (
            ({"length": 2}, "greater than or equal to 3"),
            ({"length": 3, "titles": 4}, "more titles asked for than shots"),
            ({"length": 3, "min_shot": 3, "max_shot": 2}, "below its shortest"),
            ({"length": 3, "kind": "smell"}, "Select a valid choice"),
        ):
            with self.subTest(wrong):
                self.assertIn(sentence, text(self.client.get("/chains/", wrong)))
        self.assertEqual(Job.objects.count(), 0)

    def test_limits_that_nothing_meets_say_so(self):
        self.assertIn("No chain keeps to these rules", text(self.searched(min_shot=60)))

    def test_strangers_find_no_chain_of_footage_that_is_not_theirs(self):
        shown = text(self.searched(logged_in(self.stranger)))

        self.assertIn("among 0 cuts", shown)
        self.assertNotIn("Night Ferry", shown)

    def test_a_chain_whose_footage_was_closed_meanwhile_is_not_shown(self):
        self.searched()
        self.owner.productions.clear()

        self.assertNotIn("Night Ferry", text(self.client.get("/chains/?length=3")))

    def test_a_chain_is_kept_as_a_bin_with_its_cuts_in_order(self):
        response = self.keep(next="/chains/?length=3")

        self.assertEqual(response["Location"], "/chains/?length=3")
        items = Bin.objects.get(name="Best", production=self.production).items
        self.assertEqual(
            list(items.values_list("leaving_frame", "entering_frame")),
            [(80, 110), (180, 210)],
        )

    def test_a_bin_that_is_there_takes_them_once(self):
        kept_in = add_bin(self.production, "Best")
        self.keep()
        self.keep()

        self.assertEqual(kept_in.items.count(), 2)

    def test_only_who_may_puts_what_is_a_chain_into_a_bin_of_theirs(self):
        self.assertEqual(self.keep(logged_in(self.viewer)).status_code, 403)
        other = self.stranger.productions.get().pk
        gone = self.keep(logged_in(self.stranger), production=other)
        self.assertEqual(gone.status_code, 404)
        apart = ",".join(str(cut.pk) for cut in reversed(self.cuts))
        self.assertEqual(self.keep(pairs=apart).status_code, 404)
        for wrong in ({"name": " "}, {"pairs": "x"}, {"production": other}):
            self.assertEqual(self.keep(**wrong).status_code, 302)
        self.assertEqual(Bin.objects.count(), 0)

    def test_viewers_see_chains_without_a_form_to_keep_them(self):
        shown = text(self.searched(logged_in(self.viewer)))

        self.assertIn("Night Ferry", shown)
        self.assertNotIn("Keep as bin", shown)


class AskTests(PageTestCase):
    def test_what_sets_no_limit_is_not_part_of_the_question(self):
        plain = ask_chains({"length": 4}, by=None)
        same = ask_chains({"length": 4, "titles": None, "kind": ""}, by=None)

        self.assertEqual(plain, same)
