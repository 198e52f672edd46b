"""The child's life: read the request, give up every right, work, say how it ended."""

import ctypes
import json
import os
import resource
import signal
import sys
import traceback

import av.error
import av.logging

from pipelines.media.child import audio, pictures, probing, proxy, samples, stills
from pipelines.media.errors import UnreadableMedia
from pipelines.media.packets import Json, PacketWriter

VERBS = {
    "probe": probing.probe,
    "proxy": proxy.write,
    "audio": audio.write,
    "stills": stills.read,
    "picture": pictures.read,
    "samples": samples.read,
}
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG, linux/prctl.h
OPEN_FILES = 32


def main() -> None:
    """Run one verb; ``check`` only shows that everything can be imported."""
    av.logging.set_level(av.logging.PANIC)
    if sys.argv[1] == "check":
        return
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
    # Anything a library prints must not land among the packets.
    answers = os.dup(1)
    os.dup2(2, 1)
    request: Json = json.load(sys.stdin)
    give_up_rights(request["limits"])
    wire = PacketWriter(answers)
    try:
        VERBS[sys.argv[1]](request, wire)
    except BrokenPipeError:
        return
    except Exception as error:
        tell(error, wire, request["limits"])
    else:
        wire.end()


def give_up_rights(limits: Json) -> None:
    """Bound memory and processor time; no file may be written, no process started."""
    memory, seconds = limits["memory_bytes"], limits["cpu_seconds"]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    if limits["decode_threads"] == 1:
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def tell(error: Exception, wire: PacketWriter, limits: Json) -> None:
    """Say in one sentence why the work ended early."""
    trace = "".join(traceback.format_exception(error))
    if isinstance(error, UnreadableMedia):
        wire.failure(error.message, permanent=error.permanent)
    elif isinstance(error, MemoryError):
        megabytes = limits["memory_bytes"] // 2**20
        wire.failure(
            f"decoding it needs more than the {megabytes} MB that one file may use.",
            permanent=True,
        )
    elif isinstance(error, OSError) and not isinstance(
        error, av.error.InvalidDataError
    ):
        wire.failure(
            f"reading it failed ({error.strerror}); check the disk that holds the file "
            "and try again.",
            permanent=False,
            trace=trace,
        )
    else:
        wire.failure(
            f"the decoder could not make sense of it ({type(error).__name__}).",
            permanent=True,
            trace=trace,
        )
