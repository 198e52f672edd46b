"""Child programs: started with a log, restarted when they die, never outliving us."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

log = logging.getLogger(__name__)

BASE = Path(__file__).resolve().parents[2]
LOG_LIMIT_BYTES = 20 * 2**20
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 1.0, 30.0
# A child that has lived this long is healthy: its next death starts the waits anew.
HEALTHY_SECONDS = 60.0


class Leash:
    """A small watcher that ends our children's process groups if we are killed."""

    def __init__(self) -> None:
        self._groups: set[int] = set()
        self._watcher: subprocess.Popen[str] | None = None

    def add(self, group: int) -> None:
        """Watch over a process group."""
        self._groups.add(group)
        self._tell(f"+{group}")

    def drop(self, group: int) -> None:
        """Forget a group that has ended."""
        self._groups.discard(group)
        self._tell(f"-{group}")

    def close(self) -> None:
        """End what is still watched over, then the watcher itself."""
        if self._watcher is not None:
            self._watcher.communicate()
            self._watcher = None

    def _tell(self, line: str) -> None:
        if self._watcher is None or self._watcher.poll() is not None:
            self._watcher = _start_watcher()
            line = "\n".join(f"+{group}" for group in self._groups)
        if line and self._watcher.stdin is not None:
            self._watcher.stdin.write(f"{line}\n")
            self._watcher.stdin.flush()


def _start_watcher() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(Path(__file__).with_name("leash.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        cwd="/",
        text=True,
        start_new_session=True,
    )


@dataclass
class Child:
    """One program in a process group of its own, its output in a log file."""

    name: str
    argv: Sequence[str]
    log_path: Path
    leash: Leash
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    running: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    wait_seconds: float = FIRST_WAIT_SECONDS
    due_at: float = 0.0

    def start(self) -> None:
        """Start the program."""
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        if self.log_path.exists() and self.log_path.stat().st_size > LOG_LIMIT_BYTES:
            self.log_path.replace(f"{self.log_path}.1")
        with self.log_path.open("ab") as out:
            self.running = subprocess.Popen(
                self.argv,
                cwd=BASE,
                env=dict(self.environ),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.leash.add(self.running.pid)
        self.started_at = time.monotonic()

    @property
    def is_alive(self) -> bool:
        """Whether the program runs."""
        return self.running is not None and self.running.poll() is None

    @property
    def is_worker(self) -> bool:
        """Whether this is a Celery worker."""
        return self.name.startswith("worker-")

    def last_words(self) -> str:
        """Return the last line of its log, which is the error when it has crashed."""
        lines = self.log_path.read_text(errors="replace").split("\n")
        return next((line for line in reversed(lines) if line.strip()), "")

    def tend(self) -> None:
        """Start the program again when it has died, each time after a longer wait."""
        now = time.monotonic()
        if self.is_alive:
            return
        if self.running is not None:
            if now - self.started_at > HEALTHY_SECONDS:
                self.wait_seconds = FIRST_WAIT_SECONDS
            log.warning(
                "%s ended (%s): starting it again in %.0f s; its log is %s",
                *(self.name, _reason(self.running.returncode), self.wait_seconds),
                self.log_path,
            )
            self._forget()
            self.due_at = now + self.wait_seconds
            self.wait_seconds = min(self.wait_seconds * 2, LONGEST_WAIT_SECONDS)
        elif now >= self.due_at:
            self.start()

    def ask_to_stop(self) -> None:
        """Send TERM to the program itself, which sees to its own children."""
        if self.running is not None and self.is_alive:
            self.running.terminate()

    def stop(self, grace_seconds: float) -> None:
        """Ask, wait that long, then kill the whole group."""
        self.ask_to_stop()
        if self.running is not None:
            try:
                self.running.wait(max(grace_seconds, 0.0))
            except subprocess.TimeoutExpired:
                log.info("%s did not stop in time: killing it", self.name)
            self.kill()

    def kill(self) -> None:
        """Kill -9 the whole process group, and reap the program."""
        if self.running is not None:
            _kill_group(self.running.pid)
            self.running.wait()
            self._forget()

    def _forget(self) -> None:
        if self.running is not None:
            # What the dead program left behind in its group would keep its queue busy.
            _kill_group(self.running.pid)
            self.leash.drop(self.running.pid)
            self.running = None


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def _reason(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
