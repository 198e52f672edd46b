"""Where the embedded servers keep their files, and which OS user owns them."""

import hashlib
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

# sockaddr_un.sun_path holds 108 bytes with its closing NUL (man 7 unix).
SOCKET_PATH_LIMIT = 107
LONGEST_SOCKET = "postgres/.s.PGSQL.5432"


class EmbeddedServerError(RuntimeError):
    """An embedded server cannot run here; the message says what to do now."""


def run_folder(var: Path) -> Path:
    """Return the folder of locks and start-up logs, `var/run`."""
    return var.resolve() / "run"


def socket_folder(var: Path) -> Path:
    """Return where the sockets lie: `var/run`, or a short hashed folder when that is too long."""
    near = run_folder(var)
    if len(os.fsencode(near / LONGEST_SOCKET)) <= SOCKET_PATH_LIMIT:
        return near
    digest = hashlib.sha256(os.fsencode(near)).hexdigest()[:16]
    # Not gettempdir(): every user of the tree must find the same folder, whatever its TMPDIR.
    return Path("/tmp") / f"kuleshov-{digest}"  # noqa: S108 (ownership is checked in own_folder)


def own_folder(folder: Path, owner: pwd.struct_passwd | None = None) -> None:
    """Create a folder for one user alone (0700), or 0711 when `owner` has to pass through it.

    Raises EmbeddedServerError when something else is in its place.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != os.geteuid():
        raise EmbeddedServerError(
            f"{folder} belongs to another user or is a link; remove it, or set KULESHOV_VAR to a folder of your own."
        )
    folder.chmod(0o711 if owner else 0o700)


def server_account(data: Path) -> pwd.struct_passwd | None:
    """Return the OS user PostgreSQL runs as when we are root (it refuses root), else None.

    That is the owner of the data where there are some, so that a tree used by an ordinary user
    keeps working for root; else `postgres`, else `nobody`.
    """
    if os.geteuid() != 0:
        return None
    if data.exists() and data.stat().st_uid != 0:
        return pwd.getpwuid(data.stat().st_uid)
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EmbeddedServerError(
        "PostgreSQL refuses to run as root and there is no user `postgres` or `nobody`: add one, or set DATABASE_URL."
    )


def run_as(
    account: pwd.struct_passwd | None, *argv: str | Path
) -> subprocess.CompletedProcess[str]:
    """Run a program as that user and return its exit code and output."""
    return subprocess.run(
        [str(part) for part in argv],
        cwd="/",  # the current folder may be closed to that user
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        umask=0o077,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )


def hand_over(folder: Path, account: pwd.struct_passwd | None) -> None:
    """Create a folder (0700) that belongs to the user the server runs as."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if account:
        shutil.chown(folder, account.pw_uid, account.pw_gid)
    folder.chmod(0o700)


def require_reach(account: pwd.struct_passwd | None, paths: Sequence[Path]) -> None:
    """Raise EmbeddedServerError naming the first path that user cannot enter."""
    if account is None:
        return
    for path in paths:
        if run_as(account, "/usr/bin/env", "test", "-x", path).returncode:
            raise EmbeddedServerError(
                f"PostgreSQL runs as the user {account.pw_name}, who cannot enter {path}: "
                "let others pass through it (chmod o+x), move the tree, run as an "
                "ordinary user, or set DATABASE_URL."
            )


if __name__ == "__main__":
    # Run as a plain file before anything is installed: can the server's user enter the tree?
    tree = Path(__file__).resolve().parents[2]
    try:
        require_reach(server_account(tree / "var" / "postgres"), [tree])
    except EmbeddedServerError as problem:
        sys.exit(f"Kuleshov: {problem}")
