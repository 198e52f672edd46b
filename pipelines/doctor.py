"""What the workers would find on this machine: devices, weights, artwork, sandbox, libraries.

python -m pipelines.doctor [--json]
"""

import argparse
import json
import os
import sys
from importlib.metadata import version

import av
import torch

from catalog.back_ends import BACK_ENDS
from pipelines.artwork import files as artwork
from pipelines.media.bubblewrap import bubblewrap_works
from pipelines.weights import default_folder, missing

Report = dict[str, object]


def devices() -> list[str]:
    """Return the devices torch computes on here, the first being the one that is used."""
    if torch.cuda.is_available():
        return [
            f"cuda:{index} {torch.cuda.get_device_name(index)}, "
            f"{torch.cuda.get_device_properties(index).total_memory / 2**30:.0f} GiB"
            for index in range(torch.cuda.device_count())
        ]
    return [f"cpu, {torch.get_num_threads()} threads of {os.cpu_count()} cores"]


def report() -> Report:
    """Return what is here and what is missing."""
    folder = default_folder()
    return {
        "torch": torch.__version__,
        "libraries": {
            "av": av.__version__,
            "ffmpeg": av.ffmpeg_version_info,
            "opencv": version("opencv-python-headless"),
        },
        "devices": devices(),
        "weights_folder": str(folder),
        "weights_missing": [weight.file for weight in missing(folder)],
        "editing_weights": {
            each.key: (folder / each.folder / "model_index.json").is_file()
            for each in BACK_ENDS.values()
            if each.folder
        },
        "artwork_missing": artwork.missing(folder),
        "bubblewrap": bubblewrap_works(),
    }


def main() -> int:
    """Print the report; 1 when weights or artwork are missing."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.doctor")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    as_json = parser.parse_args().json
    found = report()
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        lines = [f"{name}: {value}" for name, value in found.items()]
        sys.stdout.write("\n".join(lines) + "\n")
    return int(bool(found["weights_missing"] or found["artwork_missing"]))


if __name__ == "__main__":
    raise SystemExit(main())
