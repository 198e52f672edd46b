from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from catalog.looks import LARGEST_TEXT, NotACube, read_cube
from catalog.models import Look, Production
from catalog.services.titles import Refused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def keep_look(
    content: bytes, name: str, production: Production, *, user: User | None
) -> Look:
    """Keep a .cube for titles of a production; one that is there is returned.

    Raises Refused when it is not a .cube that can be applied.
    """
    if len(content) > LARGEST_TEXT:
        raise Refused(f"{name}: this .cube is larger than any look is.")
    try:
        text = content.decode("utf-8-sig")
        read_cube(text)
    except UnicodeDecodeError:
        raise Refused(f"{name}: this is not a .cube, which is text.") from None
    except NotACube as error:
        raise Refused(f"{name}: {error}") from None
    digest = hashlib.sha256(content).hexdigest()
    return Look.objects.get_or_create(
        production=production,
        sha256=digest,
        defaults={"name": name[:200], "cube": text, "made_by": user},
    )[0]
