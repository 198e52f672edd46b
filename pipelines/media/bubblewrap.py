"""The walls around the decoder where the machine allows it: bubblewrap."""

import functools
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

CHILD = "pipelines.media.child"
PACKAGE = Path(__file__).resolve().parent
ROOT = PACKAGE.parents[1]
SYSTEM_FOLDERS = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache")


def child_command(verb: str) -> list[str]:
    """The command line of the child; ``-P`` keeps its folder off the import path."""
    start = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); "
        f"from {CHILD}.main import main; main()"
    )
    return [sys.executable, "-I", "-B", "-c", start, str(ROOT), verb]


def child_environment() -> dict[str, str]:
    """Nothing of ours, and no thread pools: those would count against the limits."""
    return {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}


def walled(command: list[str]) -> list[str]:
    """``command`` inside bubblewrap: no network, no writable place, only the runtime."""
    wrap = [
        *(shutil.which("bwrap") or "bwrap", "--unshare-all", "--die-with-parent"),
        *("--new-session", "--cap-drop", "ALL"),
    ]
    for folder in SYSTEM_FOLDERS:
        if Path(folder).is_symlink():
            wrap += ["--symlink", str(Path(folder).readlink()), folder]
        elif Path(folder).exists():
            wrap += ["--ro-bind", folder, folder]
    for path in _runtime():
        wrap += ["--ro-bind", str(path), str(path)]
    return [*wrap, "--remount-ro", "/", "--", *command]


@functools.cache
def bubblewrap_works() -> bool:
    """Whether a child can start inside bubblewrap here; found out once, by starting it."""
    if shutil.which("bwrap") is None:
        return False
    try:
        trial = subprocess.run(
            walled(child_command("check")),
            env=child_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return trial.returncode == 0


def _runtime() -> list[Path]:
    """The interpreter, its libraries and our own package, nothing named twice."""
    library = sysconfig.get_paths()
    wanted = [
        Path(sys.prefix),
        *_hops(Path(sys.executable)),
        *(Path(library[kind]) for kind in ("stdlib", "platstdlib", "purelib")),
        ROOT / "pipelines" / "__init__.py",
        PACKAGE,
    ]
    if sysconfig.get_config_var("Py_ENABLE_SHARED"):
        folder, name = (sysconfig.get_config_var(v) for v in ("LIBDIR", "INSTSONAME"))
        wanted.append(Path(str(folder)) / str(name))
    kept: list[Path] = []
    for path in wanted:
        roofs = [*map(Path, SYSTEM_FOLDERS), *kept]
        covered = any(path.is_relative_to(roof) for roof in roofs)
        if path.exists() and not covered:
            kept.append(path)
    return kept


def _hops(path: Path) -> list[Path]:
    """Every step from a symbolic link to the file: the loader walks all of them."""
    hops = []
    while path.is_symlink():
        path = path.parent / path.readlink()
        hops.append(path)
    return hops
