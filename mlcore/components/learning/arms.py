"""What is trained and compared: the source's rows, and controls that question them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from mlcore.components.learning.losses import TEMPERATURE
from mlcore.components.network.config import EncoderConfig


@dataclass(frozen=True, kw_only=True)
class LearningConfig:
    """How an encoder is trained."""

    loss: Literal["contrast", "classes"] = "contrast"
    queue: bool = True
    grown: float = 0.3
    """Share of training after which the queues' loss and guidance begin: what a young
    network leaves in its queues teaches it the wrong things. They fill from the start"""
    proxies: bool = False
    """Whether clips also find their component among learned proxies, from the first step"""
    margin: float = 0.0
    """How much nearer, in cosine, a clip's own proxy has to be than all others"""
    fill: Literal["online", "average"] = "online"
    """Who fills the queues: the encoder itself, or its slowly following average, whose
    entries age less but cost one more pass forward"""
    temperature: float = TEMPERATURE
    titles: bool = False
    """Whether clips are as titles have them: one a step without a component, and every
    other component but transitions within one shot instead of over a cut"""
    windows: bool = False
    """Whether clips are seen as those of titles are: wide, squeezed to a square, with
    transitions of any length (mlcore.components.drawing.windows)"""
    batch: int = 48
    """Components a step, of which two clips each are drawn"""
    together: int = 1
    """How many components of a batch are laid on one material pair"""
    takes: int = 0
    """Into how many shots the materials of the training pool are made beforehand
    (mlcore.components.drawing.takes); 0: each clip's are drawn for it as they are"""
    rate: float = 5e-4
    """The highest learning rate"""
    clip_rate: float = 1e-5
    """That of CLIP's own weights, where they are the spatial encoder"""
    decay: float = 0.05
    warm: float = 0.05
    """Share of training in which the rate climbs"""
    average: float = 0.995
    """How slowly the average that is kept follows the weights"""
    mixed: bool = True
    """Whether layers compute in bfloat16"""
    seed: int = 0

    def __post_init__(self) -> None:
        if self.temperature <= 0 or self.rate <= 0:
            raise ValueError("temperature and rate must be above 0")
        if not 0 <= self.grown < 1:
            raise ValueError(f"a share is 0 or more and under 1, got {self.grown}")
        if self.batch < 2:
            raise ValueError(f"contrast needs at least 2 components, got {self.batch}")


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One row of the table."""

    meaning: str
    encoder: Mapping[str, Any] = field(default_factory=dict)
    learning: Mapping[str, Any] = field(default_factory=dict)

    def of(
        self, encoder: EncoderConfig, learning: LearningConfig
    ) -> tuple[EncoderConfig, LearningConfig]:
        """Return both configs as this arm has them."""
        return replace(encoder, **self.encoder), replace(learning, **self.learning)


_SOURCE = {"ends": False, "statistics": False}
"""What the source's rows see: patches, and their neighbours in time"""
_PLAIN = {**_SOURCE, "decoder": 0, "guided_encoder": False, "guided_decoder": False}
_BEYOND = {**_PLAIN, "ends": True, "statistics": True}
_PROXIES = {"queue": False, "proxies": True}
_TITLES = {**_PROXIES, "titles": True}
_TAKES = {**_TITLES, "margin": 0.3, "takes": 4096}

