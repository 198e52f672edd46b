"""What a run learns from and is judged by, frozen: it may be begun again at any time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from catalog.files import local_path
from catalog.footage import MOVING, split_footage
from catalog.models import Title
from mlcore.videomae.config import SHAPES
from mlcore.videomae.footage import Span
from mlcore.videomae.sampling import stride_at
from pipelines.clips import STRIDE
from pipelines.datasets import freeze_labels
from pipelines.errors import PipelineError
from pipelines.promoting import begun_run, live_of
from pipelines.trained import clips_of

if TYPE_CHECKING:
    from catalog.models import TrainingRun
    from pipelines.jobs import Claim

HELD_OUT_SHOTS = 400
"""Shots of the hold-out that a version is judged by, evenly from all: reading them takes
minutes, and more make an interval over titles hardly narrower."""


def freeze(claim: Claim) -> None:
    """Write down shots, labels and what training begins with; an earlier attempt's stay.

    Raises PipelineError where there is nothing to train on.
    """
    run = begun_run(claim, claim.job.subject["family"])
    if run.frozen:
        return
    split = split_footage()
    if not split.count():
        raise PipelineError("There is no shot to train on; add titles that may train.")
    labels = {kind: freeze_labels(kind) for kind in MOVING}
    begins_with = _begins_with(run)
    with claim.writing():
        run.frozen = {
            "shots": split.shots,
            "held_out": split.held_out,
            "labels": labels,
            "begins_with": begins_with,
        }
        run.save(update_fields=["frozen"])
    claim.job.note(
        f"{split.count()} shots of {len(split.shots)} titles to train on, "
        f"{split.count_held_out()} shots of {len(split.held_out)} titles held out"
    )


def _begins_with(run: TrainingRun) -> int | None:
    """The live version, where it has the shape that is asked for; None: nothing trained."""
    live = live_of(run.family)
    if live is None or clips_of(live).config != SHAPES.get(run.config["shape"]):
        return None
    return live.pk


def training_spans(run: TrainingRun) -> list[Span]:
    """Return the frozen shots whose proxies are there. Raises PipelineError without any."""
    frozen = run.frozen["shots"]
    titles = Title.objects.in_bulk([int(key) for key in frozen])
    found = [
        Span(
            path=local_path(title.proxy_key),
            first=first,
            end=end,
            picture=tuple(title.probe["active_picture"]),
            overlays=tuple(tuple(box) for box in title.probe.get("overlays", ())),
            pace=stride_at(float(title.rate)) / STRIDE,
            levels=title.levels,
        )
        for key, spans in frozen.items()
        if (title := titles.get(int(key))) and there(title)
        for first, end in spans
    ]
    if not found:
        raise PipelineError("The proxies of all titles to train on are gone.")
    return found


def held_out_spans(run: TrainingRun) -> list[tuple[Title, list[tuple[int, int]]]]:
    """Return the shots to judge by, title by title; at most HELD_OUT_SHOTS, evenly."""
    frozen = run.frozen["held_out"]
    every = [(int(key), *span) for key, spans in frozen.items() for span in spans]
    every.sort()
    step = max(1, -(-len(every) // HELD_OUT_SHOTS))
    titles = Title.objects.in_bulk([int(key) for key in frozen])
    found: dict[int, list[tuple[int, int]]] = {}
    for key, first, end in every[::step]:
        found.setdefault(key, []).append((first, end))
    return [
        (titles[key], spans)
        for key, spans in found.items()
        if key in titles and there(titles[key])
    ]


def labelled_pairs(run: TrainingRun) -> list[dict[str, Any]]:
    """Return the frozen labels of the hold-out, each pair of shots once."""
    found: dict[tuple[int, ...], dict[str, Any]] = {}
    for labels in run.frozen["labels"].values():
        for pair in labels["pairs"]:
            if pair["held_out"]:
                found[(*pair["leaving"], *pair["entering"])] = pair
    return list(found.values())


def good_in_all(run: TrainingRun) -> int:
    """How many frozen labels say good, those outside the hold-out counted."""
    return sum(int(labels["good"]) for labels in run.frozen["labels"].values())


def there(title: Title) -> bool:
    """Whether a title can be read."""
    return bool(title.proxy_key) and local_path(title.proxy_key).is_file()
