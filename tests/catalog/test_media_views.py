from catalog.files import local_path
from catalog.loops import loop_key, loop_of
from catalog.models import Title
from catalog.stills import still_key
from tests.catalog.pages import PageTestCase, logged_in, text
from tests.factories import (
    add_candidate,
    add_match_set,
    add_pair,
    add_production,
    add_shots,
    add_title,
    add_user,
    write_file,
    write_still,
    write_times,
)


class MediaTests(PageTestCase):
    title: Title

    @classmethod
    def setUpTestData(cls):
        cls.production = add_production()
        cls.viewer = add_user("", "viewer", [cls.production])
        cls.title = add_title(cls.production)

    def setUp(self):
        self.client = logged_in(self.viewer)

    def get(self, name: str, **headers: str):
        return self.client.get(f"/media/{self.title.pk}/{name}", headers=headers)

    def test_the_proxy_is_sent_in_the_parts_a_player_asks_for(self):
        write_file(self.title.proxy_key, b"0123456789")

        part = self.get("proxy", range="bytes=2-4")

        self.assertEqual((part.status_code, text(part)), (206, "234"))
        self.assertEqual(part["Content-Type"], "video/mp4")

    def test_nothing_is_kept_by_anyone_but_the_browser_and_stills_not_for_long(self):
        write_file(self.title.proxy_key, b"film")
        write_file(self.title.poster_key, b"jpeg")

        self.assertEqual(self.get("proxy")["Cache-Control"], "private, no-cache")
        self.assertEqual(self.get("poster")["Cache-Control"], "private, max-age=600")

    def test_a_still_is_the_jpeg_of_that_frame_and_no_other(self):
        path = write_still(self.title, 7)

        self.assertEqual(text(self.get("still/7")).encode("latin-1"), path.read_bytes())
        self.assertEqual(self.get("still/7")["Content-Type"], "image/jpeg")
        self.assertEqual(self.get("still/8").status_code, 404)

    def test_times_are_seconds_from_the_first_frame_of_an_uneven_film(self):
        write_times(self.title, [9009, 10010, 12012, 12013], "1/24000")

        told = self.get("times").json()

        self.assertEqual(told["times"], [0.0, 0.041708, 0.125125, 0.125167])
        self.assertGreater(told["end"], told["times"][-1])

    def test_a_title_without_a_proxy_has_none_of_it(self):
        Title.objects.update(proxy_key="", poster_key="")

        for name in ("proxy", "poster", "still/0", "times"):
            with self.subTest(name=name):
                self.assertEqual(self.get(name).status_code, 404)

    def test_a_pair_with_a_title_one_may_not_see_has_no_loop(self):
        hidden = add_pair().leaving
        (mine,) = add_shots(self.title, 50)
        pair = add_candidate(add_match_set(self.title), mine, hidden)
        write_file(loop_key(pair), b"loop")

        self.assertEqual(self.client.get(f"/media/loop/{pair.pk}").status_code, 404)


class KeyTests(PageTestCase):
    def setUp(self):
        self.title = add_title()
        self.shots = add_shots(self.title, 100, 30, 170)
        self.found = add_match_set(self.title)

    def test_stills_lie_beside_the_proxy(self):
        folder = local_path(self.title.proxy_key).parent

        self.assertEqual(
            local_path(still_key(self.title, 12)), folder / "stills" / "0000012.jpg"
        )

    def test_a_title_without_a_proxy_has_no_place_for_stills(self):
        self.title.proxy_key = ""

        with self.assertRaises(ValueError):
            still_key(self.title, 0)

    def test_a_loop_is_two_seconds_to_the_cut_and_two_from_it(self):
        loop = loop_of(add_candidate(self.found, self.shots[0], self.shots[2]))

        self.assertEqual((loop.leaving.first_frame, loop.leaving.end_frame), (50, 100))
        self.assertEqual(
            (loop.entering.first_frame, loop.entering.end_frame), (130, 180)
        )

    def test_a_loop_stays_inside_its_shots(self):
        pair = add_candidate(
            self.found,
            self.shots[0],
            self.shots[1],
            leaving_frame=9,
            entering_frame=120,
        )

        loop = loop_of(pair)

        self.assertEqual((loop.leaving.first_frame, loop.leaving.end_frame), (0, 10))
        self.assertEqual(
            (loop.entering.first_frame, loop.entering.end_frame), (120, 130)
        )

    def test_the_key_speaks_of_frames_and_contents_not_of_rows(self):
        pair = add_candidate(self.found, self.shots[0], self.shots[2])
        other_set = add_match_set(self.title, live=False)
        same = add_candidate(other_set, self.shots[0], self.shots[2], score=0.1)
        moved = add_candidate(other_set, self.shots[0], self.shots[1])

        self.assertEqual(loop_key(pair), loop_key(same))
        self.assertNotEqual(loop_key(pair), loop_key(moved))