ARMS: dict[str, Arm] = {
    "classification": Arm(
        meaning="a class a component, cross-entropy; its embeddings are compared",
        encoder=_PLAIN,
        learning={"loss": "classes"},
    ),
    "in-batch": Arm(
        meaning="contrast within the batch; the mean of the frames is read",
        encoder=_PLAIN,
        learning={"queue": False},
    ),
    "queue": Arm(
        meaning="+ contrast against all queues, once the network is grown",
        encoder=_PLAIN,
    ),
    "queue-encoder": Arm(
        meaning="+ guided encoder", encoder={**_PLAIN, "guided_encoder": True}
    ),
    "queue-decoder": Arm(
        meaning="+ guided decoder", encoder={**_SOURCE, "guided_encoder": False}
    ),
    "full": Arm(meaning="+ both", encoder=_SOURCE),
    "proxies": Arm(
        meaning="in-batch + contrast against a learned proxy a component",
        encoder=_PLAIN,
        learning=_PROXIES,
    ),
    "proxies-ends": Arm(
        meaning="+ patches that see the clip's first and last frame",
        encoder={**_PLAIN, "ends": True},
        learning=_PROXIES,
    ),
    "proxies-statistics": Arm(
        meaning="+ each frame's colours, frequencies and changes",
        encoder=_BEYOND,
        learning=_PROXIES,
    ),
    "proxies-titles": Arm(
        meaning="+ clips without a component, and within one shot",
        encoder=_BEYOND,
        learning=_TITLES,
    ),
    "proxies-margin": Arm(
        meaning="+ each clip's own proxy nearer by a margin of .3",
        encoder=_BEYOND,
        learning={**_TITLES, "margin": 0.3},
    ),
    "proxies-takes": Arm(
        meaning="+ on 4,096 shots that materials are made into",
        encoder=_BEYOND,
        learning=_TAKES,
    ),
    "proxies-windows": Arm(
        meaning="+ two clips in three seen as a title's are, wide and of any length: what ships",
        encoder=_BEYOND,
        learning={**_TAKES, "windows": True},
    ),
    "proxies-takes-shared": Arm(
        meaning="proxies-takes, four components on each pair of shots",
        encoder=_BEYOND,
        learning={**_TAKES, "together": 4},
    ),
    "proxies-guided": Arm(
        meaning="proxies-titles + guided encoder and decoder",
        learning=_TITLES,
    ),
    "proxies-shared": Arm(
        meaning="proxies-titles, four components on each pair of materials",
        encoder=_BEYOND,
        learning={**_TITLES, "together": 4},
    ),
    "proxies-full": Arm(
        meaning="proxies-statistics + guided encoder and decoder", learning=_PROXIES
    ),
    "unguided-decoder": Arm(
        meaning="control: queue, and the decoder without any guidance",
        encoder={**_SOURCE, "guided_encoder": False, "guided_decoder": False},
    ),
    "learned-tokens": Arm(
        meaning="control: full, with six free tokens for the centres",
        encoder={**_SOURCE, "guidance": "learned"},
    ),
    "random-tokens": Arm(
        meaning="control: full, with six fixed random tokens for the centres",
        encoder={**_SOURCE, "guidance": "random"},
    ),
    "k-means": Arm(
        meaning="full, with k-means centres",
        encoder={**_SOURCE, "guidance": "clusters"},
    ),
    "hot": Arm(
        meaning="full, at the temperature that the source prints",
        encoder=_SOURCE,
        learning={"temperature": 0.7},
    ),
    "queue-hot": Arm(
        meaning="queue, at the temperature that the source prints",
        encoder=_PLAIN,
        learning={"temperature": 0.7},
    ),
    "queue-average": Arm(
        meaning="queue, filled by the average encoder",
        encoder=_PLAIN,
        learning={"fill": "average"},
    ),
    "queue-early": Arm(
        meaning="queue, from the first step on, as the source's",
        encoder=_PLAIN,
        learning={"grown": 0.0},
    ),
    "in-batch-shared": Arm(
        meaning="in-batch, four components on each pair of materials",
        encoder=_PLAIN,
        learning={"queue": False, "together": 4},
    ),
    "queue-shared": Arm(
        meaning="queue, four components on each pair of materials",
        encoder=_PLAIN,
        learning={"together": 4},
    ),
    "queue-still": Arm(
        meaning="queue, with patches that see single frames, as the source's",
        encoder={**_PLAIN, "moving": False},
    ),
    "raw": Arm(
        meaning="full, the clip without its component as further input",
        encoder={**_SOURCE, "raw": True},
    ),
}
