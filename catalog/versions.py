"""Versions of an encoder family beside one another: by what each was measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from catalog.models import EncoderVersion, TrainingRun

if TYPE_CHECKING:
    from collections.abc import Sequence

Family = EncoderVersion.Family
Metrics = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Measured:
    """What one version came to, and what was live then, on the same hold-out."""

    value: float
    low: float | None = None
    high: float | None = None
    beside: float | None = None
    """Of the version that was live; None: nothing was, or it was not measured"""


@dataclass(frozen=True, slots=True)
class Metric:
    """What the versions of a family are compared by."""

    name: str
    falls: bool
    """Whether less is better"""
    read: Callable[[Metrics], Measured | None]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is said of two versions."""

    name: str
    one: str
    two: str

    @property
    def differs(self) -> bool:
        """Whether the two differ in it."""
        return self.one != self.two


def metric_of(family: str) -> Metric | None:
    """Return what versions of a family are compared by; None: they are not measured."""
    match family:
        case Family.CLIP:
            return Metric("Held-out loss", falls=True, read=_loss)
        case Family.COMPONENT:
            return Metric("Macro R@1", falls=False, read=_recall)
        case Family.RECOMMENDER:
            return Metric("Right one first, at cuts", falls=False, read=_foreseen)
    ranked = family == Family.LEARNED or family.startswith("ranker-")
    return Metric("Average precision", falls=False, read=_precision) if ranked else None


def _loss(metrics: Metrics) -> Measured | None:
    found = metrics.get("measures") or {}
    if "loss" not in found.get("candidate", {}):
        return None
    return Measured(found["candidate"]["loss"], beside=found["live"]["loss"])


def _recall(metrics: Metrics) -> Measured | None:
    found = metrics.get("measures") or {}
    if "macro" not in found.get("candidate", {}):
        return None
    own, live = found["candidate"], found.get("live") or {}
    return Measured(own["macro"], own.get("low"), own.get("high"), live.get("macro"))


def _precision(metrics: Metrics) -> Measured | None:
    own = metrics.get("candidate")
    if not own:
        return None
    gain = metrics.get("gain")
    beside = own["ap"] - gain["ap"] if gain else None
    return Measured(own["ap"], own.get("low"), own.get("high"), beside)


def _foreseen(metrics: Metrics) -> Measured | None:
    found = metrics.get("cut") or {}
    if "learned" not in found:
        return None
    return Measured(found["learned"]["first"])


def compared(one: EncoderVersion, two: EncoderVersion) -> list[Line]:
    """Return all that is known of two versions, line by line, what one lacks left empty."""
    told = [_told(version) for version in (one, two)]
    names = [*told[0], *(name for name in told[1] if name not in told[0])]
    return [
        Line(name, told[0].get(name, ""), told[1].get(name, ""))
        for name in names
        if any(name in each and each[name] for each in told)
    ]


def _told(version: EncoderVersion) -> dict[str, str]:
    run = TrainingRun.objects.filter(version=version).first()
    parent = version.parent
    return {
        "State": version.get_status_display(),
        "Made": f"{version.created_at:%d %b %Y %H:%M}",
        "Began with": parent.name if parent else "",
        **(_of_run(run) if run else {}),
        **_flat("", version.config),
        **_of_gate(version.metrics),
        "Decision": version.metrics.get("reason", ""),
        "Weights": version.weights_sha256[:12],
    }


_ELSEWHERE = {"reason", "churn", "enough", "passed", "went_live", "measures"}
_DECIDED = {"candidate", "live", "reason", "enough", "better", "worse"}
"""Of the measures: what stands elsewhere, or follows from the rest."""


def _of_gate(metrics: Metrics) -> dict[str, str]:
    measures = metrics.get("measures") or {}
    return {
        **_flat("Held out", measures.get("candidate") or {}),
        **_flat("Live then", measures.get("live") or {}),
        **_flat("", {k: v for k, v in measures.items() if k not in _DECIDED}),
        **_flat("", {k: v for k, v in metrics.items() if k not in _ELSEWHERE}),
    }


def _of_run(run: TrainingRun) -> dict[str, str]:
    frozen = run.frozen
    spans = {
        "Shots to learn from": frozen.get("shots"),
        "Shots held out": frozen.get("held_out"),
    }
    counted = {
        name: f"{sum(map(len, found.values())):,} of {len(found)} titles"
        for name, found in spans.items()
        if found
    }
    return {"Seed": f"{run.seed}", **counted, **_flat("Spent", run.spent)}


def _flat(head: str, found: Mapping[str, Any]) -> dict[str, str]:
    """Nested numbers and words under one name each; lists as how long they are."""
    lines: dict[str, str] = {}
    for key, value in found.items():
        word = f"{key}".replace("_", " ")
        name = f"{head}, {word}" if head else word[:1].upper() + word[1:]
        if isinstance(value, Mapping):
            lines |= _flat(name, value)
        elif (said := _said(value)) is not None:
            lines[name] = said
    return lines


def _said(value: Any) -> str | None:
    if value in (None, "", [], ()):
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{len(value) if isinstance(value, list) else value}"


@dataclass(frozen=True, slots=True)
class Dot:
    """A version in the drawing; places in its own units, down from the top."""

    version: EncoderVersion
    x: str
    y: str
    said: str
    low: str | None = None
    high: str | None = None
    beside: str | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """A metric over versions, the oldest on the left, with a line where the live one is."""

    metric: Metric
    dots: list[Dot]
    path: str
    live: str | None
    """How far down the live version's line is; None: it was not measured"""
    live_said: str
    top: float
    foot: float


WIDE, HIGH = 600.0, 160.0
"""Of the drawing, in its own units."""


@dataclass(frozen=True, slots=True)
class _Scale:
    """From a metric's numbers to how far down they stand."""

    lowest: float
    highest: float

    @staticmethod
    def of(every: Sequence[Measured]) -> _Scale:
        """One that all values and intervals fit in."""
        told = [n for one in every for n in (one.value, one.low, one.high)]
        known = [value for value in told if value is not None]
        return _Scale(min(known), max(known))

    def down(self, value: float | None) -> str | None:
        """How far; None outside."""
        room = (self.highest - self.lowest) or max(abs(self.highest), 1.0) / 10
        # An untrained encoder lies far off, and would press the rest into one line.
        if value is None or not self.lowest - room <= value <= self.highest + room:
            return None
        return f"{HIGH * (0.75 - 0.5 * (value - self.lowest) / room):.1f}"


def chart_of(family: str, versions: Sequence[EncoderVersion]) -> Chart | None:
    """Return the drawing of what was measured, the oldest first; None without any."""
    metric = metric_of(family)
    if metric is None:
        return None
    told = [(each, metric.read(each.metrics)) for each in versions]
    kept = [(version, found) for version, found in told if found is not None]
    if not kept:
        return None
    scale = _Scale.of([found for _, found in kept])
    dots = [
        Dot(
            version=version,
            x=f"{WIDE * (number + 0.5) / len(kept):.1f}",
            y=scale.down(found.value) or "",
            said=f"{found.value:.4g}",
            low=scale.down(found.low),
            high=scale.down(found.high),
            beside=scale.down(found.beside),
        )
        for number, (version, found) in enumerate(kept)
    ]
    active = EncoderVersion.Status.ACTIVE
    live = next((dot for dot in dots if dot.version.status == active), None)
    return Chart(
        metric=metric,
        dots=dots,
        path=" ".join(f"{dot.x},{dot.y}" for dot in dots),
        live=live.y if live else None,
        live_said=live.said if live else "",
        top=scale.highest,
        foot=scale.lowest,
    )
