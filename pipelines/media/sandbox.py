"""Running the decoder in a child that may do nothing but compute and answer.

The child gets one open file, a request on its standard input, and a pipe for its answers.
It limits itself before it touches the file (memory, processor time, no files, no new
processes); bubblewrap takes network and file system away where it works; and whoever
waits for it kills it when it stays silent or takes too long.
"""

import json
import logging
import os
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from pipelines.media.bubblewrap import (
    bubblewrap_works,
    child_command,
    child_environment,
    walled,
)
from pipelines.media.errors import SandboxUnavailable, UnreadableMedia
from pipelines.media.limits import Limits
from pipelines.media.packets import (
    BrokenWire,
    Failure,
    Json,
    Packet,
    read_packet,
)
from pipelines.media.sources import OpenSource

__all__ = ["Child", "bubblewrap_works"]

log = logging.getLogger(__name__)

LAST_WORDS = 8192


class Child:
    """One sandboxed child at work on one file; iterate for its packets.

    Use it in a ``with`` block: the child does not outlive it. Raises UnreadableMedia for
    whatever goes wrong with the file or with the child, SandboxUnavailable when
    ``limits.require_bubblewrap`` cannot be met.
    """

    def __init__(
        self,
        verb: str,
        source: OpenSource,
        request: Json,
        *,
        limits: Limits,
        media_seconds: float = 0.0,
    ) -> None:
        self._name = source.path.name
        self._limits = limits
        self._cpu_limit = limits.cpu_limit(media_seconds)
        self._patience = limits.wall_limit(media_seconds)
        self._last_words = b""
        self._popen = _start(verb, source.descriptor, limits)
        self.pid = self._popen.pid
        self._answers, self._stderr = _descriptors(self._popen)
        # A separate end of file for each pipe: select tells them apart.
        self._poll = select.poll()
        self._poll.register(self._answers, select.POLLIN)
        self._poll.register(self._stderr, select.POLLIN)
        self._ask(
            request | {"descriptor": source.descriptor, "limits": self._wire_limits()}
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._popen.kill()
        self._popen.wait()
        for pipe in (self._popen.stdin, self._popen.stdout, self._popen.stderr):
            if pipe is not None:
                pipe.close()

    def __iter__(self) -> Iterator[Packet]:
        while True:
            try:
                packet = read_packet(self._fill, self._limits.max_pixels)
            except EOFError:
                raise self._obituary() from None
            except BrokenWire as error:
                raise UnreadableMedia(
                    f"{self._name}: the decoder answered nonsense ({error}) and was stopped."
                ) from error
            if packet is None:
                return
            if isinstance(packet, Failure):
                if packet.trace:
                    log.error("decoding %s: %s", self._name, packet.trace)
                raise UnreadableMedia(
                    f"{self._name}: {packet.message}", permanent=packet.permanent
                )
            yield packet

    def _wire_limits(self) -> Json:
        return {
            "memory_bytes": self._limits.memory_bytes,
            "cpu_seconds": self._cpu_limit,
            "max_pixels": self._limits.max_pixels,
            "max_frames": self._limits.max_frames,
            "max_streams": self._limits.max_streams,
            "decode_threads": self._limits.decode_threads,
        }

    def _ask(self, request: Json) -> None:
        if self._popen.stdin is None:
            raise RuntimeError("The child was started without a pipe to it.")
        try:
            self._popen.stdin.write(json.dumps(request).encode())
            self._popen.stdin.close()
        except BrokenPipeError:
            pass  # It died at birth; the first read says why.

    def _fill(self, view: memoryview) -> None:
        """Fill ``view`` from the child, or raise: EOFError, or UnreadableMedia in vain."""
        while view:
            self._wait()
            count = os.readv(self._answers, [view])
            if count == 0:
                raise EOFError
            view = view[count:]

    def _wait(self) -> None:
        """Return when answers can be read; meanwhile listen to its last words."""
        silence = self._limits.stall_seconds
        while True:
            began = time.monotonic()
            ready = dict(self._poll.poll(min(silence, self._patience) * 1000))
            waited = time.monotonic() - began
            self._patience -= waited
            silence -= waited
            if self._stderr in ready:
                self._listen()
            if self._answers in ready:
                return
            if silence <= 0 or self._patience <= 0:
                raise self._gave_up(silence <= 0)

    def _listen(self) -> None:
        words = os.read(self._stderr, 65536)
        if not words:
            self._poll.unregister(self._stderr)
        self._last_words = (self._last_words + words)[-LAST_WORDS:]

    def _gave_up(self, stalled: bool) -> UnreadableMedia:  # noqa: FBT001
        if stalled:
            seconds = f"{self._limits.stall_seconds:g}"
            return UnreadableMedia(
                f"{self._name}: the decoder gave no answer for {seconds} s and was "
                "stopped; check the disk that holds the file and try again.",
                permanent=False,
            )
        return UnreadableMedia(
            f"{self._name}: decoding took far longer than the file's length allows and "
            "was stopped.",
            permanent=False,
        )

    def _obituary(self) -> UnreadableMedia:
        """What to say of a child that ended without a last packet."""
        self._poll = select.poll()
        code = self._popen.wait()
        number = -code if code < 0 else code - 128
        if number == signal.SIGXCPU:
            return UnreadableMedia(
                f"{self._name}: decoding it used up {self._cpu_limit} s of processor time, "
                "far more than a file of its length should need."
            )
        if number in (signal.SIGKILL, signal.SIGTERM):
            return UnreadableMedia(
                f"{self._name}: the decoder was killed; try again.", permanent=False
            )
        if 0 < number < signal.NSIG:
            name = signal.Signals(number).name
            return UnreadableMedia(
                f"{self._name}: the decoder crashed on this file ({name}); it is damaged or "
                "not what it claims to be."
            )
        words = self._last_words + os.read(self._stderr, LAST_WORDS)
        log.error("the decoder did not run: %s", words.decode(errors="replace"))
        return UnreadableMedia(
            f"{self._name}: the decoder could not run (exit code {code}); the log says why.",
            permanent=False,
        )


def _start(verb: str, descriptor: int, limits: Limits) -> subprocess.Popen[bytes]:
    command = child_command(verb)
    if bubblewrap_works():
        command = walled(command)
    elif limits.require_bubblewrap:
        raise SandboxUnavailable(
            "Media is to be decoded only inside bubblewrap, which does not work on this "
            "machine: install it (the program bwrap) and allow user namespaces, or accept "
            "the plain child process in the settings."
        )
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=child_environment(),
        pass_fds=[descriptor],
        start_new_session=True,
    )


def _descriptors(popen: subprocess.Popen[bytes]) -> tuple[int, int]:
    if popen.stdout is None or popen.stderr is None:
        raise RuntimeError("The child was started without pipes from it.")
    return popen.stdout.fileno(), popen.stderr.fileno()
