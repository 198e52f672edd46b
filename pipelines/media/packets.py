"""The wire between the sandboxed child and us: typed, length-prefixed packets.

A packet is one kind byte, a big-endian uint32 length, then the body. The receiver checks
kind, length and shape of everything, because the sender may have been taken over by the
file that it decodes.
"""

import json
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Json = dict[str, Any]
Image = npt.NDArray[np.uint8]

HEADER = struct.Struct(">cI")
FRAME_HEADER = struct.Struct(">QII")
JSON, FRAME, CHUNK, END, ERROR = b"J", b"F", b"C", b"E", b"X"
LARGEST_JSON = 32 * 2**20
LARGEST_CHUNK = 4 * 2**20


class BrokenWire(Exception):
    """The child said something that is not in the protocol."""


@dataclass(frozen=True)
class Message:
    """A JSON object."""

    body: Json


@dataclass(frozen=True)
class Frame:
    """One picture, (height, width, 3) uint8, and its displayed frame index."""

    index: int
    image: Image


@dataclass(frozen=True)
class Chunk:
    """The next bytes of the file that is being sent."""

    content: bytes


@dataclass(frozen=True)
class Failure:
    """Why the child stopped."""

    message: str
    permanent: bool
    trace: str


Packet = Message | Frame | Chunk | Failure


class PacketWriter:
    """The child's end."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._signs = 0

    def message(self, body: Json) -> None:
        """Send one JSON object."""
        self._send(JSON, json.dumps(body).encode())

    def frame(self, index: int, image: Image) -> None:
        """Send one (height, width, 3) uint8 picture."""
        height, width, _ = image.shape
        head = FRAME_HEADER.pack(index, height, width)
        body = np.ascontiguousarray(image).reshape(-1)
        self._write(HEADER.pack(FRAME, len(head) + body.nbytes) + head)
        self._write(body.data)

    def sign_of_life(self) -> None:
        """Call this while nothing can be sent yet; now and then it sends something."""
        self._signs += 1
        if self._signs % 100 == 0:
            self.message({"alive": self._signs})

    def chunk(self, content: bytes) -> None:
        """Send the next bytes of a file, in packets of a bounded size."""
        for start in range(0, len(content), LARGEST_CHUNK):
            self._send(CHUNK, content[start : start + LARGEST_CHUNK])

    def failure(self, message: str, *, permanent: bool, trace: str = "") -> None:
        """Send the last packet of a conversation that failed."""
        body = {"message": message, "permanent": permanent, "trace": trace[-8000:]}
        self._send(ERROR, json.dumps(body).encode())

    def end(self) -> None:
        """Send the last packet of a conversation that succeeded."""
        self._send(END, b"")

    def _send(self, kind: bytes, body: bytes) -> None:
        self._write(HEADER.pack(kind, len(body)) + body)

    def _write(self, content: bytes | memoryview) -> None:
        view = memoryview(content)
        while view:
            view = view[os.write(self._descriptor, view) :]


def read_packet(fill: Callable[[memoryview], None], max_pixels: int) -> Packet | None:
    """Read one packet with ``fill``, which fills a buffer or raises; None is the end.

    Raises BrokenWire for anything outside the protocol.
    """
    head = bytearray(HEADER.size)
    fill(memoryview(head))
    kind, length = HEADER.unpack(head)
    if kind == END and length == 0:
        return None
    if kind == FRAME:
        return _read_frame(fill, length, max_pixels)
    if kind not in (JSON, CHUNK, ERROR) or length > LARGEST_JSON:
        raise BrokenWire(f"packet {kind!r} of {length} bytes")
    body = bytearray(length)
    fill(memoryview(body))
    if kind == CHUNK:
        return Chunk(bytes(body))
    return _read_json(kind, bytes(body))


def _read_frame(
    fill: Callable[[memoryview], None], length: int, max_pixels: int
) -> Frame:
    head = bytearray(FRAME_HEADER.size)
    fill(memoryview(head))
    index, height, width = FRAME_HEADER.unpack(head)
    size = height * width * 3
    if not 0 < height * width <= max_pixels or length != size + FRAME_HEADER.size:
        raise BrokenWire(f"a {width}x{height} frame in {length} bytes")
    image = np.empty((height, width, 3), np.uint8)
    fill(image.reshape(-1).data)
    return Frame(index, image)


def _read_json(kind: bytes, body: bytes) -> Message | Failure:
    try:
        content = json.loads(body)
    except ValueError as error:
        raise BrokenWire("a message that is not JSON") from error
    if not isinstance(content, dict):
        raise BrokenWire("a message that is not an object")
    if kind == JSON:
        return Message(content)
    return Failure(
        message=str(content.get("message", "The decoder failed.")),
        permanent=bool(content.get("permanent", True)),
        trace=str(content.get("trace", "")),
    )
