"""The sample titles on disk: assembled once, each with its truth beside it."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pipelines.packages import digest, published
from pipelines.samples import assembly
from pipelines.samples.clips import CLIPS, fetch_clips
from pipelines.samples.pieces import Reel, Taken
from pipelines.samples.reel_one import REEL_ONE
from pipelines.samples.reel_two import REEL_TWO
from pipelines.samples.rushes import RUSHES

REELS = (REEL_ONE, REEL_TWO, RUSHES)

_ROOT = Path(__file__).resolve().parents[2]
# What a frame looks like is decided here: a title made by other code is made again.
_MAKERS = ("assembly.py", "clips.py", "drawn.py", "frames.py")


def default_folder() -> Path:
    """The folder named by KULESHOV_SAMPLES, else `samples` in KULESHOV_VAR or var."""
    var = Path(os.environ.get("KULESHOV_VAR") or _ROOT / "var")
    return Path(os.environ.get("KULESHOV_SAMPLES") or var / "samples")


def truth_path(folder: Path, reel: Reel) -> Path:
    """Where the truth about a title lies: its name with `.truth.json`."""
    return (folder / reel.file).with_suffix(".truth.json")


def missing(folder: Path, reels: Sequence[Reel] = REELS) -> list[Reel]:
    """The titles that `folder` lacks, or holds changed or from an older edit list."""
    return [reel for reel in reels if not _is_made(reel, folder)]


def install(folder: Path, reels: Sequence[Reel] = REELS) -> list[Path]:
    """Assemble every title that is missing in `folder`; return those it made.

    The clips are fetched for this and dropped after it; a second call does no network.
    Raises PackageError with one sentence when a clip cannot be had.
    """
    lacking = missing(folder, reels)
    if not lacking:
        return []
    with tempfile.TemporaryDirectory(prefix="kuleshov-clips-") as clips:
        fetch_clips(Path(clips))
        return [_make(reel, Path(clips), folder) for reel in lacking]


def truth_of(reel: Reel, spans: Sequence[assembly.Span]) -> dict[str, object]:
    """What is known about a title: docs/samples.md names every field."""
    places = {span.piece.name: number for number, span in enumerate(spans)}
    return {
        "name": reel.name,
        "rate": f"{reel.form.rate.numerator}/{reel.form.rate.denominator}",
        "start_tc": reel.form.timecode,
        "reel": reel.form.reel,
        "frames": spans[-1].end,
        "size": list(reel.form.size),
        "active": list(reel.form.active),
        "cuts": [span.first for span in spans[1:]],
        "shots": [_shot(span) for span in spans],
        "planted": [
            {
                "leaving": places[pair.leaving],
                "entering": places[pair.entering],
                "kind": pair.kind,
                "why": pair.why,
            }
            for pair in reel.planted
        ],
        "duplicates": [[places[name] for name in group] for group in reel.twins],
    }


def _shot(span: assembly.Span) -> dict[str, object]:
    piece = span.piece
    source, setup = "drawn", piece.name
    if isinstance(piece, Taken):
        source, setup = f"{piece.clip} {piece.first}-{piece.end}", piece.setup
    return {
        "first": span.first,
        "end": span.end,
        "name": piece.name,
        "source": source,
        "setup": setup,
        "role": piece.role,
        "people": piece.people,
        "note": piece.note,
    }


def _make(reel: Reel, clips: Path, folder: Path) -> Path:
    # Encoded elsewhere: a run that is killed must leave no half title to be ingested.
    title, encoded = folder / reel.file, clips / reel.file
    spans = assembly.assemble(reel.pieces, clips, encoded, reel.form)
    with published(title) as temporary:
        shutil.copyfile(encoded, temporary)
    encoded.unlink()
    truth = truth_of(reel, spans)
    truth |= {"recipe": _recipe(reel), "sha256": digest(title)}
    with published(truth_path(folder, reel)) as temporary:
        temporary.write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")
    return title


def _is_made(reel: Reel, folder: Path) -> bool:
    title = folder / reel.file
    try:
        truth = json.loads(truth_path(folder, reel).read_text(encoding="utf-8"))
        made = truth["recipe"] == _recipe(reel) and truth["sha256"] == digest(title)
    except (FileNotFoundError, ValueError, KeyError, TypeError):  # none, torn, foreign
        return False
    return bool(made)


def _recipe(reel: Reel) -> str:
    """A key of everything a title is made from: the edit list, the clips, this code."""
    code = [digest(Path(__file__).with_name(name)) for name in _MAKERS]
    made_from = repr((reel, sorted(CLIPS.items(), key=repr), code))
    return hashlib.sha256(made_from.encode()).hexdigest()
