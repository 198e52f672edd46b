"""Start timecode and reel name, and where in the file they were found."""

import re

from av.container import InputContainer

from pipelines.media.child.opening import Opened
from pipelines.media.packets import Json

TIMECODE = re.compile(r"^\d{2}:\d{2}:\d{2}[:;.]\d{2}$")


def timecode_and_reel(opened: Opened) -> Json:
    """``start_timecode``, ``timecode_origin``, ``drop_frame``, ``reel``, ``reel_origin``."""
    origin, start = _timecode(opened)
    reel = _first_tag(opened, ("reel_name", "com.apple.proapps.reel", "reel"))
    return {
        "start_timecode": start,
        "timecode_origin": origin,
        "drop_frame": start is not None and start[8] in ";.",
        "reel": reel,
        "reel_origin": _container_origin(opened.container) if reel else "file name",
    }


def _timecode(opened: Opened) -> tuple[str, str | None]:
    start = _first_tag(opened, ("timecode",), TIMECODE)
    if start is None:
        return "none", None
    return _container_origin(opened.container), start


def _container_origin(container: InputContainer) -> str:
    names = container.format.name.split(",")
    if "mov" in names:
        return "tmcd"
    return "mxf" if "mxf" in names else "stream"


def _first_tag(
    opened: Opened, names: tuple[str, ...], pattern: re.Pattern[str] | None = None
) -> str | None:
    """The first such tag: the picture's own, a timecode track's, then the file's."""
    streams = (opened.video, *opened.container.streams.data)
    for tags in (*(s.metadata for s in streams), opened.container.metadata):
        lowered = {key.lower(): value.strip() for key, value in tags.items()}
        for name in names:
            value = lowered.get(name, "")
            if value and (pattern is None or pattern.match(value)):
                return value
    return None
