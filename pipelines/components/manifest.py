"""What a folder of rendered components holds: its form, and one line a clip."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipelines.media.files import write_whole
from pipelines.packages import digest

SET_FILE, MANIFEST = "set.json", "manifest.jsonl"


class SetError(Exception):
    """A folder cannot take these clips. One sentence."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One clip: which component, on which materials, in which file."""

    file: str
    component: str
    category: str
    base: str
    preset: int
    split: str
    """train or unseen"""
    pool: str
    """Of the materials: train or test"""
    pair: int
    bytes: int
    sha256: str


class Manifest:
    """The clips of a folder that are finished; one that was being written is not.

    One run at a time fills a folder. A line is written only once its file is whole on disk, and a line that was torn or
    whose file is gone or of another length does not count.
    """

    def __init__(self, folder: Path, form: dict[str, Any]) -> None:
        """Open a folder's manifest; raises SetError if it holds clips of another form."""
        self._folder, self._path = folder, folder / MANIFEST
        folder.mkdir(parents=True, exist_ok=True)
        _demand_form(folder / SET_FILE, form)
        for half in folder.rglob(".*.part.mp4"):  # of a run that was killed
            half.unlink()
        self.entries = {each.file: each for each in self._read() if self._stands(each)}
        lines = [json.dumps(asdict(each)) + "\n" for each in self.entries.values()]
        write_whole(self._path, "".join(lines).encode())

    def add(self, entry: dict[str, Any]) -> Entry:
        """Note a clip whose file is there; its length and hash are taken from the file."""
        path = self._folder / entry["file"]
        made = Entry(**entry, bytes=path.stat().st_size, sha256=digest(path))
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(made)) + "\n")
        self.entries[made.file] = made
        return made

    def _stands(self, entry: Entry) -> bool:
        path = self._folder / entry.file
        return path.is_file() and path.stat().st_size == entry.bytes

    def _read(self) -> list[Entry]:
        if not self._path.is_file():
            return []
        entries = []
        for line in self._path.read_text(encoding="utf-8").splitlines():
            try:
                entries.append(Entry(**json.loads(line)))
            except (ValueError, TypeError):  # torn by a kill: its clip is made again
                continue
        return entries


def _demand_form(path: Path, form: dict[str, Any]) -> None:
    if not path.is_file():
        write_whole(path, (json.dumps(form, indent=1) + "\n").encode())
        return
    held = json.loads(path.read_text(encoding="utf-8"))
    if held != form:
        other = [name for name in form if held.get(name) != form[name]]
        raise SetError(
            f"{path.parent} holds clips made with another {', '.join(other)}: name an "
            "empty folder, or the settings it was begun with."
        )
