"""Recommenders are put live and taken back as all that is learned here is."""

from catalog.management.commands.encoders import Command
from catalog.models import EncoderVersion, Job, Promotion
from catalog.services import ask_promotion, roll_back
from pipelines.jobs import Claim
from pipelines.retraining.job import retrain
from tests.pipelines.test_components_learning import LEFT, RIGHT, House

Status = EncoderVersion.Status


class SwitchTests(House):
    def test_one_is_taken_back_and_put_live_again_and_the_log_says_so(self):
        shots = self.film(0, found=False)
        self.finding(shots[0].title, shots[1].first_frame, LEFT)
        first = self.learn()
        self.finding(shots[0].title, shots[2].first_frame, RIGHT)
        second = self.learn()

        roll_back("recommender", user=None)

        first.refresh_from_db()
        second.refresh_from_db()
        self.assertEqual((first.status, second.status), (Status.ACTIVE, Status.RETIRED))
        job = ask_promotion(second, user=None, reason="It knows more.")
        claimed = Job.objects.claim(job.pk, worker="test", device="cpu")
        assert claimed is not None
        retrain(Claim(claimed))
        second.refresh_from_db()
        self.assertEqual(second.status, Status.ACTIVE)
        last = Promotion.objects.filter(family="recommender").first()
        assert last is not None
        self.assertEqual(
            (last.version, last.before, last.reason),
            (second, first, "By hand: It knows more."),
        )
        # Boards rest on no recommender: none is matched again.
        self.assertFalse(Job.objects.filter(kind=Job.Kind.REMATCH).exists())

    def test_put_live_by_the_command_without_a_reason_it_says_so_once(self):
        version = EncoderVersion.objects.create(family="recommender", name="one")
        parser = Command().create_parser("manage.py", "encoders")
        reason = parser.parse_args(["promote", f"{version.pk}"]).reason
        job = ask_promotion(version, user=None, reason=reason)

        retrain(Claim(Job.objects.claim(job.pk, worker="test", device="cpu")))

        made = Promotion.objects.get(version=version)
        self.assertEqual(made.reason, "By hand: No reason was given.")
