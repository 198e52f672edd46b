"""`edit` at the command line: its documents are those of docs/cli.md."""

from pathlib import Path
from tempfile import TemporaryDirectory

from django.test import TestCase

from catalog.models import EditJob, Job
from tests.catalog.test_commands import names_in_docs, run
from tests.edits import SIZE, done_edit, job_of, target_png
from tests.factories import add_production, add_shots, add_title, add_user


class EditCommandTests(TestCase):
    def setUp(self):
        self.title = add_title(probe=dict(SIZE))
        (self.shot,) = add_shots(self.title, 300)
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.image = Path(folder.name) / "disc.png"
        self.image.write_bytes(target_png())
        self.words = ("--source-prompt", "a square", "--target-prompt", "a disc")

    def ask(self, *words):
        """Ask with the picture, of the shot unless another range is named."""
        return run("edit", "ask", *words, "--image", str(self.image), *self.words)

    def test_an_edit_is_asked_for_listed_shown_stopped_and_gone_on_with(self):
        shot = ("--shot", str(self.shot.pk))
        asked, code = self.ask(*shot, "--box", ".1", ".1", ".3", ".3", "--seed", "4")

        self.assertEqual(code, 0)
        self.assertEqual(set(asked), names_in_docs("edit"))
        edit = EditJob.objects.get()
        self.assertEqual((edit.frames, edit.seed), (24, 4))
        region = {"kind": "box", "frame": 0, "box": [0.1, 0.1, 0.3, 0.3]}
        self.assertEqual(asked["region"], region)
        number = str(edit.pk)
        listed, _ = run("edit", "list", "--title", self.title.name)
        self.assertEqual([each["id"] for each in listed["edits"]], [edit.pk])
        self.assertEqual(run("edit", "cancel", number)[0]["state"], "cancelled")
        self.assertEqual(run("edit", "resume", number)[0]["state"], "ready")
        self.assertEqual(run("edit", "show", number)[0]["id"], edit.pk)

    def test_the_same_again_differs_in_what_is_named(self):
        first = done_edit(self.title)
        again = ("--again", str(first.pk), "--seed", "9")

        asked, code = run("edit", "ask", *again)

        self.assertEqual(code, 0)
        second = EditJob.objects.latest("pk")
        self.assertEqual((asked["parent"], asked["seed"]), (first.pk, 9))
        same = ("first_frame", "end_frame", "picture_sha256", "region_given")
        for name in same:
            self.assertEqual(getattr(second, name), getattr(first, name))
        reproduced, _ = run("edit", "reproduce", str(first.pk))
        self.assertEqual(reproduced["reproduces"], first.pk)

    def test_who_asks_and_who_accepts_stands_on_the_row(self):
        user = add_user("kim", "editor", [self.title.production])
        range_ = ("--title", str(self.title.pk), "--frames", "0", "48")
        box = ("--box", ".1", ".1", ".3", ".3")
        done = done_edit(self.title)
        by_kim = ("--user", user.username)

        asked, _ = self.ask(*range_, *box, *by_kim)
        again, _ = run("edit", "reproduce", str(done.pk), *by_kim)
        run("edit", "accept", str(done.pk), *by_kim)

        self.assertEqual((asked["made_by"], again["made_by"]), (str(user), str(user)))
        done.refresh_from_db()
        self.assertEqual((done.accepted_by, done.accepted.added_by), (user, user))
        shown, _ = run("edit", "show", str(done.pk))
        self.assertEqual(shown["accepted_by"], str(user))
        self.assertEqual(shown["accepted_at"], done.accepted_at.isoformat())
        self.assertIsNone(self.ask(*range_, *box)[0]["made_by"])

    def test_who_may_not_edit_or_see_the_title_asks_for_nothing(self):
        viewer = add_user("lee", "viewer", [self.title.production])
        stranger = add_user("max", "editor", [add_production("Elsewhere")])
        done, many = done_edit(self.title), EditJob.objects.count()
        range_ = ("--title", str(self.title.pk), "--frames", "0", "48")
        for user, sentence in (
            (viewer.username, "may not edit; editors and admins may."),
            (stranger.username, "There is no title"),
            ("nobody", "There is no user nobody."),
        ):
            for told, code in (
                self.ask(*range_, "--box", ".1", ".1", ".3", ".3", "--user", user),
                run("edit", "reproduce", str(done.pk), "--user", user),
                run("edit", "accept", str(done.pk), "--user", user),
            ):
                self.assertEqual(code, 1)
                self.assertIn(sentence, told["error"])
        self.assertEqual(EditJob.objects.count(), many)
        done.refresh_from_db()
        self.assertIsNone(done.accepted)

    def test_an_estimate_asks_for_nothing(self):
        range_ = ("--title", str(self.title.pk), "--frames", "0", "48")

        told, code = self.ask(*range_, "--estimate")

        self.assertEqual((code, told["frames"], told["seconds"]), (0, 48, None))
        self.assertEqual(set(told), names_in_docs("edit ask --estimate"))
        self.assertFalse(EditJob.objects.exists())

    def test_a_result_is_accepted_once(self):
        edit = done_edit(self.title)

        first, code = run("edit", "accept", str(edit.pk), "--name", "Disc")
        second, _ = run("edit", "accept", str(edit.pk))

        self.assertEqual((code, first["accepted"]), (0, second["accepted"]))
        edit.refresh_from_db()
        self.assertEqual(edit.accepted.name, "Disc")
        self.assertTrue(Path(edit.accepted.added_path).is_file())

    def test_what_cannot_be_is_one_sentence(self):
        edit = done_edit(self.title)
        Job.objects.filter(pk=job_of(edit).pk).update(state=Job.State.FAILED)
        self.assertEqual(run("edit", "show", str(edit.pk))[1], 1)
        wanted = ("edit", "ask", "--shot", str(self.shot.pk))
        wanted += ("--box", ".1", ".1", ".3", ".3")
        for words, sentence in (
            (("edit", "show", "999"), "There is no edit 999"),
            (("edit", "ask", "--shot", "999", *self.words), "There is no shot 999."),
            (
                ("edit", "ask", "--title", str(self.title.pk), *self.words),
                "Name the frames",
            ),
            (
                (*wanted, "--image", "/gone.png", *self.words),
                "/gone.png: No such file",
            ),
            ((*wanted, "--image", __file__, *self.words), "This is not a picture"),
            ((*wanted, *self.words), "There is no picture"),
        ):
            document, code = run(*words)
            self.assertIn(sentence, document["error"])
            self.assertEqual(code, 1)
