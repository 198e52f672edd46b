import os
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import TestCase

import av
import av.error
import numpy as np
from av.audio.frame import AudioFrame

from pipelines.media.errors import UnreadableMedia
from pipelines.media.limits import Limits
from pipelines.media.probe import probe
from pipelines.media.proxies import write_proxy
from tests.footage import Clip, write_clip

FASTSTART = {"movflags": "faststart"}
NOBODY = 65534


class BadFiles(TestCase):
    """Each ends in one sentence that names the file, and leaves nothing behind."""

    folder: Path

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def refused(
        self, path: Path, on_frame: Callable[[int, object], None] = lambda *_: None
    ) -> str:
        """The sentence that reading ``path`` ends in."""
        made = self.folder / "made"
        with self.assertRaises(UnreadableMedia) as caught:
            found = probe(path)
            write_proxy(path, found, made, on_frame=on_frame, on_segment=lambda _: None)
        self.assertTrue(caught.exception.permanent)
        self.assertEqual(list(made.glob("*")) if made.exists() else [], [])
        sentence = caught.exception.message
        self.assertTrue(sentence.startswith(path.name))
        self.assertNotIn("\n", sentence)
        return sentence

    def file(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def cut(self, name: str, clip: Clip, part: float = 0.5) -> Path:
        path = write_clip(self.folder / name, clip)
        os.truncate(path, int(path.stat().st_size * part))
        return path

    def test_an_empty_file(self):
        self.assertIn("is empty", self.refused(self.file("a.mp4", b"")))

    def test_text_renamed(self):
        path = self.file("a.mp4", b"INT. KITCHEN - NIGHT\n" * 200)
        self.assertIn("no video was recognised", self.refused(path))

    def test_noise(self):
        path = self.file("a.mkv", np.random.default_rng(1).bytes(100_000))
        self.assertIn("no video was recognised", self.refused(path))

    def test_sound_alone(self):
        path = self.folder / "a.mp4"
        with av.open(str(path), "w") as target:
            sound = target.add_stream("aac", rate=48_000, layout="mono")
            frame = AudioFrame.from_ndarray(
                np.zeros((1, 4096), np.float32), format="fltp", layout="mono"
            )
            frame.sample_rate = 48_000
            target.mux(sound.encode(frame))
            target.mux(sound.encode(None))
        self.assertIn("sound but no picture", self.refused(path))

    def test_a_file_that_is_not_there(self):
        self.assertIn("is not there", self.refused(self.folder / "a.mp4"))

    def test_a_folder(self):
        (self.folder / "a.mp4").mkdir()
        self.assertIn("is not a file", self.refused(self.folder / "a.mp4"))

    def test_a_named_pipe_does_not_block(self):
        os.mkfifo(self.folder / "a.mp4")
        self.assertIn("is not a file", self.refused(self.folder / "a.mp4"))

    def test_no_permission(self):
        path = write_clip(self.folder / "a.mp4", Clip(frames=3))
        path.chmod(0)
        self.folder.chmod(0o755)
        with ordinary_user():
            self.assertIn("no permission", self.refused(path))

    def test_a_codec_that_is_not_on_the_list(self):
        clip = Clip(codec="png", pixel_format="rgb24", frames=3)
        sentence = self.refused(write_clip(self.folder / "a.mov", clip))
        self.assertIn("coded as png", sentence)

    def test_a_container_that_is_not_on_the_list(self):
        path = write_clip(self.folder / "a.mp4", Clip(container="flv", frames=3))
        self.assertIn("not an accepted kind", self.refused(path))

    def test_cut_off_before_its_index(self):
        self.assertIn("index", self.refused(self.cut("a.mp4", Clip())))

    def test_cut_off_says_where(self):
        clip = Clip(frames=200, container_options=FASTSTART)
        sentence = self.refused(self.cut("a.mp4", clip))
        self.assertRegex(sentence, r"ends at 00:00:0[345]:\d\d of 00:00:08:00")

    def test_cut_off_by_a_little(self):
        for name in ("a.mkv", "a.mp4", "a.avi"):
            codec = "mpeg4" if name == "a.avi" else "libx264"
            with self.subTest(name=name):
                path = self.cut(name, Clip(codec=codec), part=0.98)
                self.assertRegex(self.refused(path), "cut short")

    def test_cut_off_mxf(self):
        clip = Clip(frames=100, codec="mpeg2video", options={"b": "3M"})
        self.assertRegex(self.refused(self.cut("a.mxf", clip)), "ends at .* of .*04:00")

    def test_damaged_in_the_middle(self):
        path = write_clip(self.folder / "a.mp4", Clip(frames=200))
        content = bytearray(path.read_bytes())
        chance, size = np.random.default_rng(3), len(content)
        for at in range(size // 3, size * 2 // 3, 400):
            content[at : at + 64] = chance.bytes(64)
        path.write_bytes(content)
        self.assertRegex(self.refused(path), r"breaks at 00:00:0\d:\d\d of 00:00:08:00")

    def test_a_hole_in_the_middle(self):
        clip = Clip(frames=200, options={"g": "25"})
        path = write_clip(self.folder / "a.mkv", clip)
        content = bytearray(path.read_bytes())
        size = len(content)
        content[size // 3 : size * 2 // 3] = bytes(size * 2 // 3 - size // 3)
        path.write_bytes(content)
        self.assertRegex(self.refused(path), "breaks at")

    def test_removed_while_being_read(self):
        path = write_clip(self.folder / "a.mp4", Clip())

        def remove(index: int, _: object) -> None:
            path.unlink(missing_ok=True)

        self.assertIn("was removed while", self.refused(path, on_frame=remove))

    def test_still_being_copied(self):
        path = write_clip(self.folder / "a.mp4", Clip())

        def grow(index: int, _: object) -> None:
            with path.open("ab") as file:
                file.write(b"more")

        self.assertIn("changed while", self.refused(path, on_frame=grow))

    def test_more_than_is_accepted(self):
        path = write_clip(self.folder / "a.mp4", Clip(click=0.1))
        for limits, word in (
            (Limits(max_pixels=320 * 180 - 1), "320x180"),
            (Limits(max_frames=47), "48 frames"),
            (Limits(max_streams=1), "streams"),
        ):
            with self.subTest(word=word), self.assertRaisesRegex(UnreadableMedia, word):
                probe(path, limits)

    def test_more_frames_than_it_said(self):
        path = write_clip(self.folder / "a.mkv", Clip())
        with self.assertRaisesRegex(UnreadableMedia, "more than 20 frames"):
            write_proxy(
                path,
                probe(path),
                self.folder / "made",
                on_frame=lambda *_: None,
                on_segment=lambda _: None,
                limits=Limits(max_frames=20),
            )


class FilesThatNameOthers(TestCase):
    """A playlist in disguise reaches neither the network nor another file."""

    folder: Path
    secret: Path

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.secret = write_clip(self.folder / "secret.ts", Clip(frames=12))

    def playlist(self, name: str, target: str) -> Path:
        path = self.folder / name
        path.write_text(
            "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n"
            f"#EXTINF:0.48,\n{target}\n#EXT-X-ENDLIST\n"
        )
        return path

    def test_a_playlist_does_not_reach_the_network(self):
        with listener() as (port, visits):
            target = f"http://127.0.0.1:{port}/a.ts"
            for name in ("a.m3u8", "a.mp4", "a.mkv", "a.bin"):
                with self.subTest(name=name), self.assertRaises(UnreadableMedia):
                    probe(self.playlist(name, target))
            self.assertEqual(visits, [])
            # The listener does hear those who follow the playlist.
            with self.assertRaises(av.error.FFmpegError):
                av.open(
                    str(self.folder / "a.m3u8"),
                    options={"protocol_whitelist": "file,http,tcp"},
                    timeout=5,
                )
            self.assertTrue(visits)

    def test_a_playlist_does_not_read_another_file(self):
        for name in ("a.m3u8", "a.mp4", "a.mkv", "a.bin"):
            with self.subTest(name=name), self.assertRaises(UnreadableMedia):
                probe(self.playlist(name, str(self.secret)))
        # What it names can be read by those who follow it.
        with av.open(str(self.folder / "a.m3u8")) as followed:
            self.assertTrue(followed.streams.video)

    def test_a_list_of_files_does_not_read_another_file(self):
        for name in ("a.ffconcat", "a.mp4", "a.mkv"):
            path = self.folder / name
            path.write_text("ffconcat version 1.0\nfile secret.ts\n")
            with self.subTest(name=name), self.assertRaises(UnreadableMedia):
                probe(path)
            with av.open(str(path)) as followed:
                self.assertTrue(followed.streams.video)


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Be somebody whom permissions bind, whoever runs the tests."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@contextmanager
def listener() -> Iterator[tuple[int, list[object]]]:
    """A local port and the list of those who called it."""
    visits: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            while True:
                try:
                    connection, address = server.accept()
                except OSError:
                    return
                visits.append(address)
                connection.close()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield server.getsockname()[1], visits
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)
