from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import SimpleTestCase, TestCase

from catalog.looks import NotACube, read_cube
from catalog.models import Look, Title
from catalog.services import Refused, keep_look
from tests.catalog.pages import PageTestCase, logged_in
from tests.factories import add_production, add_user

SWAPPED = "\n".join(
    ['TITLE "red for blue"', "LUT_3D_SIZE 2"]
    + [f"{b} {g} {r}  # a colour" for b in (0, 1) for g in (0, 1) for r in (0, 1)]
)


class CubeTests(SimpleTestCase):
    def test_red_varies_fastest(self):
        cube = read_cube(SWAPPED)

        self.assertEqual(cube.side, 2)
        self.assertEqual(cube.colours[1], (0.0, 0.0, 1.0))
        self.assertEqual(cube.colours[4], (1.0, 0.0, 0.0))

    def test_the_domain_is_read_in_both_forms(self):
        for words in (
            "DOMAIN_MIN -1 -1 -1\nDOMAIN_MAX 2 2 2",
            "LUT_3D_INPUT_RANGE -1 2",
        ):
            with self.subTest(words):
                cube = read_cube(f"{words}\n{SWAPPED}")

                self.assertEqual((cube.low, cube.high), ((-1,) * 3, (2,) * 3))

    def test_what_cannot_be_applied_is_refused_in_a_sentence(self):
        few = "\n".join(SWAPPED.splitlines()[:-1])
        bad = {
            "is not a colour": SWAPPED + "\n1 2",
            "has 8 colours; this has 7": few,
            "three curves": "LUT_1D_SIZE 2\n0 0 0\n1 1 1",
            "does not": "0 0 0",
            "is not understood": "HELLO 1\n" + SWAPPED,
            "domain": "DOMAIN_MIN 1 1 1\n" + SWAPPED,
        }
        bad["2 to 65"] = SWAPPED.replace("SIZE 2", "SIZE 200")
        for sentence, text in bad.items():
            with self.subTest(sentence), self.assertRaisesRegex(NotACube, sentence):
                read_cube(text)

    def test_not_a_number_is_no_colour(self):
        with self.assertRaisesRegex(NotACube, "not understood"):
            read_cube(SWAPPED.replace("1 1 1", "nan 1 1"))


class AddWithLookTests(PageTestCase):
    def setUp(self):
        self.production = add_production()
        self.client = logged_in(add_user("", "editor", [self.production]))

    def add(self, cube, video="a.mov"):
        files = {
            "upload": SimpleUploadedFile(video, b"not looked at yet"),
            "cube": SimpleUploadedFile("LogC.cube", cube),
        }
        fields = {"production": self.production.pk, "kind": "cut"}
        return self.client.post("/titles/add/", {**fields, **files})

    def test_a_title_is_added_with_the_cube_beside_it(self):
        self.add(SWAPPED.encode())

        self.assertEqual(Title.objects.get().look.name, "LogC")

    def test_with_a_file_that_is_no_look_nothing_is_added(self):
        for cube, video in ((b"hello", "a.mov"), (SWAPPED.encode(), "a.txt")):
            with self.subTest(cube[:8]):
                self.assertEqual(self.add(cube, video).status_code, 422)
                self.assertEqual((Title.objects.count(), Look.objects.count()), (0, 0))


class KeepLookTests(TestCase):
    def setUp(self):
        self.production = add_production()

    def keep(self, content):
        return keep_look(content, "show", self.production, user=None)

    def test_the_same_cube_is_kept_once(self):
        self.assertEqual(self.keep(SWAPPED.encode()), self.keep(SWAPPED.encode()))

    def test_a_picture_is_no_look_and_nothing_is_kept(self):
        for content in (b"\x89PNG\r\n\xff\xfe", b"hello"):
            with self.subTest(content), self.assertRaises(Refused):
                self.keep(content)
        self.assertEqual(Look.objects.count(), 0)
