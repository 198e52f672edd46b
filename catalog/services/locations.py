from pathlib import Path

from django.db import transaction

from catalog.models import Location, SourceFile


@transaction.atomic
def record_location(content_key: str, size: int, path: Path) -> SourceFile:
    """Write down that this content was seen at this path.

    A moved file is a new location; a path with other content moves to the other.
    """
    source, _ = SourceFile.objects.get_or_create(
        content_key=content_key, defaults={"size": size}
    )
    Location.objects.update_or_create(
        path=str(path), defaults={"source": source, "online": True}
    )
    return source


def refresh_locations() -> int:
    """Look whether each source is still where it was; returns how many changed."""
    changed = 0
    for place in Location.objects.select_related("source"):
        online = _is_there(Path(place.path), place.source.size)
        if online != place.online:
            place.online = online
            place.save(update_fields=["online", "seen_at"])
            changed += 1
    return changed


def _is_there(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False
