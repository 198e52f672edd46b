"""The programs that serve together, watched over and ended together."""

import logging
import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from catalog import embedded
from catalog.celery import app
from catalog.supervisor import addresses, commands
from catalog.supervisor.children import BASE, Child, Leash

log = logging.getLogger(__name__)

TICK_SECONDS = 0.25
REVIVE_SECONDS = 2.0
GRACE_SECONDS = 8.0


class StepFailedError(RuntimeError):
    """A step of setting up or showing failed; the message is the step's own."""


@dataclass
class Household:
    """Web server, workers and clock of one tree."""

    var: Path
    logs: Path
    port: int = 0
    leash: Leash = field(default_factory=Leash)
    children: list[Child] = field(default_factory=list)
    revived_at: float = 0.0

    @property
    def address(self) -> str:
        """Return the dashboard's address."""
        return f"http://{addresses.HOST}:{self.port}/"

    def start(self, port: int) -> None:
        """Start every program, the web server on that port."""
        self.port = port
        for name, argv in self._lines().items():
            path = self.logs / f"{name}.log"
            self.children.append(Child(name, argv, path, self.leash))
            self.children[-1].start()

    def is_open(self) -> bool:
        """Return whether the web server and every worker answer."""
        if not addresses.answers(self.port):
            return False
        replies = app.control.ping(timeout=1.0) or []
        names = {name.split("@")[0] for reply in replies for name in reply}
        return names >= {child.name for child in self.children if child.is_worker}

    def what_is_wrong(self) -> str:
        """Return one sentence, with the last words of each program that has ended."""
        ended = [child for child in self.children if not child.is_alive]
        words = "; ".join(f"{child.name}: {child.last_words()}" for child in ended)
        return f"Not everything answers ({words or 'all run'}); see {self.logs}."

    def tend(self) -> None:
        """Start again what has died, servers included. To be called every moment."""
        if time.monotonic() - self.revived_at > REVIVE_SECONDS:
            try:
                embedded.revive(self.var)
            except embedded.EmbeddedServerError:
                log.exception("an embedded server stays down; trying again")
            self.revived_at = time.monotonic()
        for child in self.children:
            child.tend()

    def serve(self) -> None:
        """Tend until a signal ends us."""
        while True:
            self.tend()
            time.sleep(TICK_SECONDS)

    def attend(self, argv: Sequence[str]) -> str:
        """Run a command to its end, tending the others meanwhile; return what it printed.

        Its log lines go to our stderr. Raises StepFailedError when it fails.
        """
        with tempfile.TemporaryFile("w+") as out:
            program = subprocess.Popen(
                argv,
                cwd=BASE,
                stdin=subprocess.DEVNULL,
                stdout=out,
                start_new_session=True,
            )
            self.leash.add(program.pid)
            try:
                while program.poll() is None:
                    self.tend()
                    time.sleep(TICK_SECONDS)
            finally:
                if program.poll() is None:
                    program.terminate()
                    program.wait()
                self.leash.drop(program.pid)
            out.seek(0)
            printed = out.read()
        if program.returncode:
            raise StepFailedError(printed or f"{' '.join(argv)} failed")
        return printed

    def stop(self) -> None:
        """Stop the clock and the web first, so that nothing new comes in; then the workers."""
        deadline = time.monotonic() + GRACE_SECONDS
        order = sorted(self.children, key=lambda child: child.is_worker)
        for child in order:
            child.ask_to_stop()
        for child in order:
            child.stop(deadline - time.monotonic())
        self.leash.close()

    def _lines(self) -> dict[str, list[str]]:
        lines = {
            "beat": commands.beat_command(),
            "web": commands.web_command(f"{addresses.HOST}:{self.port}"),
        }
        for queue in commands.QUEUES:
            name = f"worker-{queue}"
            # One of each, but for films, where the cores decide. Hours of training and
            # editing have one to themselves, so that no film waits for them.
            films = min(os.cpu_count() or 1, commands.DEFAULT_CONCURRENCY)
            lines[name] = commands.worker_command(
                queue, concurrency=films if queue == "default" else 1, name=name
            )
        return lines
