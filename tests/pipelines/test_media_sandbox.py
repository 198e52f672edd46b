import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import TestCase, mock, skipUnless

from pipelines.media.bubblewrap import ROOT, bubblewrap_works, walled
from pipelines.media.errors import SandboxUnavailable, UnreadableMedia
from pipelines.media.limits import Limits
from pipelines.media.probe import probe
from pipelines.media.proxies import write_proxy
from tests.decoders import decoders
from tests.footage import Clip, ingest_clip, plain_film, write_clip

LIMITS = Limits()


class TheChild(TestCase):
    """However the decoder dies, one sentence comes of it and the next file is unharmed."""

    folder: Path
    film: Path

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.film = plain_film(cls.folder / "film.mp4", 600, (1280, 720))

    def ends(
        self,
        act: Callable[[int], None] = lambda _: None,
        limits: Limits = LIMITS,
        name: str = "made",
    ) -> UnreadableMedia:
        """What a decode ends in when ``act`` is called at every small picture."""
        with self.assertRaises(UnreadableMedia) as caught:
            write_proxy(
                self.film,
                probe(self.film),
                self.folder / name,
                on_frame=lambda index, _: act(index),
                on_segment=lambda _: None,
                limits=limits,
            )
        self.assertEqual(decoders(os.getpid()), [])
        return caught.exception

    def test_killed(self):
        error = self.ends(at_frame(10, signal.SIGKILL))
        self.assertRegex(error.message, r"^film.mp4: the decoder was killed")
        self.assertFalse(error.permanent)
        # The same process goes on to the next one.
        clip = write_clip(self.folder / "next.mp4", Clip(frames=5))
        self.assertEqual(ingest_clip(clip).small_codes(), [0, 1, 2, 3, 4])

    def test_crashed(self):
        error = self.ends(at_frame(10, signal.SIGSEGV))
        self.assertRegex(error.message, "crashed on this file .SIGSEGV")
        self.assertTrue(error.permanent)

    def test_hanging(self):
        error = self.ends(at_frame(10, signal.SIGSTOP), Limits(stall_seconds=1.5))
        self.assertRegex(error.message, "no answer for 1.5 s")
        self.assertFalse(error.permanent)

    def test_using_up_its_processor_time(self):
        limits = Limits(cpu_seconds=1, cpu_seconds_per_media_second=0.01)
        error = self.ends(limits=limits, name="cpu")
        self.assertRegex(error.message, "used up 1 s of processor time")
        self.assertTrue(error.permanent)

    def test_using_up_its_memory(self):
        error = self.ends(limits=Limits(memory_bytes=160 * 2**20), name="memory")
        self.assertRegex(error.message, "more than the 160 MB")

    def test_slow_listeners_are_not_held_against_it(self):
        clip = write_clip(self.folder / "slow.mp4", Clip(frames=8))
        track = write_proxy(
            clip,
            probe(clip),
            self.folder / "slow",
            on_frame=lambda index, _: time.sleep(5.5 if index == 3 else 0),
            on_segment=lambda _: None,
            limits=Limits(stall_seconds=5),
        )
        self.assertEqual(track.frames, 8)

    def test_does_not_outlive_whoever_asked(self):
        def stop(index: int) -> None:
            raise KeyError(index)

        with self.assertRaises(KeyError):
            self.ends(stop)
        self.assertEqual(decoders(os.getpid()), [])

    def test_dies_with_its_parent(self):
        script = (
            "import os, signal, sys; from pathlib import Path;"
            "from pipelines.media.probe import probe;"
            "from pipelines.media.proxies import write_proxy;"
            "from tests.decoders import decoders;"
            "film, made = map(Path, sys.argv[1:]);"
            "leave = lambda *_: (print(*decoders(os.getpid()), flush=True),"
            " os.kill(os.getpid(), signal.SIGKILL));"
            "write_proxy(film, probe(film), made, on_frame=leave, on_segment=print)"
        )
        command = [sys.executable, "-c", script, str(self.film)]
        parent = subprocess.run(
            [*command, str(self.folder / "orphan")], capture_output=True, check=False
        )
        self.assertEqual(parent.returncode, -signal.SIGKILL, parent.stderr)
        pids = [int(word) for word in parent.stdout.split()]
        self.assertTrue(pids)
        for _ in range(50):
            if not any(map(runs, pids)):
                break
            time.sleep(0.1)
        self.assertEqual([pid for pid in pids if runs(pid)], [])


class TheWalls(TestCase):
    def test_are_required_when_the_operator_says_so(self):
        with tempfile.TemporaryDirectory() as folder:
            clip = write_clip(Path(folder) / "a.mp4", Clip(frames=3))
            limits = Limits(require_bubblewrap=True)
            if bubblewrap_works():
                self.assertEqual(probe(clip, limits).frames, 3)
            with (
                without_bubblewrap(),
                self.assertRaisesRegex(SandboxUnavailable, "only inside bubblewrap"),
            ):
                probe(clip, limits)

    @skipUnless(bubblewrap_works(), "bubblewrap does not work on this machine")
    def test_let_nothing_out(self):
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        address = server.getsockname()
        attempts = {
            "read": "open('/etc/passwd')",
            "write": "open('/written', 'w')",
            "write in the runtime": "open(__import__('os').__file__ + 'x', 'w')",
            "call": f"__import__('socket').create_connection({address}, 1)",
        }
        for name, attempt in attempts.items():
            with self.subTest(name):
                command = walled([sys.executable, "-I", "-c", attempt])
                run = subprocess.run(command, capture_output=True, check=False)
                self.assertEqual(run.returncode, 1, run.stderr)
                self.assertRegex(run.stderr.decode(), "No such file|Read-only|refused")

    def test_the_child_gives_up_its_rights_even_without_them(self):
        attempt = (
            "import os, subprocess; from pipelines.media.child.main import give_up_rights;"
            "limits = dict(memory_bytes=2**31, cpu_seconds=9, decode_threads=1);"
            "file = os.open('/dev/null', os.O_RDONLY);"
            "give_up_rights(limits); import resource as r;"
            "assert r.getrlimit(r.RLIMIT_FSIZE) == (0, 0);"
            "assert r.getrlimit(r.RLIMIT_NPROC) == (0, 0);"
            "assert r.getrlimit(r.RLIMIT_CORE) == (0, 0);"
            "os.write(os.open('x', os.O_CREAT | os.O_WRONLY), b'x')"
        )
        with tempfile.TemporaryDirectory() as folder:
            path = f"import sys; sys.path[:0] = [{str(ROOT)!r}];"
            command = [sys.executable, "-c", path + attempt]
            run = subprocess.run(command, cwd=folder, capture_output=True, check=False)
            self.assertIn(b"File too large", run.stderr)


class TheError(TestCase):
    def test_survives_the_way_between_processes(self):
        error = UnreadableMedia("One sentence.", permanent=False)
        copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
        self.assertEqual((copy.message, copy.permanent), ("One sentence.", False))


def at_frame(number: int, sent: signal.Signals) -> Callable[[int], None]:
    """Sends a signal to the decoder when that frame comes out of it."""

    def act(index: int) -> None:
        if index == number:
            for pid in reversed(decoders(os.getpid())):
                os.kill(pid, sent)

    return act


def runs(pid: int) -> bool:
    """Whether ``pid`` is alive (a zombie is not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


@contextmanager
def without_bubblewrap() -> Iterator[None]:
    """A machine on which nobody installed it."""
    bubblewrap_works.cache_clear()
    try:
        with mock.patch.dict(os.environ, {"PATH": "/nowhere"}):
            yield
    finally:
        bubblewrap_works.cache_clear()
