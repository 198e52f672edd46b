"""Opening an untrusted file, once, for somebody else to read."""

import os
import stat
from pathlib import Path
from types import TracebackType
from typing import Self

from pipelines.media.errors import UnreadableMedia


class OpenSource:
    """A regular, non-empty file held open for the child, which gets no path at all.

    Raises UnreadableMedia with one sentence when it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        # Non-blocking, so that opening a named pipe returns and can be refused.
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            self.descriptor = os.open(path, flags)
        except OSError as error:
            raise UnreadableMedia(_why_not_opened(path, error)) from error
        self._stat = os.fstat(self.descriptor)
        if (sentence := self._what_is_wrong()) is not None:
            os.close(self.descriptor)
            raise UnreadableMedia(sentence)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self.descriptor)

    def check_unchanged(self) -> None:
        """Raise UnreadableMedia if the file was removed, replaced or is still growing."""
        name = self.path.name
        try:
            now = self.path.stat()
        except OSError as error:
            raise UnreadableMedia(
                f"{name} was removed while it was being read; put it back and try again."
            ) from error
        then = self._stat
        before = (then.st_dev, then.st_ino, then.st_size, then.st_mtime_ns)
        if (now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns) != before:
            raise UnreadableMedia(
                f"{name} changed while it was being read; wait until it is copied "
                "completely and try again."
            )

    def _what_is_wrong(self) -> str | None:
        if not stat.S_ISREG(self._stat.st_mode):
            return f"{self.path.name} is not a file; name a video file."
        if self._stat.st_size == 0:
            return f"{self.path.name} is empty (0 bytes); copy it again."
        return None


def _why_not_opened(path: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return f"{path.name} is not there; it was moved or removed."
    if isinstance(error, PermissionError):
        return (
            f"{path.name} may not be read by the server (no permission); "
            "make it readable and try again."
        )
    return f"{path.name} could not be opened: {error.strerror or error}."
