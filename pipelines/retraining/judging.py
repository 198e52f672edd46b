"""A candidate beside the live version, on the hold-out that never changes sides."""

from __future__ import annotations

from dataclasses import asdict, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from catalog.files import local_path
from catalog.models import Slot, Title
from mlcore.matching.ranking.gate import Verdict as LabelVerdict
from mlcore.matching.ranking.gate import asked_for
from mlcore.matching.ranking.gate import decide as decide_by_labels
from mlcore.videomae.autoencoder import new_autoencoder
from mlcore.videomae.judging import Gate, Measures, Pair, Verdict, decide, measure
from mlcore.videomae.motion import MotionConfig
from mlcore.videomae.trained import untrained
from pipelines.clips import BATCH_SHOTS, Ending, read_endings
from pipelines.datasets import shots_at
from pipelines.errors import PipelineError
from pipelines.media.reader import open_proxy
from pipelines.promoting import (
    end_unless_passed,
    is_judged,
    live_of,
    run_of,
    version_of,
    write_outcome,
)
from pipelines.retraining.devices import device_of
from pipelines.retraining.freezing import (
    good_in_all,
    held_out_spans,
    labelled_pairs,
    there,
)
from pipelines.trained import clips_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import torch
    from numpy.typing import NDArray

    from catalog.models import Shot, TrainingRun
    from mlcore.videomae.config import AutoencoderConfig
    from mlcore.videomae.trained import TrainedClips
    from pipelines.jobs import Claim

    Vectors = dict[tuple[int, str], NDArray[np.float32]]
    """By the key of a shot and which end of it."""

OTHER_SHAPE = (
    "Insufficient evidence: losses of another shape than the live one's cannot be "
    "compared, and labels are too few."
)
UNTRAINED = "an untrained encoder of the same shape"


def judge_clips(claim: Claim) -> None:
    """Compare with what is live; a version that is not measurably better stays a candidate."""
    run = run_of(claim)
    if not is_judged(run):
        write_outcome(claim, run, _outcome(claim, run))
    end_unless_passed(run)


def _outcome(claim: Claim, run: TrainingRun) -> dict[str, Any]:
    device = device_of(run)
    live = live_of(run.family)
    candidate = clips_of(version_of(run)).to(device)
    other = clips_of(live).to(device) if live else _untrained(candidate, run)
    own = _measured(run, candidate, device, claim, 0.0)
    before = _measured(run, other, device, claim, 0.4)
    told = run.config
    gate = Gate(better_by=told["better_by"], worse_by=told["worse_by"])
    seen = decide(own, before, gate, seed=run.seed)
    claim.progress(0.8)
    labels = _by_labels(run, candidate, other, device)
    if labels is not None:
        labels = asked_for(labels, told["better_by"])
    alike = candidate.config == other.config
    heard = seen if alike else decide(_but_for_losses(own, before), before, gate)
    passed, reason = _decided(heard, labels, alike=alike)
    return {
        "passed": passed,
        "enough": seen.enough or bool(labels and labels.enough),
        "reason": reason,
        "against": live.name if live else UNTRAINED,
        "against_version": live.pk if live else None,
        "went_live": False,
        "measures": asdict(seen),
        "labels": asdict(labels) if labels else None,
        # As rankings have them, for pages and commands that show both.
        "candidate": asdict(labels.candidate) if labels and labels.candidate else None,
        "gain": asdict(labels.gain) if labels and labels.gain else None,
    }


def _decided(
    seen: Verdict, labels: LabelVerdict | None, *, alike: bool
) -> tuple[bool, str]:
    """Labels decide where there are enough: they say what is wanted, a loss only hints.

    What may not suffer has its say in both. Of two shapes no loss is compared.
    """
    enough = labels is not None and labels.enough
    if not alike and not enough:
        return False, OTHER_SHAPE
    if labels is None or not enough or seen.worse:
        return seen.passed, seen.reason
    return labels.passed, labels.reason


