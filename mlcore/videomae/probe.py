"""What frozen features hold: a linear, a nearest-neighbour and an attentive probe.

N: labelled clips, S: cubes of a clip, D: width, K: classes
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize, one_hot

from mlcore.fit import cosine_rate, seed_of
from mlcore.nn import Attention
from mlcore.videomae.encoder import ClipEncoder
from mlcore.videomae.finetune import accuracy

STRENGTHS = (0.1, 1.0, 10.0, 100.0, 1000.0)
"""Of the ridge, in units of a standardised feature; the best on a fifth of the labels"""
FIFTH = 5


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """Clips' features and their classes."""

    features: Tensor
    """(N, D), or (N, S, D) for the attentive probe"""
    labels: Tensor
    """(N,) int64, 0..K - 1"""

    def to(self, device: torch.device) -> "Labelled":
        """Return them on a device."""
        return Labelled(
            features=self.features.to(device), labels=self.labels.to(device)
        )


@torch.no_grad()
def tokens_of(
    encoder: ClipEncoder,
    clips_NTCHW: Tensor,
    device: torch.device,
    batch: int = 64,
) -> Tensor:
    """Return (N, S, D) float16 on the processor, of clips uint8."""
    found = [
        encoder(part.to(device)).half().cpu()
        for part in torch.split(clips_NTCHW, batch)
    ]
    return torch.cat(found)


def linear_probe(known: Labelled, asked: Labelled) -> float:
    """Return the accuracy 0..1 of a ridge regression onto the classes.

    By its closed form, on features standardised by those that are known.
    """
    fifth = len(known.labels) // FIFTH
    held, rest = _part(known, slice(0, fifth)), _part(known, slice(fifth, None))
    best = max(STRENGTHS, key=lambda strength: _ridge(rest, held, strength))
    return _ridge(known, asked, best)


def neighbour_probe(known: Labelled, asked: Labelled, nearest: int = 10) -> float:
    """Return the accuracy 0..1 of the classes of the nearest known clips, by cosine.

    Each votes by how like it is, as in Wu et al. (arXiv 1805.01978), temperature .07.
    """
    alike = normalize(asked.features.float()) @ normalize(known.features.float()).T
    weights, places = alike.topk(min(nearest, len(known.labels)), dim=1)
    votes = one_hot(known.labels[places]).float() * (weights / 0.07).exp()[..., None]
    return accuracy(votes.sum(1), asked.labels)


class AttentiveProbe(nn.Module):
    """One learned query asks all tokens; a linear layer says the class.

    After the probe of V-JEPA (arXiv 2404.08471, section 5), which has a feed-forward
    layer between.
    """

    def __init__(self, dims: int, classes: int, heads: int = 4) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(dims)
        self.query = nn.Parameter(torch.zeros(1, 1, dims))
        self.look = Attention(dims, heads)
        self.head = nn.Linear(dims, classes)

    def forward(self, tokens_BSD: Tensor) -> Tensor:
        """Return (B, K) logits."""
        asked_B1D = self.query.expand(len(tokens_BSD), -1, -1)
        found_B1D = self.look(asked_B1D, self.norm(tokens_BSD))
        said: Tensor = self.head(found_B1D[:, 0])
        return said


def attentive_probe(
    known: Labelled,
    asked: Labelled,
    *,
    steps: int = 600,
    batch: int = 64,
    rate: float = 1e-3,
    seed: int = 0,
) -> float:
    """Return the accuracy 0..1 of a probe that learns which tokens to read.

    Features are (N, S, D); the encoder learns nothing. It learns where they are.
    """
    chance = torch.Generator().manual_seed(seed_of("attentive", seed))
    dims, classes = known.features.shape[2], int(known.labels.max()) + 1
    probe = AttentiveProbe(dims, classes)
    with torch.no_grad():
        for name, each in probe.named_parameters():
            if each.dim() > 1:
                each.normal_(0, 0.02, generator=chance)
            elif name.endswith("bias"):
                each.zero_()
    probe.to(known.features.device)
    optimiser = torch.optim.AdamW(probe.parameters(), lr=rate, weight_decay=0.05)
    for step in range(steps):
        chosen = torch.randint(0, len(known.labels), (batch,), generator=chance)
        optimiser.param_groups[0]["lr"] = rate * cosine_rate(step / steps)
        said = probe(known.features[chosen].float())
        loss = cross_entropy(said, known.labels[chosen])
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    with torch.no_grad():
        parts = [probe(part.float()) for part in torch.split(asked.features, 256)]
    return accuracy(torch.cat(parts), asked.labels)


def _part(known: Labelled, rows: slice) -> Labelled:
    return Labelled(features=known.features[rows], labels=known.labels[rows])


def _ridge(known: Labelled, asked: Labelled, strength: float) -> float:
    x, unseen = known.features.double(), asked.features.double()
    middle, spread = x.mean(0), x.std(0) + 1e-6
    x, unseen = (x - middle) / spread, (unseen - middle) / spread
    wanted = one_hot(known.labels, int(known.labels.max()) + 1).double()
    mean = wanted.mean(0)
    gram = x.T @ x + strength * torch.eye(x.shape[1], dtype=torch.float64)
    weights = torch.linalg.solve(gram, x.T @ (wanted - mean))
    return accuracy(unseen @ weights + mean, asked.labels)
