"""Sound matches: the second shot begins to sound as the first one ends."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mlcore.matching.kinds.base import Index, Parts, Transform
from mlcore.matching.likeness import (
    Steps,
    likeness_each,
    likeness_every,
    nearness_each,
    nearness_every,
    whole_steps,
)
from mlcore.matching.moments import AT_THE_CUT, Rows, Slot
from mlcore.matching.observation import SAMPLE_RATE, Observation
from mlcore.matching.stored import StoredVectors, VectorRow

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

SILENCE = 1e-3
"""Root mean square, of 1 at full scale, under which nothing is heard: -60 dB."""

SHORTEST = 0.2
"""Seconds of sound under which a spectrum says nothing of what goes on."""

BANDS, LOWEST, HIGHEST = 40, 60.0, 12_000.0
"""Mel bands and the range of them, in Hz."""

PULSES = (2.0, 3.0, 4.2, 5.9, 8.3, 11.7, 16.5, 23.2)
"""Edges, in Hz, of the bands of how fast the loudness beats, half an octave each."""

SOUND_DIMS = BANDS + len(PULSES) - 1

_WINDOW, _HOP = 2048, 480  # 43 ms and 10 ms
_DEPTH = 60.0  # dB below its loudest band that a spectrum is looked at.
_REACH = 8.0
"""dB, root mean square of the bands, at which half of the spectrum's part is left."""
_SLACK = 0.15**2 * (len(PULSES) - 1)
ZERO = np.float32(0.0)


@dataclass(frozen=True, kw_only=True)
class SoundRows(Rows):
    """The sound beside one cut a row; whole steps as in `likeness`."""

    spectrum: Steps
    """(m, 40) the colour of the sound: bands in dB less their mean, in reaches."""
    pulse: Steps
    """(m, 7) how much the loudness beats how fast, in 10 dB."""
    loudness: Floats
    """(m,) root mean square, above 0."""


class SoundKind:
    """score = spectrum ** 2 * max(pulse, 0) * loudness ** (1 / 4).

    spectrum: 1 / (1 + (d / 8) ** 2) of how many dB, root mean square, two mel spectra
    lie apart, each less its mean, the nearest to the cut counting most. Unlike their
    cosine it hears that one source is duller. pulse: likeness (see `likeness`) of how strongly and how fast
    the two beat; loudness: the softer one's root mean square over the louder one's. It
    weighs little: a level is soon changed, a sound is not.
    """

    name = "sound"
    family = "sound"
    encoder = "mel spectrum in dB, pulse and loudness of a second"
    index = Index.VECTORS
    comparisons = AT_THE_CUT

    def represent(self, seen: Observation) -> list[VectorRow]:
        """Return what is heard at the cut; nothing in silence or without a track."""
        if seen.sound is None:
            return []
        # The nearest to the cut comes first, on either side.
        from_cut = seen.sound[::-1] if seen.slot is Slot.TAIL else seen.sound
        found = measure_sound(from_cut)
        if found is None:
            return []
        return [VectorRow(vector=found[0], magnitude=found[1])]

    def rows(self, stored: StoredVectors) -> SoundRows:
        """Return kept rows ready to be scored."""
        kept = stored.vector if len(stored) else np.zeros((0, SOUND_DIMS))
        return SoundRows(
            shot=stored.shot,
            slot=stored.slot,
            frame=stored.frame,
            spectrum=whole_steps(kept[:, :BANDS]),
            pulse=whole_steps(kept[:, BANDS:]),
            loudness=stored.magnitude,
        )

    def scores(self, leaving: SoundRows, entering: SoundRows) -> Floats:
        """Return (a, b) scores."""
        return _score(
            {
                "spectrum": nearness_every(leaving.spectrum, entering.spectrum),
                "pulse": likeness_every(leaving.pulse, entering.pulse, _SLACK),
                "loudness": _ratio(
                    leaving.loudness[:, None], entering.loudness[None, :]
                ),
            }
        )

    def parts(self, leaving: SoundRows, entering: SoundRows) -> Parts:
        """Return spectrum, pulse and loudness, each 0..1."""
        return {
            "spectrum": nearness_each(leaving.spectrum, entering.spectrum),
            "pulse": likeness_each(leaving.pulse, entering.pulse, _SLACK),
            "loudness": _ratio(leaving.loudness, entering.loudness),
        }

    def score_from_parts(self, parts: Parts) -> Floats:
        """Return (n,) scores by the formula above."""
        return _score(parts)

    def transform(self, _parts: dict[str, float]) -> Transform | None:
        """What is heard needs no move of the picture."""
        return None


