from django.utils.timezone import now

from catalog.files import local_path
from catalog.loops import loop_key
from catalog.models import Job
from tests.catalog.boards import BoardTestCase
from tests.catalog.pages import HTMX, markup, text
from tests.factories import write_file


class LoopTests(BoardTestCase):
    def setUp(self):
        super().setUp()
        self.cut = self.pair(0, 2)
        # Files outlive a test's rows, and the next test's loop has the same key.
        local_path(loop_key(self.cut)).unlink(missing_ok=True)

    def loop(self, pair):
        return self.client.get(f"/matches/{pair.pk}/loop/", headers=HTMX)

    def test_a_loop_that_is_there_plays(self):
        pair = self.cut
        write_file(loop_key(pair), b"loop")

        answer = self.loop(pair)

        self.assertEqual(answer.status_code, 200)
        (video,) = markup(answer).find("video")
        self.assertEqual(video["src"], f"/media/loop/{pair.pk}")
        self.assertEqual(text(self.client.get(video["src"])), "loop")
        self.assertEqual(Job.objects.count(), 0)

    def test_a_loop_that_is_not_there_is_asked_for_once_and_polled_for(self):
        pair = self.cut

        for _ in range(3):
            answer = self.loop(pair)

        self.assertEqual(answer.status_code, 202)
        self.assertIn(f'hx-get="/matches/{pair.pk}/loop/"', text(answer))
        job = Job.objects.get()
        self.assertEqual((job.kind, job.queue), (Job.Kind.LOOP, "interactive"))
        self.assertEqual(job.subject, {"candidate": pair.pk})

    def test_the_file_itself_answers_202_while_it_is_rendered(self):
        pair = self.cut

        self.assertEqual(self.client.get(f"/media/loop/{pair.pk}").status_code, 202)
        self.assertEqual(Job.objects.get().key, f"loop:{pair.pk}")

    def test_a_failed_loop_says_why_and_is_not_asked_for_again_by_itself(self):
        pair = self.cut
        self.loop(pair)
        Job.objects.update(state=Job.State.FAILED, error="The proxy is gone.")

        answer = self.loop(pair)

        self.assertContains(answer, "The proxy is gone.", status_code=202)
        self.assertNotIn("hx-trigger", text(answer))
        self.assertEqual(Job.objects.count(), 1)

    def test_a_loop_just_rendered_and_yet_not_there_does_not_go_round_for_ever(self):
        pair = self.cut
        self.loop(pair)
        Job.objects.update(state=Job.State.DONE, ended_at=now())

        self.assertNotIn("hx-trigger", text(self.loop(pair)))
        self.assertEqual(Job.objects.count(), 1)
