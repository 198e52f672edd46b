"""Writing one segment of the proxy into the pipe."""

from fractions import Fraction
from typing import Any

import av
from av.video.frame import PictureType, VideoFrame

from pipelines.media.packets import PacketWriter

GROUP = 12
# Fastest preset: a proxy is made to be looked at and thrown away. No B-frames, so that
# decoding and display order are one; one thread, so that limits on processes can hold.
X264 = {
    "preset": "ultrafast",
    "crf": "25",
    "threads": "1",
    "x264-params": (
        f"keyint={GROUP}:min-keyint={GROUP}:scenecut=0:open-gop=0:bframes=0:"
        "threads=1:lookahead-threads=1:sliced-threads=0"
    ),
}
# Fragments need no seeking back, so the file can go down a pipe as it grows.
FRAGMENTS = {"movflags": "empty_moov+default_base_moof+frag_keyframe"}
# Sound has no keyframes that would end one: a fragment every 10 s (in microseconds).
SOUND_FRAGMENTS = {**FRAGMENTS, "frag_duration": "10000000"}


class PipeFile:
    """The part of a file that a muxer needs to write without seeking."""

    def __init__(self, wire: PacketWriter) -> None:
        self._wire = wire

    def write(self, content: bytes) -> int:
        """Send ``content`` on."""
        self._wire.chunk(bytes(content))
        return len(content)


class SegmentEncoder:
    """H.264 in fragmented MP4, closed groups of 12 frames, times in ``1/scale`` s."""

    def __init__(
        self, wire: PacketWriter, size: tuple[int, int], rate: Fraction, scale: int
    ) -> None:
        self._time_base = Fraction(1, scale)
        self._file: Any = PipeFile(wire)
        self._container = av.open(
            self._file,
            "w",
            format="mp4",
            options={**FRAGMENTS, "video_track_timescale": str(scale)},
        )
        self._stream = self._container.add_stream("libx264", rate=rate, options=X264)
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = "yuv420p"
        self._stream.time_base = self._time_base
        self._stream.codec_context.time_base = self._time_base

    def add(self, picture: VideoFrame, time: int) -> None:
        """Encode one yuv420p picture shown at ``time`` (in ticks of ``1/scale`` s)."""
        picture.pts, picture.time_base = time, self._time_base
        # Otherwise the source's frame kinds would be forced on the encoder.
        picture.pict_type = PictureType.NONE
        self._container.mux(self._stream.encode(picture))

    def close(self) -> None:
        """Write what is left."""
        self._container.mux(self._stream.encode(None))
        self._container.close()
