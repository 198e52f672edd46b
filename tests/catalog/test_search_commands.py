"""`similar` and `matches --across`, on two really ingested films that share a shape."""

import av

from catalog.models import Job, MatchCandidate, Production
from catalog.services import add_path, ask_across
from tests.catalog.test_commands import names_in_docs, run
from tests.films import DrawnShot, Film, pictures, write_film
from tests.ingesting import IngestCase

LEFT = (0.1, 0.15, 0.3, 0.75)
HERE = (
    DrawnShot(scene=1, outline="figure", box=LEFT),
    DrawnShot(scene=2, pan=(6, 0)),
    DrawnShot(scene=10, outline="star", box=(0.6, 0.05, 0.35, 0.6)),
)
THERE = (
    DrawnShot(scene=11, outline="arch", box=(0.35, 0.3, 0.4, 0.6)),
    DrawnShot(scene=6, outline="figure", box=LEFT),
    DrawnShot(scene=9, pan=(6, 0)),
)


class AcrossTwoFilmsTests(IngestCase):
    def setUp(self):
        super().setUp()
        self.titles = []
        for name, shots in (("here", HERE), ("there", THERE)):
            film = Film(shots=shots, planted=frozenset())
            path = write_film(self.folder / f"{name}.mp4", film)
            made = Production.objects.create(name=f"Production of {name}")
            title, job = add_path(path, made)
            self.done(job)
            self.titles.append(title)
            for across in title.jobs.filter(kind=Job.Kind.ACROSS):
                self.done(across)

    def still(self):
        """The first picture of the figure, as somebody saves it."""
        film = Film(shots=HERE, planted=frozenset())
        path = self.folder / "still.png"
        with av.open(str(path), "w", format="image2") as target:
            stream = target.add_stream("png", rate=25)
            stream.width, stream.height, stream.pix_fmt = 640, 360, "rgb24"
            picture = av.VideoFrame.from_ndarray(next(pictures(film)))
            target.mux(stream.encode(picture))
            target.mux(stream.encode(None))
        return path

    def test_what_lies_in_two_films_is_found_from_the_command_line(self):
        here, there = self.titles
        figures = [here.shots.get(index=0).pk, there.shots.get(index=1).pk]
        moves = [here.shots.get(index=1).pk, there.shots.get(index=2).pk]

        self.assert_first_across("frame", figures)
        self.assert_first_across("motion", moves)
        self.assert_both_sets_list_a_pair_once(here)
        self.assert_similar_by_shot_and_still(figures)
        self.assert_what_cannot_be_asked_is_said(figures[0])

    def assert_first_across(self, kind, planted):
        document, code = run("matches", "--across", "--kind", kind)
        self.assertEqual(code, 0)
        best = document["matches"][0]
        sides = [best["leaving"], best["entering"]]
        self.assertEqual({side["shot"] for side in sides}, set(planted))
        for match in document["matches"]:
            self.assertNotEqual(match["leaving"]["title"], match["entering"]["title"])

    def assert_both_sets_list_a_pair_once(self, first):
        """The first film had nobody to meet; asked again, it finds the same pairs."""
        before = listed_across()
        self.done(ask_across(first))

        self.assertEqual(listed_across(), before)
        on_board = MatchCandidate.objects.live().on_board().in_scope("across")
        self.assertGreater(on_board.count(), len(before))

    def assert_similar_by_shot_and_still(self, figures):
        similar, code = run("similar", "--shot", str(figures[0]), "--top", "3")
        self.assertEqual(code, 0)
        self.assertEqual(similar["shots"][0]["shot"], figures[1])
        self.assertEqual(
            {"kind", "exact", "shots", *similar["shots"][0]}, names_in_docs("similar")
        )
        seen, code = run("similar", "--image", str(self.still()), "--not-title", "here")
        self.assertEqual((code, seen["shots"][0]["shot"]), (0, figures[1]))
        titles = {shot["title_name"] for shot in seen["shots"]}
        self.assertEqual(titles, {"there"})

    def assert_what_cannot_be_asked_is_said(self, shot):
        for words, said in (
            (("--shot", "0"), "There is no shot 0."),
            (("--shot", str(shot), "--kind", "smell"), "There is no kind 'smell'"),
            (("--image", str(self.folder / "here.mp4")), "this is not a picture"),
            (("--image", str(self.folder / "none.png")), "cannot be read"),
            (("--image", str(self.still()), "--kind", "motion"), "has no motion"),
        ):
            with self.subTest(words):
                document, code = run("similar", *words)
                self.assertEqual(code, 1)
                self.assertIn(said, document["error"])


def listed_across():
    """(leaving, entering) of what `matches --across` lists."""
    found, _ = run("matches", "--across", "--top", "50")
    return [(m["leaving"]["shot"], m["entering"]["shot"]) for m in found["matches"]]
