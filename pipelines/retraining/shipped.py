"""The clip encoder that ships: live from the first start, until a better one was trained."""

from __future__ import annotations

import hashlib
import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction

from catalog.files import local_path
from catalog.models import EncoderVersion, Promotion, Title
from catalog.services import ask_promotion
from mlcore.checkpoint import UnusableCheckpoint
from mlcore.videomae import weights
from mlcore.videomae.trained import load_trained
from pipelines.clips import STRIDE
from pipelines.encoders import put_live
from pipelines.errors import PipelineError
from pipelines.trained import keep_weights, weights_key

if TYPE_CHECKING:
    from typing import Any

CLIP = EncoderVersion.Family.CLIP
SHIPPED = Path(weights.__file__).parent / "clips.safetensors"
WORDS = "the one that ships, learned from drawn motion"
REASON = "The one that ships with this release."


def set_up_clips(shipped: Path = SHIPPED) -> EncoderVersion:
    """Write the clip encoder that ships down, and put it in use where none ever was.

    Where titles are there already, a job makes its rows of them first, and then puts it
    live. Where a clip encoder was live before, also one that somebody has rolled back,
    it is only offered. Safe to repeat. Raises PipelineError where it cannot be loaded.
    """
    try:
        sha256 = hashlib.sha256(shipped.read_bytes()).hexdigest()
        config = _config(shipped)
    except (OSError, UnusableCheckpoint) as error:
        raise PipelineError(
            f"The clip encoder that ships cannot be loaded ({error})."
        ) from error
    if not local_path(weights_key(sha256)).is_file():
        keep_weights(partial(_copy, shipped), "clips-shipped")
    known = EncoderVersion.objects.filter(family=CLIP, weights_sha256=sha256).first()
    return known or _written_down(sha256, config)


@transaction.atomic
def _written_down(sha256: str, config: dict[str, Any]) -> EncoderVersion:
    told: dict[str, Any] = {"name": "clip encoder that ships", "config": config}
    before = EncoderVersion.objects.actives().filter(family=CLIP)
    first = not (before.exists() or Promotion.objects.filter(family=CLIP).exists())
    if first and not Title.objects.exists():
        return put_live(CLIP, sha256, reason=REASON, **told)
    made = EncoderVersion.objects.create(family=CLIP, weights_sha256=sha256, **told)
    if first:
        ask_promotion(made, user=None, reason=REASON)
    return made


def _config(shipped: Path) -> dict[str, Any]:
    trained = load_trained(shipped)
    return {
        "words": WORDS,
        "size": trained.config.size,
        "stride": STRIDE,
        "shipped": True,
    }


def _copy(shipped: Path, path: Path) -> None:
    shutil.copyfile(shipped, path)
    path.with_suffix(".json").write_text("{}", encoding="utf-8")
