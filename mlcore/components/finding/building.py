"""A detector for a trained encoder, from clips that are drawn for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mlcore.components.choosing import some
from mlcore.components.component import Component
from mlcore.components.drawing.studio import Studio
from mlcore.components.finding.clips import embedded_clips
from mlcore.components.finding.detector import Detector
from mlcore.components.finding.fitting import Clips, fit_detector, references_of
from mlcore.components.finding.judging import judge
from mlcore.components.measuring.retrieval import Embed


@dataclass(frozen=True, kw_only=True)
class Draws:
    """How many material pairs are drawn for it."""

    fit: int = 28
    """Of the training pool"""
    calibrate: int = 14
    """Of the test pool, and as many others to judge by"""
    share: int = 7
    """Of which every so manieth component is laid on each: four clips a component, then
    two"""
    loaders: int = 0
    """Programs that draw them; 0: this one does"""

    @property
    def clips(self) -> int:
        """How many each reference is the mean of."""
        return self.fit // self.share


def build_detector(
    embed: Embed,
    studio: Studio,
    known: Sequence[Component],
    unseen: Sequence[Component],
    draws: Draws,
) -> tuple[Detector, dict[str, Any]]:
    """Fit to known components, calibrate and judge on others; return it with its figures.

    Clips are seen as those of titles are, which it is for. Unseen ones, whose bases the encoder has not learned from, stand for what is not
    known, while it is learned when to say so. The references are of both: there only what
    others made is unknown. Raises ValueError where these are too few to fit to.
    """
    studio = replace(studio, windows=True)
    fit = _drawn(embed, studio, known, "train", range(draws.fit), draws)
    asked = range(draws.calibrate)
    held = _held_out(embed, studio, known, unseen, asked, draws)
    detector = fit_detector(fit, held)
    others = range(draws.calibrate, 2 * draws.calibrate)
    figures = judge(detector, _held_out(embed, studio, known, unseen, others, draws))
    rest = _drawn(embed, studio, unseen, "train", range(draws.fit), draws)
    references, categories, keys = references_of(_joined(fit, rest))
    whole = replace(
        detector,
        references=references,
        categories=categories,
        keys=keys,
        fitted=np.isin(keys, detector.keys),
    )
    return whole, figures


def _drawn(
    embed: Embed,
    studio: Studio,
    components: Sequence[Component],
    pool: Any,
    numbers: range,
    draws: Draws,
) -> Clips:
    return embedded_clips(
        embed,
        studio,
        list(components),
        pool,
        numbers,
        share=draws.share,
        loaders=draws.loaders,
    )


def _held_out(
    embed: Embed,
    studio: Studio,
    known: Sequence[Component],
    unseen: Sequence[Component],
    numbers: range,
    draws: Draws,
) -> Clips:
    """As many known components as unseen ones, on test materials."""
    asked = some(known, len(unseen), numbers[0])
    return _drawn(embed, studio, [*asked, *unseen], "test", numbers, draws)


def _joined(a: Clips, b: Clips) -> Clips:
    return Clips(
        embeddings=np.concatenate([a.embeddings, b.embeddings]),
        keys=(*a.keys, *b.keys),
        categories=np.concatenate([a.categories, b.categories]),
        cut=np.concatenate([a.cut, b.cut]),
        changes=a.changes,
    )
