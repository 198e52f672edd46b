"""Asking for searches: of one title across the others, or for one shot or picture."""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import date
from typing import TYPE_CHECKING, Any

from catalog.files import local_path
from catalog.models import Job, Shot, Title
from catalog.services.given import kept_or_said, within_limit
from catalog.services.jobs import add_job
from catalog.services.titles import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.contrib.auth.models import User

SHOT, STILL, SILHOUETTE = WAYS = ("shot", "still", "silhouette")
MOST = 200
MASK_BITS = 64 * 64
MASK_DIGITS = MASK_BITS // 4
# As mlcore.matching.masks has it: below is noise, above any two agree.
SMALLEST_AREA, LARGEST_AREA = 0.02, 0.85

NUMBERS = ("min_seconds", "max_seconds", "min_score")
DATES = ("added_from", "added_to")
LISTS = ("titles", "not_titles", "productions")
KEYS = ("not_groups_of", "min_handles")


def ask_across(title: Title) -> Job:
    """Ask for a title's pairs with all other titles, when its own shots have changed."""
    # One that already runs may have read the shots before this change.
    running = title.jobs.filter(kind=Job.Kind.ACROSS, state=Job.State.RUNNING).last()
    key = f"across:{title.pk}:{running.pk if running else 0}"
    return add_job(Job.Kind.ACROSS, title, key=key)


def ask_search(  # noqa: PLR0913  one keyword a field of the search page
    *,
    kind: str,
    by: str,
    user: User | None,
    shot: Shot | int | None = None,
    picture_key: str = "",
    mask: str = "",
    filters: Mapping[str, Any] | None = None,
    top: int = 20,
) -> Job:
    """Ask which shots are nearest to a shot, a still or a drawn silhouette.

    `kind` names a kind of match. `by` is shot, still (`picture_key`, a stored upload) or
    silhouette (`mask`, 1,024 hex digits: 64 x 64 bits, row by row). The answer is
    `job.result`; only titles that `user` may see are searched, all of them for None.
    Raises Refused with one sentence.
    """
    if not 1 <= top <= MOST:
        raise Refused(f"Ask for 1 to {MOST} shots, not {top}.")
    wanted = {SHOT: _shot, STILL: _picture, SILHOUETTE: _silhouette}.get(by)
    if wanted is None:
        raise Refused(f"A search is by {', '.join(WAYS)}, not by {by!r}.")
    subject = {
        "kind": kind,
        "by": by,
        "top": top,
        "filters": checked_filters(filters or {}),
        **wanted(user, shot, picture_key, mask),
    }
    asked = json.dumps([user.pk if user else 0, subject], sort_keys=True)
    key = f"search:{hashlib.sha256(asked.encode()).hexdigest()[:40]}"
    return add_job(Job.Kind.SEARCH, None, subject=subject, key=key, asked_by=user)


def keep_picture(pieces: Iterable[bytes]) -> str:
    """Keep a picture somebody gives, whatever it is; return its key for a search.

    It is kept for a day. Raises Refused when it is too large or empty, or the disk full.
    """
    key = f"searches/{uuid.uuid4().hex}"
    path = local_path(key)
    try:
        with kept_or_said("The picture"):
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as out:
                out.writelines(within_limit(pieces))
    except Refused:
        path.unlink(missing_ok=True)
        raise
    return key


def _shot(
    user: User | None, shot: Shot | int | None, _key: str, _mask: str
) -> dict[str, Any]:
    number = shot.pk if isinstance(shot, Shot) else shot
    return {"shot": _visible_shot(number, user)}


def _visible_shot(number: int | None, user: User | None) -> int:
    shots = Shot.objects.all() if user is None else Shot.objects.visible_to(user)
    known = number is not None and 0 < number < 2**63
    if number is None or not known or not shots.filter(pk=number).exists():
        raise Refused(f"There is no shot {number}.")
    return number


def _picture(
    _user: User | None, _shot: Shot | int | None, key: str, _mask: str
) -> dict[str, Any]:
    try:
        there = bool(key) and local_path(key).is_file()
    except ValueError:
        there = False
    if not there:
        raise Refused("There is no such picture; choose it again.")
    return {"picture": key}


def _silhouette(
    _user: User | None, _shot: Shot | int | None, _key: str, mask: str
) -> dict[str, Any]:
    try:
        bits = bytes.fromhex(mask) if len(mask) == MASK_DIGITS else b""
    except ValueError:
        bits = b""
    if len(bits) * 8 != MASK_BITS:
        raise Refused("A silhouette is 64 x 64 bits: 1,024 hexadecimal digits.")
    covered = int.from_bytes(bits).bit_count() / MASK_BITS
    if covered == 0:
        raise Refused("The silhouette is empty; draw one.")
    if covered < SMALLEST_AREA:
        raise Refused("The silhouette is too small: it must cover 2 % of the picture.")
    if covered > LARGEST_AREA:
        raise Refused(
            "The silhouette covers nearly everything; leave some of the picture free."
        )
    return {"mask": bits.hex()}


def checked_filters(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the filters that say something, as JSON keeps them.

    Raises Refused, one sentence, for a name or a value that makes no sense.
    """
    found: dict[str, Any] = {}
    for name, value in given.items():
        if value in (None, "", []):
            continue
        read = _READERS.get(name)
        if read is None:
            raise Refused(f"There is no filter {name!r}.")
        try:
            found[name] = read(value)
        except (TypeError, ValueError):
            raise Refused(f"The filter {name} cannot be {value!r}.") from None
    return found


def _number(value: object) -> float:
    number = float(str(value))
    if not 0 <= number < 1e9:
        raise ValueError(value)
    return number


def _key(value: object) -> int:
    number = int(str(value))
    if not 0 <= number < 2**31:
        raise ValueError(value)
    return number


def _keys(value: Iterable[object]) -> list[int]:
    if isinstance(value, str):
        raise TypeError(value)
    return [_key(getattr(one, "pk", one)) for one in value]


def _day(value: object) -> str:
    return date.fromisoformat(str(value)).isoformat()


_READERS: dict[str, Any] = {
    **dict.fromkeys(NUMBERS, _number),
    **dict.fromkeys(DATES, _day),
    **dict.fromkeys(LISTS, _keys),
    **dict.fromkeys(KEYS, _key),
}