def measure_sound(samples: NDArray[np.floating]) -> tuple[Floats, float] | None:
    """Return (47,) and the loudness of (n,) samples at 48 kHz, the cut's side first.

    0..39: mel spectrum in dB less its mean, / (8 sqrt(40)); 40..46: the beat in each band of PULSES.
    None for less than SHORTEST seconds, or for silence.
    """
    wide = np.asarray(samples, np.float64)
    if len(wide) < SHORTEST * SAMPLE_RATE:
        return None
    loudness = float(np.sqrt(np.mean(wide**2)))
    if not loudness >= SILENCE:
        return None
    power = _mel_power(wide)
    # From 1 at the cut to a quarter at the far end.
    nearness = np.linspace(1.0, 0.25, len(power))
    spectrum = _decibels(nearness @ power / nearness.sum())
    apart = (spectrum - spectrum.mean()) / (_REACH * np.sqrt(BANDS))
    vector = np.concatenate([apart, _beat(power.sum(axis=1))])
    return vector.astype(np.float32), loudness


def _mel_power(samples: Doubles) -> Doubles:
    """Return (t, 40) power in the mel bands, every 10 ms."""
    parts = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_HOP]
    spectra = np.abs(np.fft.rfft(parts * np.hanning(_WINDOW), axis=1)) ** 2
    return np.asarray(spectra @ _mel_filters(), np.float64)


@cache
def _mel_filters() -> Doubles:
    """Return (1025, 40) triangles, evenly wide in mel (O'Shaughnessy 1987)."""
    low, high = (2595 * np.log10(1 + f / 700) for f in (LOWEST, HIGHEST))
    edges = 700 * (10 ** (np.linspace(low, high, BANDS + 2) / 2595) - 1)
    bins = np.fft.rfftfreq(_WINDOW, 1 / SAMPLE_RATE)[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    shape = np.maximum(np.minimum(rising, falling), 0.0)
    return np.asarray(shape / shape.sum(axis=0), np.float64)


def _decibels(power: Doubles) -> Doubles:
    floor = power.max() * 10 ** (-_DEPTH / 10)
    return np.asarray(10 * np.log10(np.maximum(power, floor)), np.float64)


def _beat(power: Doubles) -> Doubles:
    """Return (7,) how strongly the loudness in dB swings at the rates of PULSES, / 10."""
    level = _decibels(power)
    swing = np.hanning(len(level))
    around = (level - level.mean()) * swing
    spectrum = np.abs(np.fft.rfft(around, 512)) ** 2 * 2 / (swing**2).sum() / 512
    rate = np.fft.rfftfreq(512, _HOP / SAMPLE_RATE)
    bands = [
        spectrum[(rate >= low) & (rate < high)].sum() for low, high in pairwise(PULSES)
    ]
    return np.minimum(np.sqrt(bands) / 10, 7.0)


def _ratio(a: Floats, b: Floats) -> Floats:
    return np.asarray(np.minimum(a, b) / np.maximum(a, b), np.float32)


def _score(parts: Mapping[str, Floats]) -> Floats:
    pulse = np.maximum(parts["pulse"], ZERO)
    level = np.sqrt(np.sqrt(parts["loudness"]))
    spectrum = parts["spectrum"]
    return np.asarray(spectrum * spectrum * pulse * level, np.float32)
