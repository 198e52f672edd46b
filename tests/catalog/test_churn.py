"""How much the best pairs would change: those that rise and those that fall, on the page too."""

from dataclasses import asdict

from catalog.churn import SHOWN, rank_churn
from catalog.models import TrainingRun
from tests.catalog.pages import PageTestCase, logged_in, markup
from tests.factories import (
    add_candidate,
    add_encoder,
    add_job,
    add_match_set,
    add_shots,
    add_title,
    add_user,
)

PAIRS, GONE = 60, 10


class ChurnTests(PageTestCase):
    """Sixty pairs; the coming version turns their order over, and has ten no more."""

    def setUp(self):
        self.title = add_title()
        self.shots = add_shots(self.title, *[20] * (PAIRS + 2))
        self.coming = add_encoder("clip", status="candidate")
        self.ranked(range(PAIRS), live=True)
        # Pair 60 is new, and the last of those that are ready.
        self.ready = [*range(PAIRS - 1, GONE - 1, -1), PAIRS]
        self.ranked(self.ready, live=False)

    def ranked(self, numbers, *, live):
        """A set of pairs of the first shot, best first."""
        found = add_match_set(self.title, live=live)
        found.versions = {} if live else {"clip": self.coming.pk}
        found.save()
        for place, number in enumerate(numbers):
            add_candidate(
                *(found, self.shots[0], self.shots[number + 1]),
                kind="clip",
                score=1 - place / 100,
            )

    def numbers(self, pairs):
        places = {shot.pk: place for place, shot in enumerate(self.shots)}
        self.assertEqual({leaving for leaving, _ in pairs}, {self.shots[0].pk})
        return [places[entering] - 1 for _, entering in pairs]

    def test_the_twenty_that_fall_and_the_twenty_that_rise_most_are_named(self):
        churn = rank_churn(self.coming)

        self.assertEqual((churn.kind, churn.changed), ("clip", 1))
        # What is gone falls from its place to the 100th; then pair n from n to 59 - n.
        self.assertEqual(self.numbers(churn.falling), list(range(SHOWN)))
        # Up by 59, 57, 55, 53 and 51; the new one from the 100th place to the 50th.
        rising = self.numbers(churn.rising)
        self.assertEqual(rising[:7], [59, 58, 57, 56, 55, 60, 54])
        self.assertEqual(len(rising), SHOWN)

    def test_the_pages_of_run_and_version_have_both_as_pictures_of_either_side(self):
        churn = asdict(rank_churn(self.coming))
        self.coming.metrics = {"churn": churn}
        self.coming.save()
        run = TrainingRun.objects.create(
            family="clip",
            job=add_job(None, state="done"),
            version=self.coming,
            outcome={"reason": "Better.", "against": "nothing"},
        )
        editor = logged_in(add_user("", "editor", [self.title.production]))

        wanted = [
            f"/media/{self.title.pk}/still/{frame}"
            for leaving, entering in churn["rising"] + churn["falling"]
            for frame in (self.frames[leaving][1] - 1, self.frames[entering][0])
        ]
        self.assertEqual(len(wanted), 4 * SHOWN)
        for where in (f"/retraining/{run.pk}/", f"/versions/clip/{self.coming.pk}/"):
            page = editor.get(where)

            self.assertContains(page, "1 of the top 100 clip pairs change.")
            sources = [each["src"] for each in markup(page).find("img")]
            shown = [each.rstrip("/") for each in sources if "/still/" in each]
            self.assertEqual(shown, wanted)

    @property
    def frames(self):
        return {each.pk: (each.first_frame, each.end_frame) for each in self.shots}
