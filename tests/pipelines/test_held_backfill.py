"""A worker in the middle of a backfill: what is asked meanwhile is answered by the live version."""

import time
from collections import Counter

from catalog.models import (
    EncoderVersion,
    Job,
    MatchCandidate,
    MatchSet,
    ShotVector,
    TrainingRun,
)
from catalog.services import (
    ask_across,
    ask_promotion,
    ask_search,
    cancel_run,
    run_now,
)
from tests.catalog.pages import card_ids, logged_in
from tests.factories import add_user
from tests.footage.clips import Clip, write_clip
from tests.ingesting import IngestCase, ended
from tests.killing import sql
from tests.retrainable import (
    ANYTHING,
    SHOTS,
    films_to_learn_from,
    toy_schedule,
    untrained_version,
)
from tests.worker import Worker

DONE = 4
"""Titles that the held backfill has got behind it."""
GATE = 387097
"""The lock at which it waits."""
HOLD = """
    CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_advisory_xact_lock_shared({gate}); RETURN NEW; END';
    CREATE TRIGGER hold BEFORE INSERT ON catalog_shotvector FOR EACH ROW
        WHEN (NEW.title_id = {title}) EXECUTE FUNCTION hold();
"""


class HeldBackfillTests(IngestCase):
    """One worker is held where it writes a title's rows; another does what people ask."""

    def setUp(self):
        super().setUp()
        self.titles = films_to_learn_from()
        self.live, self.other = (untrained_version(n) for n in (0, 1))
        self.done(ask_promotion(self.live, user=None, reason="The first."))
        for title in self.titles:
            self.done(ask_across(title))
        self.client = logged_in(
            add_user("", "editor", [each.production for each in self.titles])
        )

    def test_board_pages_and_search_are_the_old_version_s_and_a_new_title_gets_both(
        self,
    ):
        before = self.everything_asked()
        self.assertTrue(all(before.values()), before)
        self.close_gate()
        run = run_now(toy_schedule(better_by=ANYTHING), user=None)
        coming = self.held_in_the_middle(run)

        with Worker(queues="default,interactive") as other:
            self.assertEqual(self.everything_asked(), before)
            late = self.arrives(other, coming)
            self.assertEqual(self.rows_of(coming), DONE * 2 * SHOTS)
            self.assertEqual(self.everything_asked(), before)

            sql(f"SELECT pg_advisory_unlock({GATE})")
            self.done(run.job)

        self.all_is_of(coming, late)
        after = self.everything_asked()
        for asked, said in before.items():
            self.assertNotEqual(after[asked], said, asked)

    def test_a_title_that_arrives_while_a_choice_by_hand_is_made_ready_gets_both(self):
        self.close_gate()
        job = ask_promotion(self.other, user=None, reason="Chosen.")
        self.until(lambda: self.rows_of(self.other) == DONE * 2 * SHOTS)

        with Worker(queues="default,interactive") as other:
            late = self.arrives(other, self.other)
            sql(f"SELECT pg_advisory_unlock({GATE})")
            self.done(job)

        self.all_is_of(self.other, late)

    def test_cancelled_in_its_backfill_it_goes_on_and_titles_since_then_get_both(self):
        self.close_gate()
        run = run_now(toy_schedule(better_by=ANYTHING), user=None)
        self.held_in_the_middle(run)
        cancel_run(run)
        sql(f"SELECT pg_advisory_unlock({GATE})")
        job = ended(run.job, self.worker)
        self.assertEqual((job.state, job.stage), (Job.State.CANCELLED, "backfill"))
        # As the next ringing of any schedule of the family does.
        TrainingRun.objects.close_over()
        run.refresh_from_db()
        self.assertTrue(run.broke_off)

        # It may have got on by some titles before it saw that it was cancelled.
        done = self.rows_of(run.version) // (2 * SHOTS)
        self.close_gate(done)
        admin = logged_in(add_user("", "admin"))
        admin.post(f"/jobs/{job.pk}/retry/")
        coming = self.held_in_the_middle(run, done)
        with Worker(queues="default,interactive") as other:
            late = self.arrives(other, coming)
            sql(f"SELECT pg_advisory_unlock({GATE})")
            self.done(run.job)

        self.all_is_of(coming, late)

    def close_gate(self, done=DONE):
        """Rows of one title more will have to wait for this test."""
        sql(f"SELECT pg_advisory_lock({GATE})")
        sql("DROP FUNCTION IF EXISTS hold CASCADE")
        sql(HOLD.format(gate=GATE, title=self.titles[done].pk))
        self.addCleanup(sql, "DROP FUNCTION IF EXISTS hold CASCADE")
        self.addCleanup(sql, "SELECT pg_advisory_unlock_all()")

    def held_in_the_middle(self, run, done=DONE):
        """Its version, when a worker has written the rows of some titles and waits."""
        self.until(lambda: self.is_held(run, done))
        run.job.refresh_from_db()
        self.assertEqual(
            (run.job.state, run.job.stage), (Job.State.RUNNING, "backfill")
        )
        self.assertEqual(run.version.status, EncoderVersion.Status.CANDIDATE)
        return run.version

    def is_held(self, run, done):
        run.refresh_from_db()
        running = run.job.state == Job.State.RUNNING and run.job.stage == "backfill"
        # As long as an attempt is at no stage yet, its job names that of the one before.
        running = running and "gate" in run.job.seconds
        there = run.version and self.rows_of(run.version) == done * 2 * SHOTS
        return running and there

    def until(self, true):
        deadline = time.monotonic() + 90
        while not true():
            self.assertLess(time.monotonic(), deadline, self.worker.log())
            time.sleep(0.05)

    def rows_of(self, version):
        """How many rows it has of the films that were there from the beginning."""
        return ShotVector.objects.filter(version=version, title__in=self.titles).count()

    def everything_asked(self):
        """What a search, the board's page, the API and pairs across titles say."""
        shot = self.titles[0].shots.order_by("index").first()
        asked = {"kind": "clip", "by": "shot", "user": None, "top": 8}
        job = self.done(ask_search(**asked, shot=shot))
        cards = card_ids(self.client.get("/?kind=clip"))
        pairs = MatchCandidate.objects.in_bulk(cards)
        told = self.client.get("/api/matches/?kind=clip").json()["results"]
        scope = MatchSet.Scope.ACROSS
        sets = MatchSet.objects.filter(live=True, title__in=self.titles, scope=scope)
        across = MatchCandidate.objects.filter(match_set__in=sets, kind="clip")
        return {
            "search": [(each["shot"], each["score"]) for each in job.result["shots"]],
            "board": [(card, pairs[card].score) for card in cards],
            "api": [(each["id"], each["score"]) for each in told],
            "across": sorted(across.values_list("leaving", "entering", "score")),
        }

    def arrives(self, other, coming):
        """A film that is added now, with all that follows; it has rows of these two versions."""
        clip = Clip(frames=40, cuts=(20,))
        late = self.ingested(write_clip(self.folder / "late.mp4", clip))
        for job in Job.objects.exclude(kind=Job.Kind.RETRAIN):
            self.assertEqual(ended(job, other).state, Job.State.DONE, job.log)
        shots = late.shots.pictures().count()
        self.assertGreater(shots, 0)
        rows = ShotVector.objects.filter(title=late, version__family="clip")
        of_each = Counter(rows.values_list("version", flat=True))
        self.assertEqual(of_each, dict.fromkeys((self.live.pk, coming.pk), 2 * shots))
        for shown in late.match_sets.filter(live=True):
            self.assertEqual(shown.versions["clip"], self.live.pk)
        return late

    def all_is_of(self, version, late):
        """Every board, that of the late title included, is the new version's."""
        self.assertEqual(self.rows_of(version), len(self.titles) * 2 * SHOTS)
        shown = MatchSet.objects.filter(live=True)
        self.assertTrue(shown.filter(title=late).exists())
        self.assertEqual({each.versions["clip"] for each in shown}, {version.pk})
