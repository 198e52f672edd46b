"""A small film with one thing that moves, a picture to put there, and edits of it."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from catalog.models import EditJob, Job, Title
from catalog.services import EditWish, ask_edit, keep_target
from tests.factories import write_file

Picture = npt.NDArray[np.uint8]
WIDE, HIGH, FRAMES = 160, 96, 40
RATE = Fraction(25)
SIDE = 28
RED, BLUE = (215, 40, 35), (40, 70, 225)
SOUND_RATE = 48_000
SIZE = {"display_width": 640, "display_height": 360}
"""Of a title without a film, as its probe says it"""


def corner(frame: int) -> tuple[int, int]:
    """Where the square's upper left corner is in a frame."""
    return 16 + 2 * frame, 34


def pictures() -> Iterator[Picture]:
    """A red square goes to the right before a mottled ground."""
    chance = np.random.default_rng(7)
    coarse = chance.uniform(70, 150, (HIGH // 8, WIDE // 8, 1)).repeat(3, 2)
    ground = cv2.resize(coarse, (WIDE, HIGH), interpolation=cv2.INTER_CUBIC)
    for frame in range(FRAMES):
        picture = ground.clip(0, 255).astype(np.uint8)
        x, y = corner(frame)
        picture[y : y + SIDE, x : x + SIDE] = RED
        yield picture


def ramp(frames: int = FRAMES) -> npt.NDArray[np.int16]:
    """Samples that are all different: each says where it was."""
    many = int(frames / RATE * SOUND_RATE)
    return (np.arange(many) % 30_000).astype(np.int16)


def write_moving(
    path: Path,
    *,
    sound: bool = True,
    reel: str = "",
    size: tuple[int, int] = (WIDE, HIGH),
    shown: Iterable[Picture] = (),
) -> Path:
    """Write the film without loss, from timecode 01:00:00:00, with a sound of samples.

    Or another one: of what is `shown`.
    """
    with av.open(str(path), "w") as target:
        target.metadata["timecode"] = "01:00:00:00"
        stream = target.add_stream("libx264", rate=RATE)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv444p"
        stream.options = {"preset": "ultrafast", "qp": "0"}
        if reel:
            stream.metadata["reel_name"] = reel
        context = stream.codec_context
        context.colorspace = context.color_primaries = context.color_trc = 1
        context.color_range = 1
        heard = target.add_stream("pcm_s16le", rate=SOUND_RATE, layout="mono")
        for picture in shown or pictures():
            sized = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
            frame = VideoFrame.from_ndarray(np.asarray(sized, np.uint8)).reformat(
                format="yuv444p", dst_colorspace="ITU709", dst_color_range="MPEG"
            )
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
        if sound:
            part = AudioFrame.from_ndarray(ramp()[None], format="s16", layout="mono")
            part.sample_rate, part.pts = SOUND_RATE, 0
            target.mux(heard.encode(part))
            target.mux(heard.encode(None))
    return path


def target_png() -> bytes:
    """A blue disc on a transparent ground."""
    picture = np.zeros((96, 96, 4), np.uint8)
    cv2.circle(picture, (48, 48), 40, (*BLUE[::-1], 255), -1)
    return bytes(cv2.imencode(".png", picture)[1].tobytes())


def box_at(frame: int, first: int = 0) -> dict[str, object]:
    """The region that a person draws around the square in a frame."""
    x, y = corner(frame)
    return {
        "frame": frame + first,
        "box": [(x - 4) / WIDE, (y - 4) / HIGH, (SIDE + 8) / WIDE, (SIDE + 8) / HIGH],
    }


def wish(title: Title, **otherwise: object) -> EditWish:
    """A composite of ten frames that replaces the square by the disc."""
    told: dict[str, object] = {
        "title": title,
        "first_frame": 5,
        "end_frame": 15,
        "source_prompt": "a red square",
        "target_prompt": "a blue disc",
        "picture_sha256": keep_target([target_png()]),
        "back_end": "composite",
        "region": EditJob.Region.BOX,
        "region_given": box_at(5),
    }
    return EditWish(**{**told, **otherwise})  # type: ignore[arg-type]


def done_edit(title: Title, **otherwise: object) -> EditJob:
    """An edit of a title that has no film: asked for, and written down as done."""
    edit = add_edit(title, **otherwise)
    edit.inputs = {"picture_sha256": edit.picture_sha256, "software": {"torch": "2"}}
    edit.outcome = {
        "pixels_sha256": "a" * 64,
        "file_sha256": "b" * 64,
        "measures": {
            "covered": 0.1,
            "untouched_differ": 0,
            "frame_accuracy": 1.0,
            "consistency": 0.97,
            "consistency_of_source": 0.98,
            "frames_looked_at": edit.frames,
        },
        "flicker": {"made": [0.02, 0.03, 0.025], "source": [0.01, 0.02, 0.015]},
        "spent": {
            "seconds": 20.0,
            "frames": edit.frames,
            "pixels": 640 * 360,
            "device": "cpu",
            "stages": {"compositing": 20.0},
        },
    }
    edit.save()
    Job.objects.filter(edit=edit).update(state=Job.State.DONE, stage="write")
    for name in ("result.mov", "compare.mp4"):
        write_file(edit.file_key(name), b"film")
    for name in ("poster.jpg", "preview.jpg", "heat.jpg", "target.png"):
        write_file(edit.file_key(name), b"picture")
    return EditJob.objects.get(pk=edit.pk)


def job_of(edit: EditJob) -> Job:
    """The job that carries an edit out."""
    return Job.objects.get(edit=edit)


def add_edit(title: Title, **otherwise: object) -> EditJob:
    """An edit that was asked for."""
    return ask_edit(wish(title, **otherwise), user=None)
