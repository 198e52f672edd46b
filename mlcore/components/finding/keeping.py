"""A detector on disk: half-precision arrays as safetensors, with the keys of what it knows."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save_file

from mlcore.boosted import Boosted
from mlcore.checkpoint import written_whole
from mlcore.components.finding.detector import Detector
from mlcore.components.finding.presence import Presence
from mlcore.components.finding.softmax import Softmax

FORMAT = 4


def save_detector(detector: Detector, path: Path, known: dict[str, Any]) -> None:
    """Write it, with what else is known: its encoder, figures. Raises UnsavedCheckpoint."""
    meaning = {**known, "format": FORMAT, "keys": detector.keys}
    arrays = {
        name: np.ascontiguousarray(_halved(name, array))
        for name, array in detector.arrays().items()
    }
    with written_whole(path) as temporary:
        save_file(arrays, temporary, {"detector": json.dumps(meaning)})


def load_detector(path: Path) -> tuple[Detector, dict[str, Any]]:
    """Return what was saved. Raises ValueError when the file is broken, OSError without it."""
    try:
        with safe_open(path, "numpy") as opened:
            meaning = _understood((opened.metadata() or {})["detector"])
        arrays = {name: _widened(array) for name, array in load_file(path).items()}
        detector = Detector(
            at_cuts=_presence("at_cuts", arrays),
            on_shots=_presence("on_shots", arrays),
            in_shots=_presence("in_shots", arrays),
            category=Softmax(
                weight=arrays["category.weight"],
                bias=arrays["category.bias"],
                share=arrays["category.share"],
                temperature=float(arrays["category.temperature"][0]),
            ),
            known=arrays["known"],
            references=arrays["references"],
            categories=arrays["categories"],
            keys=tuple(meaning["keys"]),
            plain=arrays["plain"],
            fitted=arrays["fitted"],
        )
    except (SafetensorError, KeyError, ValueError) as error:
        raise ValueError(f"{path.name} holds no detector ({error})") from error
    return detector, meaning


def _understood(text: str) -> dict[str, Any]:
    meaning: dict[str, Any] = json.loads(text)
    if meaning["format"] != FORMAT:
        raise ValueError("it has the format of another version")
    return meaning


def _presence(name: str, arrays: dict[str, Any]) -> Presence:
    slope, offset = arrays[f"{name}.numbers"].tolist()
    trees = {each.name: arrays[f"{name}.trees.{each.name}"] for each in fields(Boosted)}
    return Presence(
        trees=Boosted(**trees),
        slope=slope,
        weight=arrays[f"{name}.weight"],
        offset=offset,
    )


def _widened(array: np.ndarray[Any, np.dtype[Any]]) -> Any:
    return array.astype(np.float64) if array.dtype.kind == "f" else array


def _halved(name: str, array: np.ndarray[Any, np.dtype[Any]]) -> Any:
    # The references are nearly all of it, and cosines need no more.
    return array.astype(np.float16) if name == "references" else array
