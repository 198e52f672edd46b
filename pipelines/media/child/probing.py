"""Everything that is worth knowing about a file before it is decoded whole."""

import re
from fractions import Fraction

import av
from av.video.frame import VideoFrame

from pipelines.media.child.levels import LevelsFinder
from pipelines.media.child.opening import Opened, codec_name, open_media
from pipelines.media.child.overlays import OverlayFinder
from pipelines.media.child.picture import PictureFinder
from pipelines.media.child.rates import exact_rate
from pipelines.media.child.sampling import sample_frames
from pipelines.media.child.shaping import Shape, Shaper, pixels
from pipelines.media.child.timecode import timecode_and_reel
from pipelines.media.child.wholeness import check_outline, check_samples
from pipelines.media.errors import UnreadableMedia
from pipelines.media.packets import Image, Json, PacketWriter

# AVFieldOrder: coded and shown top first, bottom first, and the two mixed forms, where
# the second letter says which is shown first.
FIELD_ORDERS = {2: "top", 3: "bottom", 4: "bottom", 5: "top"}
# These carry no word of their own about fields: the container's counts.
WITHOUT_FLAGS = frozenset(("rawvideo", "v210", "v410", "r210", "r10k", "jpeg2000"))
# ITU-T H.273 code points, as far as footage uses them.
PRIMARIES = {1: "bt709", 5: "bt470bg", 6: "smpte170m", 9: "bt2020", 11: "dci-p3"} | {
    12: "display-p3"
}
TRANSFERS = {1: "bt709", 4: "gamma22", 5: "gamma28", 6: "smpte170m", 8: "linear"} | {
    13: "srgb",
    14: "bt2020-10",
    15: "bt2020-12",
    16: "pq",
    18: "hlg",
}
MATRICES = {0: "rgb", 1: "bt709", 5: "bt470bg", 6: "smpte170m", 9: "bt2020nc"} | {
    10: "bt2020c"
}
RANGES = {1: "limited", 2: "full"}
DURATION_TAG = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)")


def probe(request: Json, wire: PacketWriter) -> None:
    """Answer at last with one message, the fields of ``pipelines.media.probe.Probe``."""
    check_outline(request["descriptor"])
    opened = open_media(request)
    seconds = _seconds(opened)
    rate, variable = exact_rate(opened, seconds)
    check_samples(opened, rate, seconds)
    opened = opened.anew()
    seen = _Seen()
    first: VideoFrame | None = None
    interlaced = []
    for frame in sample_frames(opened, seconds, rate):
        first = first or frame
        interlaced.append(frame.interlaced_frame)
        seen.add(_upright_luma(frame, (first.width, first.height)))
        wire.message({"sampled": len(interlaced)})
    if first is None:
        raise UnreadableMedia("its video stream has no frame that can be shown.")
    wire.message(
        {
            "container": opened.container.format.name.split(",")[0],
            "video_codec": codec_name(opened.video),
            "rate": str(rate),
            "variable_rate": variable,
            "frames": opened.video.frames or None,
            "seconds": seconds,
            "field_order": _field_order(opened, interlaced),
            "audio": _audio(opened),
            **seen.found(),
            **_picture(opened, first),
            **timecode_and_reel(opened),
        }
    )


class _Seen:
    """What the samples show, all of them together."""

    def __init__(self) -> None:
        self._picture, self._burned_in = PictureFinder(), OverlayFinder()
        self._levels = LevelsFinder()

    def add(self, luma: Image) -> None:
        self._picture.add(luma)
        self._burned_in.add(luma)
        self._levels.add(luma)

    def found(self) -> Json:
        active = self._picture.active()
        overlays = self._burned_in.boxes(active)
        return {
            "active_picture": active,
            "overlays": overlays,
            "levels": self._levels.levels(active, overlays),
        }


def _seconds(opened: Opened) -> float:
    """How long the picture says it is; how long the file is, where only that is said."""
    video = opened.video
    if video.duration:
        return float(video.duration * opened.time_base)
    if said := DURATION_TAG.match(video.metadata.get("DURATION", "")):
        hours, minutes, rest = said.groups()
        return int(hours) * 3600 + int(minutes) * 60 + float(rest)
    return max(0, opened.container.duration or 0) / av.time_base


def _upright_luma(frame: VideoFrame, coded: tuple[int, int]) -> Image:
    """(height, width) full-range luma of the displayed picture.

    ``coded`` is (width, height) before turning: a broadcast may change its size midway.
    Made by a filter graph, since PyAV's own conversion starts threads.
    """
    rotation = _clockwise(frame)
    size = coded[::-1] if rotation in (90, 270) else coded
    shaper = Shaper(
        Shape(size=size, rotation=rotation, pixel_format="gray", flags="neighbor")
    )
    return pixels(next(shaper.push(frame))[0])


def _clockwise(frame: VideoFrame) -> int:
    """Degrees to turn the picture clockwise for showing, to the nearest quarter."""
    return round(-frame.rotation / 90) * 90 % 360


def _field_order(opened: Opened, interlaced: list[bool]) -> str:
    order = FIELD_ORDERS.get(opened.video.codec_context.field_order)
    if 2 * sum(interlaced) >= len(interlaced):
        return order or "top"
    if order and codec_name(opened.video) in WITHOUT_FLAGS:
        return order
    return "progressive"


def _picture(opened: Opened, frame: VideoFrame) -> Json:
    aspect = opened.video.sample_aspect_ratio or Fraction(1)
    if not Fraction(1, 8) <= aspect <= 8:
        aspect = Fraction(1)
    rotation = _clockwise(frame)
    width, height = max(1, round(frame.width * aspect)), frame.height
    turned = rotation in (90, 270)
    context = opened.video.codec_context
    return {
        "pixel_format": frame.format.name,
        "bit_depth": max(part.bits for part in frame.format.components),
        "width": frame.width,
        "height": frame.height,
        "pixel_aspect": str(aspect),
        "rotation": rotation,
        "display_width": height if turned else width,
        "display_height": width if turned else height,
        "colour_primaries": PRIMARIES.get(int(context.color_primaries), "unknown"),
        "colour_transfer": TRANSFERS.get(int(context.color_trc), "unknown"),
        "colour_matrix": MATRICES.get(int(context.colorspace), "unknown"),
        "colour_range": RANGES.get(int(context.color_range), "unknown"),
    }


def _audio(opened: Opened) -> list[Json]:
    return [
        {
            "index": stream.index,
            "codec": codec_name(stream),
            "sample_rate": stream.sample_rate or 0,
            "channels": stream.channels or 0,
            "language": stream.language or "und",
        }
        for stream in opened.audio
    ]
