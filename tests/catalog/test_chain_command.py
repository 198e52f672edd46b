"""`chains`, through a real worker."""

import itertools
from io import StringIO

from django.core.management import CommandError, call_command

from catalog.models import Bin
from tests.catalog.test_commands import names_in_docs, run
from tests.factories import (
    add_candidate,
    add_match_set,
    add_production,
    add_shots,
    add_title,
)
from tests.worker import WorkerTestCase


class ChainCommandTests(WorkerTestCase):
    def setUp(self):
        super().setUp()
        self.production = add_production("Harbour")
        title = add_title(self.production, name="Night Ferry")
        shots = add_shots(title, *[100] * 4)
        found = add_match_set(title)
        self.pairs = [
            add_candidate(
                found, a, b,
                leaving_frame=a.first_frame + 80, entering_frame=b.first_frame + 10,
            )
            for a, b in itertools.pairwise(shots)
        ]  # fmt: skip

    def test_the_best_chain_is_said_and_kept_as_a_bin(self):
        document, code = run(
            "chains", "--title", "Night Ferry", "--length", "4", "--bin", "Best",
            "--production", "Harbour",
        )  # fmt: skip

        self.assertEqual(code, 0)
        (chain,) = document["chains"]
        self.assertEqual(
            [m["id"] for m in chain["matches"]], [p.pk for p in self.pairs]
        )
        first, second, *_, last = chain["shots"]
        self.assertEqual((first["first_frame"], first["last_frame"]), (0, 80))
        self.assertEqual((second["first_frame"], second["last_frame"]), (110, 180))
        self.assertEqual((last["first_frame"], last["last_frame"]), (310, 399))
        self.assertEqual(second["tc"], "01:00:04:10")
        kept_in = Bin.objects.get(name="Best", production=self.production)
        wanted = {"id": kept_in.pk, "name": "Best", "items": 3}
        self.assertEqual(document["bin"], wanted)
        self.assertEqual(
            list(kept_in.items.values_list("leaving_frame", flat=True)), [80, 180, 280]
        )
        names = {*document, *chain, *first, *chain["matches"][0], *wanted}
        self.assertEqual(names, names_in_docs("chains"))

    def test_bad_input_gets_one_sentence_and_changes_nothing(self):
        for words, sentence in (
            (["--title", "Nowhere"], "There is no title Nowhere."),
            (["--kind", "smell"], "--kind: Select a valid choice."),
            (["--length", "13"], "--length: Ensure this value is less than"),
            (["--bin", "Best"], "Name both"),
            (["--bin", "B", "--production", "Nobody"], "no production Nobody"),
            (["--min-seconds", "9", "--max-seconds", "3"], "below its shortest"),
        ):
            with self.subTest(words):
                document, code = run("chains", *words)
                self.assertIn(sentence, document["error"])
                self.assertEqual(code, 1)
        self.assertEqual(Bin.objects.count(), 0)

    def test_lines_for_a_person_name_every_shot(self):
        out = StringIO()
        call_command("chains", "--length", "3", stdout=out, stderr=StringIO())

        self.assertIn("chains among 3 cuts", out.getvalue())
        self.assertIn("Night Ferry shot 1", out.getvalue())
        with self.assertRaises(CommandError):
            call_command("chains", "--title", "Nowhere", stdout=out)
