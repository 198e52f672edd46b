"""Contrast within the batch, against the queues of all components, or against proxies.

B: components in the batch, N: all components, E: length of an embedding
"""

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, normalize, one_hot

TEMPERATURE = 0.07
"""The source prints .7, its code uses .07. With cosines and N = 3,094 the positive's
probability cannot pass .0056 at .7: nearly uniform weights for all negatives, so that
hard ones count no more than easy ones."""


def in_batch_loss(
    one_BE: Tensor, two_BE: Tensor, components_B: Tensor, temperature: float
) -> Tensor:
    """Return the mean loss of finding each clip's other clip among all of the batch.

    `one` and `two` hold, row by row, embeddings of length 1 of the same component on
    different material; a row's negatives are the 2B - 2 clips of other components. A
    clip is no candidate for itself: its own similarity is -inf (SimCLR's NT-Xent, arXiv
    2002.05709, equation 1), nor for another row of the same component, as those of clips
    without one are.
    """
    both, components = torch.cat([one_BE, two_BE]), components_B.repeat(2)
    B = len(one_BE)
    other = torch.arange(2 * B, device=both.device).roll(B)
    hidden = components[:, None] == components[None]
    hidden[torch.arange(2 * B, device=both.device), other] = False
    logits = (both @ both.T / temperature).masked_fill(hidden, float("-inf"))
    return cross_entropy(logits, other)


def queue_loss(
    clips_ME: Tensor,
    components_M: Tensor,
    references_NE: Tensor,
    filled_N: Tensor,
    temperature: float,
) -> Tensor:
    """Return the mean loss of finding each clip's component among all filled queues.

    Clips, and the references (means of queues), have length 1. Clips whose own queue is
    empty are left out; without any the loss is 0. The references must not hold the clips
    themselves: call this before they join their queues.
    """
    known = filled_N[components_M]
    if not known.any():
        return clips_ME.sum() * 0.0
    logits = clips_ME[known] @ references_NE.T / temperature
    logits = logits.masked_fill(~filled_N, float("-inf"))
    return cross_entropy(logits, components_M[known])


def proxy_loss(
    clips_ME: Tensor,
    components_M: Tensor,
    proxies_NE: Tensor,
    temperature: float,
    margin: float = 0.0,
) -> Tensor:
    """Return the mean loss of finding each clip's component among learned proxies of all.

    Clips have length 1, proxies any. A proxy is a free vector that learns where its
    component's clips are, so it is never out of date as a queue is (Movshovitz-Attias et
    al., arXiv 1703.07464; normalised and with a temperature as in Zhai & Wu, 1811.12649).
    With a margin a clip's own proxy has to be nearer than all others by as much of a
    cosine, so that what else is in the clip has less room (CosFace, Wang et al., 1801.09414).
    """
    alike = clips_ME @ normalize(proxies_NE, dim=1).T
    own = one_hot(components_M, len(proxies_NE))
    return cross_entropy((alike - margin * own) / temperature, components_M)
