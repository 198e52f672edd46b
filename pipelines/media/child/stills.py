"""Single displayed frames at any size, exactly those that were asked for."""

from collections import deque
from collections.abc import Container, Iterator
from fractions import Fraction

from av.video.frame import VideoFrame

from pipelines.media.child.frames import FrameSource, Shown
from pipelines.media.child.opening import open_media
from pipelines.media.child.shaping import Shape, Shaper, pixels
from pipelines.media.errors import UnreadableMedia
from pipelines.media.packets import Json, PacketWriter

# Decoding on is cheaper than seeking when the next wanted frame is this near (seconds).
NEAR = 3


def read(request: Json, wire: PacketWriter) -> None:
    """Send the frames of ``request["wanted"]``, [[index, ticks], ...] in rising order."""
    opened = open_media(request)
    source = FrameSource(opened, Fraction(request["rate"]), 0.0)
    shape = Shape.from_request(request["shape"])
    if not request["exact"]:
        counted = enumerate(source.from_start())
        _send(counted, {i: i for i, _ in request["wanted"]}, shape, wire)
        return
    near = int(NEAR / opened.time_base)
    for run in _runs(request["wanted"], near):
        wanted = {ticks: index for index, ticks in run}
        shown = source.from_ticks(run[0][1], request["origin"])
        _send(((item.ticks, item) for item in shown), wanted, shape, wire)


def _runs(wanted: list[list[int]], near: int) -> Iterator[list[list[int]]]:
    run: list[list[int]] = []
    for pair in wanted:
        if run and pair[1] - run[-1][1] > near:
            yield run
            run = []
        run.append(pair)
    if run:
        yield run


def _send(
    shown: Iterator[tuple[int, Shown]],
    wanted: dict[int, int],
    shape: Shape,
    wire: PacketWriter,
) -> None:
    """Send those of ``shown`` whose key is in ``wanted``; all of them must come."""
    left = set(wanted)
    for key, picture in _shaped(_lively(shown, wire), left, shape):
        if key in left:
            wire.frame(wanted[key], pixels(picture))
            left.remove(key)
        if not left:
            return
    raise UnreadableMedia(
        "some of its frames are no longer where they were; the file was changed. "
        "Add it again."
    )


def _lively(
    shown: Iterator[tuple[int, Shown]], wire: PacketWriter
) -> Iterator[tuple[int, Shown]]:
    for item in shown:
        wire.sign_of_life()
        yield item


def _shaped(
    shown: Iterator[tuple[int, Shown]], wanted: Container[int], shape: Shape
) -> Iterator[tuple[int, VideoFrame]]:
    """The pictures with their keys; without fields, only of the wanted ones."""
    shaper = Shaper(shape)
    keys: deque[int] = deque()
    for key, item in shown:
        # Deinterlacing needs the neighbours too.
        if shape.deinterlace or key in wanted:
            keys.append(key)
            for picture, _ in shaper.push(item.frame):
                yield keys.popleft(), picture
    for picture, _ in shaper.flush():
        yield keys.popleft(), picture
