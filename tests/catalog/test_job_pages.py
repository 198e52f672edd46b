from catalog.models import Job
from tests.catalog.pages import HTMX, PageTestCase, logged_in, markup, text
from tests.factories import add_job, add_production, add_title, add_user

State = Job.State
RUNNING = {
    "state": State.RUNNING,
    "stage": "represent",
    "stage_number": 5,
    "stages": 7,
    "progress": 0.5,
    "pace": "61 ms a keyframe",
    "device": "NVIDIA H200",
    "attempt": 2,
}


class JobPageTests(PageTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.production = add_production()
        cls.editor = add_user("", "editor", [cls.production])
        cls.title = add_title(cls.production)

    def setUp(self):
        self.client = logged_in(self.editor)

    def rows(self, state: str = "") -> list[str]:
        page = self.client.get(f"/jobs/?state={state}")
        links = [a["href"] for a in markup(page).find("a")]
        return [x for x in links if x.startswith("/jobs/") and x != "/jobs/"]

    def test_a_running_job_says_stage_pace_device_and_attempt(self):
        add_job(self.title, **RUNNING)

        page = self.client.get("/jobs/")

        for words in ("represent", "5 of 7", "61 ms a keyframe", "NVIDIA H200"):
            self.assertContains(page, words)
        self.assertEqual(markup(page).find("progress")[0]["value"], "0.500")

    def test_tabs_hold_the_jobs_of_their_states_and_count_them(self):
        jobs = {state: add_job(self.title, state=state) for state in State}

        def links(*states):
            return {f"/jobs/{jobs[state].pk}/" for state in states}

        self.assertEqual(set(self.rows("now")), links(State.RUNNING, State.READY))
        self.assertEqual(
            set(self.rows("failed")), links(State.FAILED, State.QUARANTINED)
        )
        self.assertEqual(set(self.rows("done")), links(State.DONE))
        self.assertEqual(len(self.rows("all")), len(State))
        self.assertEqual(len(self.rows("no such tab")), len(State))
        tabs = text(self.client.get("/jobs/")).split("</nav>")[1]
        self.assertEqual([int(n) for n in _numbers(tabs)][:4], [2, 1, 1, 2])

    def test_jobs_of_titles_one_may_not_see_are_neither_shown_nor_counted(self):
        add_job(add_title(), **RUNNING)

        page = self.client.get("/jobs/?state=running")

        self.assertContains(page, "No jobs here")
        self.assertNotIn("hx-trigger", markup(page).by_id("jobs"))

    def test_the_list_polls_while_something_it_shows_is_unfinished(self):
        job = add_job(self.title, **RUNNING)

        part = self.client.get("/jobs/?state=running", headers=HTMX)

        self.assertEqual(markup(part).by_id("jobs")["hx-get"], "/jobs/?state=running")
        Job.objects.filter(pk=job.pk).update(state=State.DONE)
        part = self.client.get("/jobs/?state=running", headers=HTMX)
        self.assertNotIn("hx-trigger", markup(part).by_id("jobs"))

    def test_a_waiting_job_is_cancelled_and_the_way_leads_back(self):
        job = add_job(self.title)

        answer = self.client.post(
            f"/jobs/{job.pk}/cancel/", {"next": "/jobs/?state=now"}
        )

        self.assertRedirects(answer, "/jobs/?state=now")
        job.refresh_from_db()
        self.assertEqual(job.state, State.CANCELLED)

    def test_a_running_job_is_asked_to_stop(self):
        job = add_job(self.title, **RUNNING)

        page = self.client.post(f"/jobs/{job.pk}/cancel/", follow=True)

        self.assertContains(page, "disabled")
        job.refresh_from_db()
        self.assertTrue(job.cancel_asked)

    def test_a_failed_job_shows_its_reason_and_goes_again_when_told(self):
        job = add_job(self.title, state=State.FAILED, error="It ends in mid-frame.")
        self.assertContains(self.client.get("/jobs/"), "It ends in mid-frame.")

        self.client.post(f"/jobs/{job.pk}/retry/")

        job.refresh_from_db()
        self.assertEqual((job.state, job.error), (State.READY, ""))

    def test_a_job_that_is_not_over_cannot_be_retried_and_says_so(self):
        job = add_job(self.title, **RUNNING)

        page = self.client.post(f"/jobs/{job.pk}/retry/", follow=True)

        self.assertContains(page, "Nothing to retry")

    def test_the_page_of_a_job_has_its_stages_inputs_and_log(self):
        job = add_job(
            self.title,
            **RUNNING,
            subject={"candidate": 12},
            finished=[["hash", 1.25], ["proxy", 75]],
            log="10:00:00 attempt 1 <b>failed</b>\n",
        )

        page = self.client.get(f"/jobs/{job.pk}/")

        for words in ("Candidate", "1.2 s", "1:15", "attempt 1 &lt;b&gt;failed"):
            self.assertContains(page, words)
        self.assertIn("hx-trigger", markup(page).by_id("job"))


def _numbers(page: str) -> list[str]:
    spans = page.split('<span class="dim tc">')[1:]
    return [span.split("<")[0] for span in spans]
