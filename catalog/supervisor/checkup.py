"""What `doctor` looks at: each finding says what is there, or what is wrong and what to do."""

import json
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from kombu.exceptions import OperationalError

from catalog import embedded
from catalog.celery import app
from catalog.supervisor.children import BASE
from catalog.supervisor.commands import module_command

# The first release with iterative index scans and their fixes that our queries rely on.
OLDEST_PGVECTOR = (0, 8, 3)


@dataclass(frozen=True)
class Finding:
    """One line of the report. `good` is False for what has to be put right."""

    name: str
    good: bool
    says: str

    def as_document(self) -> dict[str, Any]:
        """Return the finding as it stands in the JSON document."""
        return asdict(self)


def _fine(name: str, says: str) -> Finding:
    return Finding(name, good=True, says=says)


def _wrong(name: str, says: str) -> Finding:
    return Finding(name, good=False, says=says)


def findings() -> Iterator[Finding]:
    """Look at everything, servers first; nothing raises, what fails is a finding."""
    yield _fine("python", f"{platform.python_version()} in {BASE}")
    yield _fine("django", django.get_version())
    with _servers() as problem:
        if problem:
            yield _wrong("servers", problem)
        else:
            yield from (_database(), _extension(), _tables(), _broker(), _workers())
    yield from _machine()
    yield _disk()


@contextmanager
def _servers() -> Iterator[str]:
    """Have the embedded servers up for the block; gives the reason when they cannot be."""
    with ExitStack() as stay:
        try:
            stay.enter_context(embedded.services(embedded.var_folder()))
        except embedded.EmbeddedServerError as error:
            yield str(error)
            return
        yield ""


def _database() -> Finding:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            said = str(cursor.fetchone()[0])
    except DatabaseError as error:
        return _wrong("database", f"{str(error).strip()}: check DATABASE_URL")
    return _fine("database", f"PostgreSQL {said} at {_place('HOST')}")


def _extension() -> Finding:
    query = "SELECT default_version FROM pg_available_extensions WHERE name = 'vector'"
    try:
        with connection.cursor() as cursor:
            cursor.execute(query)
            row = cursor.fetchone()
    except DatabaseError as error:
        return _wrong("pgvector", str(error).strip())
    oldest = ".".join(map(str, OLDEST_PGVECTOR))
    if row is None:
        return _wrong("pgvector", f"not there: install pgvector {oldest} or newer")
    said = str(row[0])
    enough = tuple(int(part) for part in said.split(".")) >= OLDEST_PGVECTOR
    return Finding(
        "pgvector", enough, said if enough else f"{said}, older than {oldest}"
    )


def _tables() -> Finding:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return _wrong("tables", str(error).strip())
    if waiting:
        return _wrong("tables", f"{len(waiting)} migrations to do: run migrate")
    return _fine("tables", "up to date")


def _broker() -> Finding:
    try:
        with app.connection_for_write() as line:
            line.ensure_connection(max_retries=1, timeout=5)
            channel: Any = line.default_channel
            server = channel.client.info("server")
    except (OperationalError, OSError) as error:
        return _wrong("broker", f"{error}: check BROKER_URL")
    kind = "Valkey" if "valkey_version" in server else "Redis"
    said = server.get("valkey_version") or server.get("redis_version")
    return _fine("broker", f"{kind} {said}")


def _workers() -> Finding:
    try:
        answers = app.control.ping(timeout=1.0) or []
    except (OperationalError, OSError) as error:
        return _wrong("workers", str(error))
    names = sorted(name for answer in answers for name in answer)
    return _fine("workers", ", ".join(names) or "none runs now")


def _machine() -> Iterator[Finding]:
    # A program of its own: what serves pages never loads torch.
    ran = subprocess.run(
        module_command("pipelines.doctor", "--json"),
        cwd=BASE,
        env={**os.environ, "KULESHOV_WEIGHTS": str(settings.WEIGHTS_ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        found = json.loads(ran.stdout)
    except ValueError:
        yield _wrong("pipelines", f"do not load: {ran.stderr.strip()[-500:]}")
        return
    libraries = ", ".join(f"{name} {said}" for name, said in found["libraries"].items())
    yield _fine("torch", str(found["torch"]))
    yield _fine("libraries", libraries)
    yield _fine("devices", "; ".join(found["devices"]))
    folder = str(found["weights_folder"])
    for what in ("weights", "artwork"):
        yield _placed(what, folder, found[f"{what}_missing"])
    yield _sandbox(walled=found["bubblewrap"])


def _placed(what: str, folder: str, lacking: list[str]) -> Finding:
    if lacking:
        wanted = f"missing in {folder}: {', '.join(lacking)}"
        return _wrong(what, f"{wanted}; run python -m pipelines.{what}")
    return _fine(what, f"all in {folder}")


def _sandbox(*, walled: bool) -> Finding:
    if walled:
        return _fine("sandbox", "bubblewrap and resource limits")
    said = "resource limits only: bubblewrap does not work here"
    return Finding("sandbox", good=not settings.REQUIRE_BUBBLEWRAP, says=said)


def _disk() -> Finding:
    folder = Path(settings.VAR)
    while not folder.exists():
        folder = folder.parent
    free, wanted = shutil.disk_usage(folder).free, settings.FREE_DISK_BYTES
    said = f"{free / 2**30:.1f} GiB free in {folder}"
    if free < wanted:
        said += f", and new work is refused below {wanted / 2**30:.1f} GiB: make room"
    return Finding("disk", good=free >= wanted, says=said)


def _place(key: str) -> str:
    return str(connection.settings_dict[key]) or "localhost"
