"""Words of people and machines, made safe for the formats that carry them."""

from __future__ import annotations

import re

# Controls, and marks that turn the direction of writing: nothing a timeline may carry.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufffe\uffff]+")
_SURROGATES = re.compile("[\ud800-\udfff]")
# A spreadsheet takes a cell that begins so for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def one_line(text: str, limit: int = 1000) -> str:
    """The text on one line, without control characters, at most `limit` long."""
    spaced = _SURROGATES.sub("?", _CONTROLS.sub(" ", text))
    return " ".join(spaced.split())[:limit]


def cell(text: str) -> str:
    """Text for a cell of a table: one line, and never a formula."""
    line = one_line(text, 4096)
    return f"'{line}" if text.startswith(FORMULA_STARTS) and line else line


def number(value: float) -> str:
    """A number as people write it, at most four places, without a trailing zero."""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text in {"", "-0"} else text
