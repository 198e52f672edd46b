"""Command line: python -m pipelines.artwork [--folder FOLDER] [--check] [--json]."""

import argparse
import json
import sys
from pathlib import Path

from pipelines.artwork.files import FILES, install, missing
from pipelines.packages import PackageError
from pipelines.weights import default_folder


def main() -> int:
    """Make what is missing of the artwork; 0 when all of it is there."""
    arguments = _arguments()
    folder: Path = arguments.folder
    try:
        made = [] if arguments.check else install(folder)
    except (PackageError, OSError, ValueError) as error:
        _say_error(f"The artwork was not made: {error}", as_json=arguments.json)
        return 1
    lacking = missing(folder)
    rows = [
        {
            "file": file,
            "state": "missing"
            if file in lacking
            else "made now"
            if file in made
            else "present",
        }
        for file in FILES
    ]
    if arguments.json:
        document = {"folder": str(folder), "files": rows}
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
    else:
        lines = [f"{row['state']:<9} {row['file']}" for row in rows]
        sys.stdout.write("\n".join([f"Artwork in {folder}:", *lines]) + "\n")
    return int(bool(lacking))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m pipelines.artwork",
        description="Draw stickers, letters and materials out of pinned packages.",
    )
    parser.add_argument("--folder", type=Path, default=default_folder())
    parser.add_argument("--check", action="store_true", help="only look, make nothing")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    return parser.parse_args()


def _say_error(sentence: str, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps({"error": sentence}) + "\n")
    else:
        sys.stderr.write(sentence + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
