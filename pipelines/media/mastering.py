"""Writing a made picture as a file that editing programs open: ProRes 4444 XQ and PCM.

At the finest quantiser what is read back is within one step of 255 of what was written,
nearly everywhere (docs/edits.md says how it was measured); the sound's samples are exact.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from pipelines.media.files import whole_file
from pipelines.media.geometry import matrix_of
from pipelines.media.packets import Image
from pipelines.media.probe import Probe
from pipelines.media.samples import Samples

PRORES = {"profile": "4444xq", "qscale": "1", "vendor": "apl0"}
FORM = "yuv444p10le"
# The probe's names, with the numbers of ITU-T H.273; 2 is "not said".
PRIMARIES = {"bt709": 1, "bt470bg": 5, "smpte170m": 6, "bt2020": 9, "dci-p3": 11} | {
    "display-p3": 12
}
TRANSFERS = {"bt709": 1, "smpte170m": 6, "bt2020-10": 14, "pq": 16, "hlg": 18}
SPACES = {"bt709": (1, "ITU709"), "bt601": (6, "ITU601"), "bt2020": (9, "BT2020")}
# QuickTime has a number for each language it knows, which the muxer finds by one of the two
# codes of ISO 639-2 alone; of a language that it does not find nothing would be written.
FOUND_BY = {
    "bod": "tib",
    "cym": "wel",
    "cze": "ces",
    "deu": "ger",
    "ell": "gre",
    "eus": "baq",
    "fas": "per",
    "fre": "fra",
    "hye": "arm",
    "isl": "ice",
    "kat": "geo",
    "mkd": "mac",
    "msa": "may",
    "mya": "bur",
    "nld": "dut",
    "rum": "ron",
    "slo": "slk",
    "sqi": "alb",
    "zho": "chi",
}
SOUND_PART = 4096


def write_master(
    out: Path,
    frames: Iterable[Image],
    probe: Probe,
    *,
    timecode: str,
    reel: str = "",
    sounds: Sequence[Samples] = (),
) -> None:
    """Write at least one frame, (H, W, 3) RGB, at the source's rate, with its colours' names and timecode.

    ``timecode`` is of the first frame, drop frame ones with a semicolon; "" for none.
    ``reel`` stands with the timecode, and without one nowhere: a MOV has no other place.
    The file appears whole or not at all.
    """
    with (
        whole_file(out) as temporary,
        av.open(str(temporary), "w", format="mov") as target,
    ):
        shown = iter(frames)
        first = next(shown)
        picture = _picture_stream(target, first, probe, timecode, reel)
        heard = [_sound_stream(target, each) for each in sounds]
        for index, image in enumerate(chain([first], shown)):
            frame = _frame(image, probe)
            frame.pts, frame.time_base = index, 1 / probe.rate
            target.mux(picture.encode(frame))
        target.mux(picture.encode(None))
        for stream, each in zip(heard, sounds, strict=True):
            for part in _parts(each):
                target.mux(stream.encode(part))
            target.mux(stream.encode(None))


def _picture_stream(
    target: OutputContainer, image: Image, probe: Probe, timecode: str, reel: str
) -> VideoStream:
    stream: VideoStream = target.add_stream(
        "prores_ks", rate=probe.rate, options=PRORES
    )
    stream.height, stream.width = image.shape[:2]
    stream.pix_fmt = FORM
    stream.time_base = 1 / probe.rate
    if timecode:
        stream.metadata["timecode"] = timecode
        if reel:
            stream.metadata["reel_name"] = reel
    context = stream.codec_context
    number, _name = SPACES[matrix_of(probe)]
    context.colorspace, context.color_range = number, 1
    context.color_primaries = PRIMARIES.get(probe.colour_primaries, 2)
    context.color_trc = TRANSFERS.get(probe.colour_transfer, 2)
    return stream


def _frame(image: Image, probe: Probe) -> VideoFrame:
    rgb = VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
    _number, space = SPACES[matrix_of(probe)]
    return rgb.reformat(
        format=FORM,
        dst_colorspace=space,
        src_color_range="JPEG",
        dst_color_range="MPEG",
    )


def _sound_stream(target: OutputContainer, sound: Samples) -> AudioStream:
    codec: Any = "pcm_s24le" if sound.bits == 24 else "pcm_s16le"
    stream: AudioStream = target.add_stream(codec, rate=sound.rate, layout=sound.layout)
    if sound.language:
        code = FOUND_BY.get(sound.language, sound.language)
        stream.metadata["language"] = code
    return stream


def _parts(sound: Samples) -> Iterable[AudioFrame]:
    fine = sound.bits == 24
    for begin in range(0, len(sound.samples), SOUND_PART):
        part = sound.samples[begin : begin + SOUND_PART]
        packed: Any = part if fine else (part >> 16).astype(np.int16)
        frame = AudioFrame.from_ndarray(
            np.ascontiguousarray(packed).reshape(1, -1),
            format="s32" if fine else "s16",
            layout=sound.layout,
        )
        frame.sample_rate = sound.rate
        frame.pts, frame.time_base = begin, Fraction(1, sound.rate)
        yield frame
