import io
import os
from unittest import TestCase

import numpy as np

from pipelines.media.packets import (
    FRAME_HEADER,
    HEADER,
    BrokenWire,
    Chunk,
    Failure,
    Frame,
    Message,
    Packet,
    PacketWriter,
    read_packet,
)
from pipelines.media.segments import marker_from_json

MOST_PIXELS = 100


def reading(content: bytes):
    """Reads packets out of ``content``."""
    stream = io.BytesIO(content)

    def fill(view: memoryview) -> None:
        if stream.readinto(view) != len(view):
            raise EOFError

    def read() -> Packet | None:
        return read_packet(fill, MOST_PIXELS)

    return read


class TheWire(TestCase):
    def test_carries_every_kind_of_packet(self):
        image = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
        reader, writer = os.pipe()
        wire = PacketWriter(writer)
        wire.message({"a": [1, 2]})
        wire.frame(7, image[::-1])
        wire.chunk(b"bytes")
        wire.failure("No.", permanent=False)
        wire.end()
        os.close(writer)
        with open(reader, "rb") as file:  # noqa: PTH123 - a descriptor
            read = reading(file.read())
        self.assertEqual(read(), Message({"a": [1, 2]}))
        frame = read()
        self.assertIsInstance(frame, Frame)
        self.assertEqual(frame.index, 7)
        np.testing.assert_array_equal(frame.image, image[::-1])
        self.assertEqual(read(), Chunk(b"bytes"))
        self.assertEqual(read(), Failure("No.", permanent=False, trace=""))
        self.assertIsNone(read())

    def test_that_breaks_off_is_noticed(self):
        with self.assertRaises(EOFError):
            reading(HEADER.pack(b"C", 10) + b"short")()

    def test_believes_nothing_outside_the_protocol(self):
        wrong_size = FRAME_HEADER.pack(0, 4, 5)
        too_large = FRAME_HEADER.pack(0, 11, 10)
        none_at_all = FRAME_HEADER.pack(0, 0, 10)
        for content in (
            HEADER.pack(b"Z", 0),
            HEADER.pack(b"E", 3),
            HEADER.pack(b"C", 2**31),
            HEADER.pack(b"J", 3) + b"{]}",
            HEADER.pack(b"J", 2) + b"[]",
            HEADER.pack(b"F", len(wrong_size) + 59) + wrong_size + bytes(59),
            HEADER.pack(b"F", len(too_large) + 330) + too_large + bytes(330),
            HEADER.pack(b"F", len(none_at_all)) + none_at_all,
        ):
            with self.subTest(content=content[:20]), self.assertRaises(BrokenWire):
                reading(content)()


class AMarker(TestCase):
    def test_that_does_not_add_up_is_refused(self):
        good = {"number": 0, "first": 0, "end": 3, "exact": True, "damaged": 0}
        marker_from_json({**good, "ticks": [0, 1, 2]})
        for ticks in ([0, 1], [0, 2, 1], [0, 1, 1], [0, 1, 2**63]):
            with self.subTest(ticks=ticks), self.assertRaises(ValueError):
                marker_from_json({**good, "ticks": ticks})
