"""How much one untrusted file may cost."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds on one sandboxed child and on what it may be asked to read.

    ``memory_bytes`` is address space (RLIMIT_AS). Processor and wall time grow with the
    length of the media. ``stall_seconds`` is how long the child may stay silent while
    somebody waits for it. More than one ``decode_threads`` gives up the ban on new
    processes (RLIMIT_NPROC counts threads too) and a little processor time for speed.
    """

    memory_bytes: int = 3 * 2**30
    cpu_seconds: int = 120
    cpu_seconds_per_media_second: float = 40.0
    stall_seconds: float = 60.0
    max_pixels: int = 8192 * 4320
    max_frames: int = 2_000_000
    max_streams: int = 64
    decode_threads: int = 1
    require_bubblewrap: bool = False

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if name != "require_bubblewrap" and value <= 0:
                raise ValueError(f"Limits.{name} must be above zero, not {value}.")

    def cpu_limit(self, media_seconds: float) -> int:
        """Processor seconds for a file of ``media_seconds``."""
        return self.cpu_seconds + int(self.cpu_seconds_per_media_second * media_seconds)

    def wall_limit(self, media_seconds: float) -> float:
        """Seconds of waiting: ten times the processor's, since machines are shared."""
        return 10.0 * self.cpu_limit(media_seconds)
