"""A film is shown and compared in the colours of its look."""

import numpy as np

from catalog.files import local_path
from catalog.looks import read_cube
from catalog.services import add_path, default_production, keep_look
from pipelines.media.cubes import hald_image
from pipelines.media.reader import read_stills
from tests.catalog.test_looks import SWAPPED
from tests.films import DrawnShot, Film, write_film
from tests.ingesting import IngestCase


class LookTests(IngestCase):
    def test_the_hald_image_says_what_the_cube_says(self):
        image = hald_image(read_cube(SWAPPED)).reshape(-1, 3)

        for red, green, blue in ((0, 0, 0), (63, 0, 0), (10, 20, 30), (63, 63, 63)):
            found = image[red + 64 * green + 4096 * blue]
            wanted = np.rint(np.array([blue, green, red]) / 63 * 255)
            self.assertEqual(found.tolist(), wanted.tolist())

    def test_proxies_have_the_looks_colours_and_the_same_film_without_has_its_own(self):
        film = Film(
            shots=(DrawnShot(scene=1, pan=(3, 0)), DrawnShot(scene=2, pan=(0, 3))),
            planted=frozenset(),
        )
        path = write_film(self.folder / "film.mp4", film)
        copy = self.folder / "copy.mp4"
        copy.write_bytes(path.read_bytes() + b"\0" * 8)
        production = default_production()
        look = keep_look(SWAPPED.encode(), "swapped", production, user=None)

        plain, job = add_path(path, production)
        seen, other = add_path(copy, production, look=look)
        for one in (job, other):
            self.done(one)

        stills = []
        for title in (plain, seen):
            title.refresh_from_db()
            (still,) = read_stills(local_path(title.proxy_key), [5])
            stills.append(still.astype(int))
        apart = np.abs(stills[1] - stills[0][..., ::-1])
        self.assertLess(apart.mean(), 4.0)
        self.assertGreater(np.abs(stills[1] - stills[0]).mean(), 8.0)
