"""Sound: one source heard on both sides of a cut, among sources changed in one thing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import av
import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from bench.matchcuts.material import TITLES
from bench.matchcuts.ranking import Seen, all_scores, kept_rows, tell
from mlcore.matching.kinds import SOUND
from mlcore.matching.kinds.sound import SILENCE
from mlcore.matching.moments import Slot
from mlcore.matching.observation import SAMPLE_RATE, Observation
from tests.mlcore.photographs import sample

SHOTS = 160

Samples = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Source:
    """Something that sounds: a hum with its harmonics, in a wash of noise, beating."""

    pitch: float
    """Hz."""
    bright: float
    """By how much each harmonic, and the noise per octave, is softer; a power."""
    noise: float
    """Share of noise, 0..1."""
    rate: float
    """Beats a second; 0 is steady."""
    level: float
    """Root mean square."""

    def heard(self, chance: np.random.Generator) -> Samples:
        """Return a second of it, begun at any moment."""
        time = chance.uniform(0, 10) + np.arange(SAMPLE_RATE) / SAMPLE_RATE
        hum = np.zeros(SAMPLE_RATE)
        for n in range(1, 1 + int(min(20, 10_000 / self.pitch))):
            phase = chance.uniform(0, 2 * np.pi)
            hum += np.sin(2 * np.pi * self.pitch * n * time + phase) / n**self.bright
        spectrum = np.fft.rfft(chance.normal(0, 1, SAMPLE_RATE))
        hertz = np.maximum(np.fft.rfftfreq(SAMPLE_RATE, 1 / SAMPLE_RATE), 20.0)
        around = np.abs(np.log2(hertz / (4 * self.pitch)))
        wash = np.fft.irfft(spectrum / (1 + around) ** (2 * self.bright))
        mixed = (1 - self.noise) * _even(hum) + self.noise * _even(wash)
        if self.rate:
            beat = np.sin(2 * np.pi * self.rate * time)
            mixed = mixed * 10 ** ((beat - 1) * 0.6)
        return self.level * _even(mixed)


def measure(seed: int) -> None:
    """Print how well one source is found again, and one second of a real recording."""
    real, clips = _recordings()
    print(
        f"\nsound: {SHOTS} shots, a second at either end; a quarter is planted, and as many"
    )
    print("times the same source higher, far softer, beating otherwise or duller;")
    print(
        f"then {len(real)} stretches of {len(set(clips))} recordings in the sample titles,"
    )
    print("a second and the next one; elsewhere in a recording it may sound otherwise:")
    print("such pairs are left out, or go together too")
    chance = np.random.default_rng(seed)
    tails, heads, truth = _planted(chance)
    _tell("sound, drawn", tails, heads, truth, seed)
    pairs = len(real)
    before = [stretch[:SAMPLE_RATE] for stretch in real]
    after = [stretch[SAMPLE_RATE:] for stretch in real]
    # Shot n + pairs begins as shot n ends; others were cut from the same clip.
    truth = np.zeros((2 * pairs, 2 * pairs), np.bool_)
    truth[:pairs, pairs:] = np.equal.outer(clips, clips)
    next_one = np.eye(2 * pairs, k=pairs, dtype=np.bool_)
    silent = [np.zeros(SAMPLE_RATE)] * pairs
    sides = before + silent, silent + after
    _tell("sound, the next second", *sides, next_one, seed, next_one | ~truth)
    _tell("sound, the same recording", *sides, truth, seed)


def _planted(
    chance: np.random.Generator,
) -> tuple[list[Samples], list[Samples], NDArray[np.bool_]]:
    tails = [_source(chance) for _ in range(SHOTS)]
    heads = [_source(chance) for _ in range(SHOTS)]
    truth = np.zeros((SHOTS, SHOTS), np.bool_)
    order = iter(chance.permutation(SHOTS).tolist())
    for leaving in range(SHOTS // 4):
        planted = next(order)
        gain = 10 ** (chance.uniform(-2, 2) / 20)
        heads[planted] = replace(tails[leaving], level=gain * tails[leaving].level)
        truth[leaving, planted] = leaving != planted
        for other in _unlike(tails[leaving])[leaving % 2 :: 2]:
            heads[next(order)] = other
    return (
        [source.heard(chance) for source in tails],
        [source.heard(chance) for source in heads],
        truth,
    )


def _source(chance: np.random.Generator) -> Source:
    return Source(
        pitch=float(np.exp(chance.uniform(np.log(80), np.log(1500)))),
        bright=chance.uniform(0.6, 2.0),
        noise=chance.uniform(0.1, 0.9),
        rate=chance.choice([0.0, chance.uniform(3, 15)]),
        level=float(10 ** (chance.uniform(-36, -12) / 20)),
    )


def _unlike(source: Source) -> list[Source]:
    return [
        replace(source, pitch=source.pitch * 1.3),
        replace(source, level=source.level * 10 ** (-16 / 20)),
        replace(source, rate=0.0 if source.rate else 6.0),
        replace(source, bright=source.bright + 0.9),
    ]


def _tell(
    name: str,
    tails: Sequence[Samples],
    heads: Sequence[Samples],
    truth: NDArray[np.bool_],
    seed: int,
    among: NDArray[np.bool_] | None = None,
) -> None:
    seen = [
        Seen(n, slot, _observed(samples, slot))
        for slot, side in ((Slot.TAIL, tails), (Slot.HEAD, heads))
        for n, samples in enumerate(side)
    ]
    scores = all_scores(SOUND, kept_rows(SOUND, seen), len(truth))
    tell(name, scores, truth, seed, among)


def _observed(samples: Samples, slot: Slot) -> Observation:
    picture = np.zeros((9, 16, 3), np.uint8)
    return Observation(
        slot=slot,
        rate=Fraction(25),
        aspect=16 / 9,
        picture=picture,
        subjects=(),
        appearance=np.ones(1, np.float32),
        flow=np.zeros((0, 9, 16, 2), np.float16),
        stretch=lambda: picture[None],
        sound=samples.astype(np.float32),
    )


def _recordings() -> tuple[list[Samples], list[str]]:
    """Two seconds out of the middle of every shot that sounds, and whose clips they are."""
    found, clips = [], []
    for name in TITLES:
        title = sample(name)
        whole = _track(title.film)
        rate = Fraction(title.truth["rate"])
        for shot in title.shots:
            first, end = (
                round(shot[at] / rate * SAMPLE_RATE) for at in ("first", "end")
            )
            start = (first + end) // 2 - SAMPLE_RATE
            halves = [
                whole[start : start + SAMPLE_RATE],
                whole[start + SAMPLE_RATE : end],
            ]
            halves[1] = halves[1][:SAMPLE_RATE]
            if end - first >= 2 * SAMPLE_RATE and all(
                np.sqrt(np.mean(half**2)) >= 2 * SILENCE for half in halves
            ):
                found.append(np.concatenate(halves))
                clips.append(str(shot["source"]).split()[0])
    return found, clips


def _track(film: object) -> Samples:
    with av.open(str(film)) as opened:
        resampler = AudioResampler("fltp", "mono", SAMPLE_RATE)
        parts = [
            part.to_ndarray()[0]
            for frame in opened.decode(audio=0)
            for part in resampler.resample(frame)
        ]
    return np.concatenate(parts).astype(np.float64)


def _even(samples: Samples) -> Samples:
    return samples / np.sqrt(np.mean(samples**2))
