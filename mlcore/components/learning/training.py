"""One training of an encoder: what it holds, and what a step does.

B: components in the batch (all programs together), E: length of an embedding
"""

from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from mlcore.checkpoint import (
    Meaning,
    Tensors,
    optimiser_tensors,
    prefixed,
    restore_optimiser,
    under,
)
from mlcore.components.component import CATEGORIES, Component
from mlcore.components.learning.arms import LearningConfig
from mlcore.components.learning.batches import Batch
from mlcore.components.learning.centres import followed, k_means, type_means
from mlcore.components.learning.losses import in_batch_loss, proxy_loss, queue_loss
from mlcore.components.learning.queues import Queues
from mlcore.components.network.config import EncoderConfig
from mlcore.components.network.encoder import ComponentEncoder
from mlcore.fit import (
    Average,
    World,
    cosine_rate,
    mixed_precision,
    seed_of,
    with_decay,
)

PROXY_RATE = 4.0
"""How much faster proxies learn than weights: each is compared with every clip, but is
the right one once in a round."""
LONGEST = 1.0
"""Gradients longer than this are shortened to it, as usual for transformers."""


class Training:
    """An encoder with its average, queues and optimiser, after `steps` steps."""

    def __init__(
        self,
        encoder: ComponentEncoder,
        config: LearningConfig,
        components: list[Component],
        device: torch.device,
        world: World | None = None,
    ) -> None:
        self.config, self.device = config, device
        self.world = world or World()
        self.components = components
        self.steps = 0
        self.encoder = encoder.to(device)
        embedding = encoder.config.embedding
        # The place after the last component is of clips without one.
        classes = len(components) + config.titles
        self.queues = Queues(classes, embedding).to(device)
        self.classes = nn.Linear(embedding, classes).to(device)
        nn.init.zeros_(self.classes.weight)
        nn.init.zeros_(self.classes.bias)
        self.proxies = nn.Embedding(classes, embedding).to(device)
        self._draw_proxies()
        self.average = Average(encoder, config.average)
        self.categories = torch.tensor(
            [CATEGORIES.index(each.category) for each in components], device=device
        )
        self.trained = nn.ModuleDict(
            {"encoder": encoder, "classes": self.classes, "proxies": self.proxies}
        )
        self.optimiser = torch.optim.AdamW(self._groups(), lr=0.0)

    def step(self, batch: Batch, done: float) -> float:
        """Go one step down with a batch, `done` 0..1 of the way; return the loss."""
        c, batch = self.config, batch.to(self.device)
        grown = done >= c.grown
        for group in self.optimiser.param_groups:
            group["lr"] = group["highest"] * cosine_rate(done, c.warm)
        with mixed_precision(self.device, wanted=c.mixed):
            own_one, own_two = self._seen(self.encoder, batch)
        one, two = self.world.gather(own_one), self.world.gather(own_two)
        components = self.world.gather(batch.components)
        if c.loss == "classes":
            loss = self._class_loss(own_one, own_two, batch.components)
        else:
            loss = self._contrast(one, two, components, grown=grown)
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.world.sum_gradients(self.trained.parameters())
        nn.utils.clip_grad_norm_(self.trained.parameters(), LONGEST)
        self.optimiser.step()
        self.average.follow(self.encoder, self.steps)
        self._remember(batch, one, two, components)
        if grown and self.queues.full:
            self._guide()
        self.steps += 1
        return float(loss.item())

    @torch.no_grad()
    def begin_proxies(self, references_NE: Tensor) -> None:
        """Put the proxies where an encoder that begins trained sees their components."""
        self.proxies.weight.copy_(references_NE)

    @torch.no_grad()
    def _draw_proxies(self) -> None:
        chance = torch.Generator().manual_seed(seed_of("proxies", self.config.seed))
        drawn = torch.randn(self.proxies.weight.shape, generator=chance)
        self.proxies.weight.copy_(nn.functional.normalize(drawn, dim=1))

    def _class_loss(
        self, one_BE: Tensor, two_BE: Tensor, components_B: Tensor
    ) -> Tensor:
        """Of this program's rows alone: the gradients of all programs are added."""
        said = self.classes(torch.cat([one_BE, two_BE]))
        return cross_entropy(said, components_B.repeat(2)) / self.world.size

    def _shared_proxies(self) -> Tensor:
        """The proxies for a loss over all rows: every program computes it, and gradients are added."""
        still = self.proxies.weight.detach()
        return still + (self.proxies.weight - still) / self.world.size

    def _contrast(
        self, one_BE: Tensor, two_BE: Tensor, components_B: Tensor, *, grown: bool
    ) -> Tensor:
        c = self.config
        one_BE, two_BE = (nn.functional.normalize(e, dim=1) for e in (one_BE, two_BE))
        loss = in_batch_loss(one_BE, two_BE, components_B, c.temperature)
        both_ME, components_M = torch.cat([one_BE, two_BE]), components_B.repeat(2)
        if c.proxies:
            proxies_NE = self._shared_proxies()
            loss = loss + proxy_loss(
                both_ME, components_M, proxies_NE, c.temperature, c.margin
            )
        if c.queue and grown:
            references = self.queues.references()
            loss = loss + queue_loss(both_ME, components_M, *references, c.temperature)
        return loss

    @torch.no_grad()
    def _remember(
        self, batch: Batch, one_BE: Tensor, two_BE: Tensor, components_B: Tensor
    ) -> None:
        """After the loss: the batch joins its queues."""
        if self.config.fill == "average":
            with mixed_precision(self.device, wanted=self.config.mixed):
                one, two = self._seen(self.average.network, batch)
            one_BE, two_BE = self.world.gather(one), self.world.gather(two)
        both = (nn.functional.normalize(e, dim=1) for e in (one_BE, two_BE))
        joined = sum(both, torch.zeros_like(one_BE))
        # Of several clips without a component one joins the queue that they share.
        plain_B = components_B == len(self.components)
        kept = ~plain_B | (plain_B.cumsum(0) == 1)
        self.queues.push(components_B[kept], joined[kept])

    @torch.no_grad()
    def _guide(self) -> None:
        """The centres follow their queues."""
        encoder, kind = self.encoder, self.encoder.config.guidance
        fresh = not encoder.begun
        references = self.queues.references()[0][: len(self.components)]
        if kind == "types":
            new = type_means(references, self.categories, encoder.config.guides)
            encoder.guides.copy_(new if fresh else followed(encoder.guides, new))
        elif kind == "clusters":
            chance = torch.Generator().manual_seed(self.config.seed)
            start = None if fresh else encoder.guides
            new = k_means(
                references,
                encoder.config.guides,
                start_GE=start,
                rounds=20 if fresh else 1,
                chance=chance,
            )
            encoder.guides.copy_(new if fresh else followed(encoder.guides, new))
        encoder.begin_guidance()

    def _seen(self, encoder: ComponentEncoder, batch: Batch) -> tuple[Tensor, Tensor]:
        """Embeddings of both views of this program's rows, of any length."""
        clips = torch.cat([batch.one, batch.two]).float() / 255
        raw = None
        if batch.raw_one is not None and batch.raw_two is not None:
            raw = torch.cat([batch.raw_one, batch.raw_two]).float() / 255
        one, two = encoder.embed(clips, raw).chunk(2)
        return one, two

    def _groups(self) -> list[dict[str, Any]]:
        c, named = self.config, list(self.trained.named_parameters())
        clip = [each for each in named if ".vision." in each[0]]
        proxies = [each for each in named if each[0].startswith("proxies.")]
        apart = {name for name, _ in clip + proxies}
        rest = [each for each in named if each[0] not in apart]
        return (
            with_decay(rest, c.decay, highest=c.rate)
            + (with_decay(clip, c.decay, highest=c.clip_rate) if clip else [])
            + with_decay(proxies, 0.0, highest=PROXY_RATE * c.rate)
        )

    def tensors(self) -> Tensors:
        """Return all that going on needs, as tensors."""
        return {
            **prefixed("trained", self.trained.state_dict()),
            **prefixed("average", self.average.network.state_dict()),
            **prefixed("queues", self.queues.state_dict()),
            **prefixed("optimiser", optimiser_tensors(self.optimiser, self.trained)),
        }

    def meaning(self) -> Meaning:
        """Return what the tensors are, for JSON."""
        return {
            "steps": self.steps,
            "encoder": asdict(self.encoder.config),
            "learning": asdict(self.config),
            "components": [each.key for each in self.components],
        }

    def restore(self, tensors: Tensors, meaning: Meaning) -> None:
        """Go on where another training of the same meaning was.

        Raises ValueError when it was another training.
        """
        own = self.meaning()
        for name in ("encoder", "learning", "components"):
            if own[name] != meaning.get(name):
                raise ValueError(f"the checkpoint is of a training with other {name}")
        self.trained.load_state_dict(under("trained", tensors))
        self.average.network.load_state_dict(under("average", tensors))
        self.queues.load_state_dict(under("queues", tensors))
        restore_optimiser(self.optimiser, self.trained, under("optimiser", tensors))
        self.steps = int(meaning["steps"])


def new_encoder(config: EncoderConfig, seed: int) -> ComponentEncoder:
    """Return an untrained encoder."""
    return ComponentEncoder(config, torch.Generator().manual_seed(seed))
