"""The command line's documents, as docs/cli.md has them, on a really ingested film."""

import json
import re
from io import StringIO

from django.conf import settings
from django.core.management import call_command

from tests.films import planted_film, write_film
from tests.ingesting import IngestCase


def run(*words):
    """Return (document, exit code) of a command with --json."""
    out = StringIO()
    try:
        call_command(*words, "--json", stdout=out, stderr=StringIO())
    except SystemExit as leaving:
        return json.loads(out.getvalue()), leaving.code
    return json.loads(out.getvalue()), 0


def names_in_docs(command):
    """Names in the document of a command, as docs/cli.md lists them."""
    text = (settings.BASE / "docs" / "cli.md").read_text()
    part = re.search(rf"^    {command} +(\{{.*?\n)\n", text, re.S | re.M)[1]
    return set(re.findall(r'"(\w+)"', part))


class CommandTests(IngestCase):
    def test_a_film_from_the_file_to_its_best_cuts(self):
        film = planted_film()
        path = write_film(self.folder / "planted.mp4", film)
        (self.folder / "wrong.mp4").write_text("no film")

        ingested, code = run("ingest", str(self.folder), "--wait")
        self.assertEqual(code, 1)
        good, bad = ingested["titles"]
        self.assertEqual(set(good) | {"titles"}, names_in_docs("ingest"))
        self.assertEqual((good["state"], good["rate"]), ("ready", "25/1"))
        self.assertEqual((good["shots"], good["frames"]), (20, 430))
        self.assertEqual(set(good["seconds"]) & {"proxy", "match"}, {"proxy", "match"})
        self.assertIn("wrong.mp4", bad["error"])

        shots, code = run("shots", "planted")
        self.assertEqual(code, 0)
        listed = {"title", "rate", "shots", *shots["shots"][0]}
        self.assertEqual(listed, names_in_docs("shots"))
        self.assertEqual(shots["shots"][1]["start_tc"], "00:00:00:20")

        matches, code = run("matches", "--title", str(good["id"]), "--kind", "frame")
        self.assertEqual(code, 0)
        best = matches["matches"][0]
        sides = set(best["leaving"]) | set(best) | {"matches"}
        self.assertEqual(
            sides | {"scale", "dx", "dy", "rotation"}, names_in_docs("matches")
        )
        self.assertEqual(best["leaving"]["file"], str(path.resolve()))
        pair = sorted(best[side]["shot_index"] for side in ("leaving", "entering"))
        self.assertIn(("frame", *pair), film.planted)

    def test_what_cannot_run_says_one_sentence(self):
        document, code = run("shots", "nothing")

        self.assertEqual(document, {"error": "There is no title nothing."})
        self.assertEqual(code, 1)

    def test_a_path_that_is_not_there_is_an_error_on_its_title(self):
        document, code = run("ingest", str(self.folder / "gone.mp4"))

        self.assertEqual(code, 1)
        self.assertIn("no such file", document["titles"][0]["error"])
