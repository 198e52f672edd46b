"""What a source file says of itself, asked in the sandbox."""

from dataclasses import asdict, dataclass, fields
from fractions import Fraction
from pathlib import Path
from typing import Any, Self

from pipelines.media.errors import UnreadableMedia
from pipelines.media.limits import Limits
from pipelines.media.packets import Json, Message
from pipelines.media.sandbox import Child
from pipelines.media.sources import OpenSource

FASTEST = 100_000  # frames per second


@dataclass(frozen=True, kw_only=True)
class AudioStream:
    """One usable sound: ``index`` among all streams, ``sample_rate`` in Hz."""

    index: int
    codec: str
    sample_rate: int
    channels: int
    language: str


def _rising(levels: tuple[float, float]) -> bool:
    return 0.0 <= levels[0] < levels[1] <= 1.0


@dataclass(frozen=True, kw_only=True)
class Probe:
    """The facts of one file.

    ``rate`` is exact, in frames per second (the average where ``variable_rate``);
    ``frames`` is the container's word and ``seconds`` too; ``width`` and ``height`` are
    coded pixels, ``display_width`` and ``display_height`` square ones, upright;
    ``rotation`` is clockwise degrees; ``active_picture`` is (x, y, width, height) in parts
    of the displayed picture, without letterbox and pillarbox bars; ``overlays`` are such
    boxes too, of what is burned in over it: timecode windows, logos; ``levels`` are
    (black, white), luma in 0..1, of a flat picture, as in log, and None of any other.
    """

    container: str
    video_codec: str
    pixel_format: str
    bit_depth: int
    rate: Fraction
    variable_rate: bool
    frames: int | None
    seconds: float
    width: int
    height: int
    pixel_aspect: Fraction
    rotation: int
    display_width: int
    display_height: int
    field_order: str  # "progressive", "top" or "bottom"
    colour_primaries: str
    colour_transfer: str
    colour_matrix: str
    colour_range: str
    start_timecode: str | None
    timecode_origin: str  # "tmcd", "mxf", "stream" or "none"
    drop_frame: bool
    reel: str
    reel_origin: str  # "tmcd", "mxf", "stream" or "file name"
    audio: tuple[AudioStream, ...]
    active_picture: tuple[float, float, float, float]
    overlays: tuple[tuple[float, float, float, float], ...] = ()
    levels: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        sizes = (self.width, self.height, self.display_width, self.display_height)
        _x, _y, width, height = self.active_picture
        boxes = (self.active_picture, *self.overlays)
        inside = all(
            min(left, top) >= 0 and max(left + wide, top + tall) < 1.001
            for left, top, wide, tall in boxes
        )
        if (
            min(sizes) < 1
            or not 0 < self.rate <= FASTEST
            or not inside
            or min(width, height) <= 0
            or not 0 <= self.seconds < float("inf")
            or not _rising(self.levels or (0.0, 1.0))
        ):
            raise ValueError("The facts of a film do not add up.")

    def as_json(self) -> Json:
        """For a JSON field; fractions as "24000/1001"."""
        written = asdict(self)
        for name in ("rate", "pixel_aspect"):
            written[name] = str(written[name])
        written["audio"] = list(written["audio"])
        written["active_picture"] = list(written["active_picture"])
        written["overlays"] = [list(box) for box in written["overlays"]]
        written["levels"] = list(self.levels) if self.levels else None
        return written

    @classmethod
    def from_json(cls, written: Json) -> Self:
        """The opposite of ``as_json``; raises TypeError or ValueError for anything else."""
        values: dict[str, Any] = {
            field.name: written[field.name]
            for field in fields(cls)
            # Titles that were looked at before these were looked for have none.
            if field.name in written or field.name not in {"overlays", "levels"}
        }
        values["rate"] = Fraction(values["rate"])
        values["pixel_aspect"] = Fraction(values["pixel_aspect"])
        values["audio"] = tuple(AudioStream(**stream) for stream in values["audio"])
        values["active_picture"] = tuple(
            float(part) for part in values["active_picture"]
        )
        values["overlays"] = tuple(
            (float(x), float(y), float(w), float(h))
            for x, y, w, h in values.get("overlays", ())
        )
        if levels := values.get("levels"):
            values["levels"] = (float(levels[0]), float(levels[1]))
        return cls(**values)


def probe(path: Path, limits: Limits = Limits()) -> Probe:  # noqa: B008 - frozen
    """Look at ``path`` in the sandbox.

    Raises UnreadableMedia, one sentence, when it is not an acceptable video file.
    """
    with OpenSource(path) as source:
        with Child("probe", source, {}, limits=limits) as child:
            last = None
            for packet in child:
                last = packet
        source.check_unchanged()
    if not isinstance(last, Message) or "container" not in last.body:
        raise UnreadableMedia(f"{path.name}: the decoder did not answer as it should.")
    answer = last.body
    answer["reel"] = answer.get("reel") or path.stem
    try:
        return Probe.from_json(answer)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise UnreadableMedia(
            f"{path.name}: what the file says of itself cannot be ({error})."
        ) from error
