from django.http import Http404
from django.test import RequestFactory, SimpleTestCase, override_settings

from catalog.views.ranges import Unsatisfiable, read_range, serve_key
from tests.catalog.pages import text
from tests.factories import write_file

CONTENT = bytes(range(256)) * 4


class ReadRangeTests(SimpleTestCase):
    def test_a_closed_range_ends_with_its_last_byte_included(self):
        self.assertEqual(read_range("bytes=0-0", 10), (0, 1))
        self.assertEqual(read_range("bytes=2-4", 10), (2, 5))

    def test_an_open_range_goes_to_the_end(self):
        self.assertEqual(read_range("bytes=3-", 10), (3, 10))

    def test_a_range_past_the_end_is_cut(self):
        self.assertEqual(read_range("bytes=8-99", 10), (8, 10))

    def test_a_suffix_range_is_the_last_bytes(self):
        self.assertEqual(read_range("bytes=-4", 10), (6, 10))
        self.assertEqual(read_range("bytes=-99", 10), (0, 10))

    def test_what_is_not_one_range_of_bytes_asks_for_the_whole_file(self):
        for header in (
            *("", "bytes=", "bytes=-", "bytes=a-b", "bytes=4-2", "items=0-4"),
            *("bytes=0-1,4-5", f"bytes={'9' * 30}-"),
        ):
            with self.subTest(header=header):
                self.assertIsNone(read_range(header, 10))

    def test_a_range_beyond_the_file_cannot_be_satisfied(self):
        for header in ("bytes=10-", "bytes=10-12", "bytes=-0"):
            with self.subTest(header=header), self.assertRaises(Unsatisfiable):
                read_range(header, 10)

    def test_no_range_of_an_empty_file_can_be_satisfied(self):
        for header in ("bytes=0-", "bytes=-1"):
            with self.subTest(header=header), self.assertRaises(Unsatisfiable):
                read_range(header, 0)


class ServeKeyTests(SimpleTestCase):
    def setUp(self):
        self.path = write_file("ranges/clip.mp4", CONTENT)

    def get(self, method="get", **headers):
        request = getattr(RequestFactory(), method)("/", headers=headers)
        return serve_key(request, "ranges/clip.mp4", "video/mp4")

    def body(self, response):
        return text(response).encode("latin-1")

    def test_the_whole_file_says_that_ranges_are_possible(self):
        response = self.get()

        self.assertEqual(response.status_code, 200)
        self.assertEqual(response["Accept-Ranges"], "bytes")
        self.assertEqual(response["Content-Length"], "1024")
        self.assertEqual(response["Content-Type"], "video/mp4")
        self.assertEqual(self.body(response), CONTENT)

    def test_a_part_is_exactly_the_bytes_asked_for(self):
        response = self.get(range="bytes=100-299")

        self.assertEqual(response.status_code, 206)
        self.assertEqual(response["Content-Range"], "bytes 100-299/1024")
        self.assertEqual(response["Content-Length"], "200")
        self.assertEqual(self.body(response), CONTENT[100:300])

    def test_a_range_beyond_the_end_is_416_with_the_size(self):
        response = self.get(range="bytes=1024-")

        self.assertEqual(response.status_code, 416)
        self.assertEqual(response["Content-Range"], "bytes */1024")

    def test_head_has_the_headers_and_no_body(self):
        response = self.get("head")

        self.assertEqual(response["Content-Length"], "1024")
        self.assertEqual(self.body(response), b"")

    def test_an_unchanged_file_is_not_sent_again(self):
        tag = self.get()["ETag"]

        self.assertEqual(self.get(if_none_match=tag).status_code, 304)
        self.assertEqual(self.get(if_none_match=f'"other", W/{tag}').status_code, 304)
        self.assertEqual(self.get(if_none_match='"other"').status_code, 200)

    def test_a_part_of_a_changed_file_is_answered_with_the_whole(self):
        tag = self.get()["ETag"]
        self.path.write_bytes(CONTENT + b"more")

        response = self.get(range="bytes=0-9", if_range=tag)

        self.assertEqual(response.status_code, 200)
        self.assertNotEqual(response["ETag"], tag)

    def test_a_part_of_an_unchanged_file_is_sent(self):
        seen = self.get()

        for validator in (seen["ETag"], seen["Last-Modified"]):
            with self.subTest(validator=validator):
                response = self.get(range="bytes=0-9", if_range=validator)
                self.assertEqual(response.status_code, 206)

    def test_a_missing_file_and_a_key_that_leaves_the_folder_are_not_found(self):
        for key in ("ranges/none.mp4", "../secret_key", "ranges/../../x", ""):
            with self.subTest(key=key), self.assertRaises(Http404):
                serve_key(RequestFactory().get("/"), key, "video/mp4")

    @override_settings(ACCEL_PREFIX="/protected/")
    def test_nginx_is_told_where_the_file_is_when_it_sends_files(self):
        response = self.get(range="bytes=0-9")

        self.assertEqual(response["X-Accel-Redirect"], "/protected/ranges/clip.mp4")
        self.assertEqual(self.body(response), b"")
