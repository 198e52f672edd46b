"""Whether features find where a thing's parts went: the control of the correction's field.

T: frames, D, g, k: features, their height and width, P: places of a thing
Features are (T, D, g, k) throughout.
"""

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from mlcore.editing.correction import CorrectionConfig, listening, nearest
from mlcore.editing.inversion import Inverted
from mlcore.editing.network.denoiser import Condition, Denoiser
from mlcore.editing.world import Scenes

ASKED = 4
"""Steps, evenly over those that are corrected, at which features are looked at"""
NEAR = 1.0
"""Places of the features' size; a neighbour so far from the truth counts as right"""


@torch.no_grad()
def field_right(
    denoiser: Denoiser, inverted: Inverted, seen: Condition, scenes: Scenes
) -> dict[str, float]:
    """Return which share of a thing's places is found again in the next frame, 0..1.

    As frames follow one another; with half a clip between what is taken for neighbours;
    and by choosing among the thing's places blindly.
    """
    config = CorrectionConfig()
    corrected = int(config.until * len(inverted.steps))
    shares = []
    for place in range(0, corrected, max(1, corrected // ASKED)):
        with listening(denoiser.unet, config.block) as heard:
            denoiser.eps(inverted.latents[place], inverted.steps[place], seen)
        shares.append(_shares(heard[0], scenes))
    names = ("field_right", "field_right_shuffled", "field_right_blind")
    means = torch.tensor(shares).mean(dim=0).tolist()
    return dict(zip(names, means, strict=True))


def _shares(features: Tensor, scenes: Scenes) -> tuple[float, float, float]:
    frames = len(features)
    inside = _coarse(scenes, features)
    true: list[Tensor] = []
    shuffled: list[Tensor] = []
    blind: list[Tensor] = []
    for frame in range(frames - 1):
        after = frame + 1
        wanted = _went(scenes, features, inside[frame], frame)
        for shares, other in (
            (true, after),
            (shuffled, (after + frames // 2) % frames),
        ):
            field = nearest(
                features[frame].flatten(1).T,
                features[other].flatten(1).T,
                inside[other].flatten(),
            )
            found = _at(field[inside[frame].flatten()], features)
            shares.append(((found - wanted).norm(dim=1) <= NEAR).float().mean())
        there = _at(inside[after].flatten().nonzero()[:, 0], features)
        blind.append((torch.cdist(wanted, there) <= NEAR).float().mean())
    one, two, three = (
        float(torch.stack(each).mean()) for each in (true, shuffled, blind)
    )
    return one, two, three


def _coarse(scenes: Scenes, features: Tensor) -> Tensor:
    """(T, g, k) bool: where at least half of a coarse place is the thing."""
    size = (features.shape[2], features.shape[3])
    return adaptive_avg_pool2d(scenes.masks[0].float(), size) >= 0.5


def _went(scenes: Scenes, features: Tensor, inside: Tensor, frame: int) -> Tensor:
    """(P, 2) x, y in coarse places: where the thing's places are in the next frame."""
    k = features.shape[-1]
    moved = (scenes.at[0, frame + 1] - scenes.at[0, frame]) * k
    return _at(inside.flatten().nonzero()[:, 0], features) + moved


def _at(flat: Tensor, features: Tensor) -> Tensor:
    """(P, 2) x, y of flat places."""
    k = features.shape[-1]
    return torch.stack([flat % k, flat // k], dim=1).float()
