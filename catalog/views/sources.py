"""What the source file says of itself, as rows to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from catalog.models import Title


def source_rows(title: Title) -> list[tuple[str, str]]:
    """Return (name, words) of everything known about a title's source."""
    told = {name: _words(value) for name, value in title.probe.items()}
    if levels := title.probe.get("levels"):
        told["levels"] = _flat(*levels, looked_at=bool(title.look_id))
    rows = {
        "added from": "upload" if title.uploaded else title.added_path,
        "where it is": title.online_path() or "offline: bring it back to its place",
        "frames": str(title.frames or ""),
        "start timecode": title.start_tc,
        "reel": title.reel,
        **{name.replace("_", " "): words for name, words in told.items()},
        "content key": title.source.content_key if title.source else "",
    }
    return [(name.capitalize(), words) for name, words in rows.items() if words]


def _flat(black: float, white: float, *, looked_at: bool) -> str:
    how = (
        "shown and compared in its look"
        if looked_at
        else "compared as taken out of log"
    )
    return f"flat, black at {black:.0%} and white at {white:.0%}: {how}"


def _words(value: Any) -> str:
    match value:
        case dict():
            words = [f"{name.replace('_', ' ')} {word}" for name, word in value.items()]
            said = ", ".join(words)
        case list() | tuple():
            said = "; ".join(_words(each) for each in value)
        case bool():
            said = "yes" if value else "no"
        case float():
            said = f"{value:.4g}"
        case _:
            said = "" if value is None else str(value)
    return said
