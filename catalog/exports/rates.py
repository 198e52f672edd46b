"""The rates that timelines have, by the names editors call them."""

from __future__ import annotations

from fractions import Fraction

Counting = tuple[Fraction, bool]
"""A rate, and whether its timecode drops numbers."""

RATES: dict[str, Counting] = {
    "23.976": (Fraction(24000, 1001), False),
    "24": (Fraction(24), False),
    "25": (Fraction(25), False),
    "29.97": (Fraction(30000, 1001), False),
    "29.97df": (Fraction(30000, 1001), True),
    "30": (Fraction(30), False),
    "47.952": (Fraction(48000, 1001), False),
    "48": (Fraction(48), False),
    "50": (Fraction(50), False),
    "59.94": (Fraction(60000, 1001), False),
    "59.94df": (Fraction(60000, 1001), True),
    "60": (Fraction(60), False),
}


class Unwritable(ValueError):
    """What was asked cannot be written; the message is one sentence for the person."""


def rate_named(name: str) -> Counting:
    """The rate of a name such as 23.976 or 29.97df. Raises Unwritable."""
    try:
        return RATES[name.strip().lower()]
    except KeyError:
        raise Unwritable(
            f"{name!r} is no rate of a timeline; there are {', '.join(RATES)}."
        ) from None


def name_of_rate(rate: Fraction, *, drop: bool = False) -> str:
    """What editors call a rate; empty for one that no timeline has."""
    return next((name for name, each in RATES.items() if each == (rate, drop)), "")


def spoken(rate: Fraction) -> str:
    """A rate as a number: 23.976, 25."""
    return f"{float(rate):.3f}".rstrip("0").rstrip(".")