def _but_for_losses(own: Measures, before: Measures) -> Measures:
    """What can be compared with a version of another shape: its losses are of other pixels.

    Which clips are nearest is of the same shots to both.
    """
    return replace(own, losses=before.losses)


def _untrained(candidate: TrainedClips, run: TrainingRun) -> TrainedClips:
    """What a first version has to be better than."""
    fresh = new_autoencoder(candidate.config, run.seed)
    return untrained(fresh, MotionConfig(seed=run.seed)).to(device_of(run))


def _measured(
    run: TrainingRun,
    trained: TrainedClips,
    device: torch.device,
    claim: Claim,
    before: float,
) -> Measures:
    titles = held_out_spans(run)
    many = sum(len(spans) for _, spans in titles)

    def told() -> Iterator[Pair]:
        done = 0
        for pair in _pairs(titles, trained.config):
            yield pair
            done += len(pair.titles)
            claim.progress(before + 0.4 * done / many, f"{done} of {many} shots")

    try:
        return measure(trained, told(), device, run.seed)
    except ValueError:
        raise PipelineError(
            "No title is held out to judge by; every third title that is added is."
        ) from None


def _pairs(
    titles: list[tuple[Title, list[tuple[int, int]]]], config: AutoencoderConfig
) -> Iterator[Pair]:
    for title, spans in titles:
        proxy, queue = open_proxy(local_path(title.proxy_key)), iter(spans)
        while some := list(islice(queue, BATCH_SHOTS)):
            heads, tails = (
                read_endings(
                    title, proxy, [Ending(slot, *each) for each in some], config
                )
                for slot in (Slot.HEAD, Slot.TAIL)
            )
            yield Pair(heads=heads, tails=tails, titles=[title.pk] * len(some))


def _by_labels(
    run: TrainingRun,
    candidate: TrainedClips,
    other: TrainedClips,
    device: torch.device,
) -> LabelVerdict | None:
    """Average precision of both on the labelled pairs of the hold-out; None without any."""
    pairs = labelled_pairs(run)
    named: dict[str, dict[tuple[int, int], Shot]] = {}
    for side in ("leaving", "entering"):
        named[side] = shots_at({tuple(pair[side]) for pair in pairs})
    kept = [
        (pair, a, b)
        for pair in pairs
        if (a := named["leaving"].get(tuple(pair["leaving"])))
        and (b := named["entering"].get(tuple(pair["entering"])))
        and there(a.title)
        and there(b.title)
    ]
    if not kept:
        return None
    wanted = {(a.pk, Slot.TAIL.value): a for _, a, _ in kept}
    wanted |= {(b.pk, Slot.HEAD.value): b for _, _, b in kept}
    scores = []
    for trained in (candidate, other):
        at = _vectors(wanted, trained, device)
        scores.append(
            np.array(
                [float(at[a.pk, "tail"] @ at[b.pk, "head"]) for _, a, b in kept],
                np.float64,
            )
        )
    return decide_by_labels(
        np.array([pair["good"] for pair, _, _ in kept], np.int64),
        scores[0],
        scores[1],
        np.array([pair["counted_under"] for pair, _, _ in kept], np.int64),
        positives_in_all=good_in_all(run),
        seed=run.seed,
    )


def _vectors(
    wanted: dict[tuple[int, str], Shot], trained: TrainedClips, device: torch.device
) -> Vectors:
    titles: dict[Title, list[tuple[int, str]]] = {}
    for key, shot in wanted.items():
        titles.setdefault(shot.title, []).append(key)
    found: Vectors = {}
    for title, keys in titles.items():
        proxy, queue = open_proxy(local_path(title.proxy_key)), iter(keys)
        while some := list(islice(queue, 2 * BATCH_SHOTS)):
            endings = [
                Ending(slot, wanted[pk, slot].first_frame, wanted[pk, slot].end_frame)
                for pk, slot in some
            ]
            clips = read_endings(title, proxy, endings, trained.config)
            vectors = trained.vectors(clips, device).numpy()
            found |= dict(zip(some, vectors, strict=True))
    return found
