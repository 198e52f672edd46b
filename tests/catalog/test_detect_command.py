"""detect: what lies on a title is found by the worker and said as docs/cli.md has it."""

from io import StringIO

import torch
from django.core.management import CommandError, call_command

from catalog.files import local_path
from catalog.models import ComponentFinding, Job, Shot
from mlcore.components.catalogue import catalogue, component
from mlcore.components.drawing.laying import lay
from pipelines.components.listing import list_components
from pipelines.components.shipped import load_finder, set_up_finder
from tests.catalog.test_commands import names_in_docs, run
from tests.factories import add_encoder, add_title
from tests.ingesting import IngestCase
from tests.mlcore.components.crops import crops
from tests.pipelines.test_components_detect import BURN, LENGTH, RATE, write

NOBODY = "No component encoder is in use; run `python -m pipelines.components`."


class DetectCommandTests(IngestCase):
    def test_a_burn_on_the_second_shot_is_found_and_a_lost_proxy_is_said(self):
        title = self.burnt()
        self.assertEqual(run("detect", "burnt"), ({"error": NOBODY}, 1))
        self.assertFalse(Job.objects.filter(kind=Job.Kind.DETECT).exists())
        list_components(catalogue(), load_finder().unseen_bases)
        version = set_up_finder()

        document, code = run("detect", "burnt")

        self.assertEqual(code, 0)
        # Two shots, and the cut between them.
        self.assertEqual((document["title"], document["looked_at"]), (title.pk, 3))
        by_shot = {each["shot"]: each for each in document["findings"]}
        plain, burnt = title.shots.order_by("first_frame")
        self.assertNotIn(plain.pk, by_shot)
        found = by_shot[burnt.pk]
        self.assertEqual(set(document) | set(found), names_in_docs("detect"))
        self.assertEqual((found["category"], found["tc"]), ("effect", "00:00:03:00"))
        self.assertEqual(found["version"], version.pk)
        row = ComponentFinding.objects.get(pk=found["id"])
        self.assertEqual(
            (row.shot, row.confidence, row.answer),
            (burnt, found["confidence"], found["answer"]),
        )
        self.for_a_person(found, len(by_shot))
        self.lost(title)

    def burnt(self):
        """A film of two stills of 3 s, the second with a film burn all over it."""
        plain, other = (one.expand(LENGTH, -1, -1, -1) for one in crops(2, 180, 320))
        film = torch.cat([plain, lay(component(BURN), other, RATE)])
        title = self.ingested(write(film, self.folder / "burnt.mp4"))
        # Where the cut is is known: only what lies on the film is asked.
        title.shots.all().delete()
        for index in range(2):
            first, end = index * LENGTH, (index + 1) * LENGTH
            Shot.objects.create(
                title=title, index=index, first_frame=first, end_frame=end
            )
        return title

    def for_a_person(self, found, on_shots):
        """Without --json there is a line for each, and their number of all."""
        out = StringIO()
        call_command("detect", "burnt", stdout=out, stderr=StringIO())

        *lines, last = out.getvalue().splitlines()
        self.assertGreaterEqual(len(lines), on_shots)
        self.assertTrue(any("00:00:03:00" in line for line in lines), lines)
        self.assertTrue(any(found["category"] in line for line in lines), lines)
        self.assertEqual(
            last, f"{len(lines)} of 3 cuts and shots have something on them."
        )

    def lost(self, title):
        """The worker's own sentence is the command's, and what was found before stays."""
        before = ComponentFinding.objects.filter(title=title).count()
        local_path(title.proxy_key).unlink()

        document, code = run("detect", str(title.pk))

        said = "The proxy is gone; ingest the title again."
        self.assertEqual((document, code), ({"error": said}, 1))
        self.assertEqual(ComponentFinding.objects.filter(title=title).count(), before)

    def test_a_title_that_is_not_there_or_has_no_shots_is_one_sentence(self):
        add_encoder("component")
        title = add_title(name="fresh")

        self.assertEqual(
            run("detect", "gone"), ({"error": "There is no title gone."}, 1)
        )
        said = "fresh has no shots yet: wait until it is ingested."
        self.assertEqual(run("detect", str(title.pk)), ({"error": said}, 1))
        with self.assertRaisesMessage(CommandError, "There is no title 9999999."):
            call_command("detect", "9999999", stdout=StringIO(), stderr=StringIO())
        self.assertFalse(Job.objects.exists())
