"""Derived files over HTTP with byte ranges (RFC 9110 section 14), for scrubbing."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    StreamingHttpResponse,
)
from django.utils.http import http_date, parse_etags, quote_etag

from catalog.files import local_path

PIECE = 256 * 1024
# Digits are bounded: int() of a header of any length costs time.
_ONE_RANGE = re.compile(r"^bytes=(\d{0,19})-(\d{0,19})$")


class Span(NamedTuple):
    """Bytes first <= n < end."""

    first: int
    end: int


class Unsatisfiable(ValueError):
    """No byte of the file is in the range asked for."""


def read_range(header: str, size: int) -> Span | None:
    """Read a Range header for a file of `size` bytes; None asks for the whole file.

    Several ranges, other units and malformed headers are answered with the whole
    file, as RFC 9110 14.2 lets a server do. Raises Unsatisfiable, which is a 416.
    """
    match = _ONE_RANGE.match(header.strip())
    if match is None:
        return None
    first, last = match.groups()
    if not first and not last:
        return None
    if not first:
        span = Span(max(0, size - int(last)), size)
    else:
        if last and int(last) < int(first):
            return None
        span = Span(int(first), min(size, int(last) + 1) if last else size)
    if span.first >= span.end:
        raise Unsatisfiable(header)
    return span


def serve_key(
    request: HttpRequest, key: str, content_type: str, *, seconds: int = 0
) -> HttpResponseBase:
    """Answer with a derived file, whole or in the range asked for.

    200, 206, 304 or 416. Raises Http404 when there is no such file. Never kept by
    anyone but the browser, and by it for `seconds` before it asks again.
    """
    try:
        path = local_path(key)
        status = path.stat()
    except (OSError, ValueError):
        raise Http404("There is no such file.") from None
    tag = quote_etag(f"{status.st_mtime_ns:x}-{status.st_size:x}")
    if _matches(tag, request.headers.get("If-None-Match", "")):
        answer: HttpResponseBase = HttpResponseNotModified()
    elif settings.ACCEL_PREFIX:
        # nginx answers ranges itself, from the same folder.
        answer = HttpResponse(content_type=content_type)
        answer["X-Accel-Redirect"] = settings.ACCEL_PREFIX + quote(key)
        return answer
    else:
        answer = _content(request, path, status, tag, content_type)
    answer["ETag"] = tag
    answer["Accept-Ranges"] = "bytes"
    answer["Last-Modified"] = http_date(status.st_mtime)
    kept = f"max-age={seconds}" if seconds else "no-cache"
    answer["Cache-Control"] = f"private, {kept}"
    return answer


def _matches(tag: str, header: str) -> bool:
    tags = parse_etags(header) if header else []
    return "*" in tags or tag in {candidate.removeprefix("W/") for candidate in tags}


def _content(
    request: HttpRequest,
    path: Path,
    status: os.stat_result,
    tag: str,
    content_type: str,
) -> HttpResponseBase:
    size = status.st_size
    try:
        span = read_range(_wanted_range(request, status, tag), size)
    except Unsatisfiable:
        return HttpResponse(
            status=416,
            content_type="text/plain",
            headers={"Content-Range": f"bytes */{size}"},
        )
    first, end = span or Span(0, size)
    body = iter(()) if request.method == "HEAD" else _pieces(path, first, end)
    answer = StreamingHttpResponse(
        body, status=206 if span else 200, content_type=content_type
    )
    answer["Content-Length"] = str(end - first)
    if span:
        answer["Content-Range"] = f"bytes {first}-{end - 1}/{size}"
    return answer


def _wanted_range(request: HttpRequest, status: os.stat_result, tag: str) -> str:
    # If-Range: a part of another version must not be glued to what the browser has.
    condition = request.headers.get("If-Range", "").strip()
    unchanged = condition in {"", tag, http_date(status.st_mtime)}
    return request.headers.get("Range", "") if unchanged else ""


def _pieces(path: Path, first: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as stream:
        stream.seek(first)
        while first < end and (piece := stream.read(min(PIECE, end - first))):
            first += len(piece)
            yield piece
