"""Where a file lies as the editor's machine sees it, and its URL."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from catalog.models import StorageRoot

SYSTEMS = ("server", "macos", "windows")
_DRIVE = re.compile(r"^([A-Za-z]):[\\/]")


def placed(path: str, roots: Iterable[StorageRoot], system: str) -> str | None:
    """The path of a file of this server as another system sees it.

    The longest root that holds the file wins; None where no root says where it is.
    """
    if system == "server":
        return path
    best, found = "", None
    for root in roots:
        theirs: str = getattr(root, system)
        server = root.server.rstrip("/")
        inside = path.startswith(f"{server}/")
        if theirs and inside and len(server) >= len(best):
            best, found = server, _joined(theirs, path[len(server) + 1 :], system)
    return found


def _joined(root: str, rest: str, system: str) -> str:
    if system == "windows":
        return root.rstrip("\\/") + "\\" + rest.replace("/", "\\")
    return root.rstrip("/") + "/" + rest


def file_url(path: str) -> str:
    """The path as a file URL, percent-encoded; Windows drives and UNC shares too."""
    if path.startswith("\\\\"):
        return "file:" + quote(path.replace("\\", "/"))
    if drive := _DRIVE.match(path):
        rest = quote(path[3:].replace("\\", "/"))
        return f"file:///{drive[1]}:/{rest}"
    return "file://" + quote(path)


def localhost_url(path: str) -> str:
    """The form that FCP7 XML is read with: a host always, and the colon encoded."""
    url = file_url(path)
    if url.startswith("file:///"):
        url = f"file://localhost/{url.removeprefix('file:///').replace(':', '%3a', 1)}"
    return url
