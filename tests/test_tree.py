"""The tree keeps its own rules: sizes, names, and imports that point one way."""

import ast
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from collections.abc import Iterator
from pathlib import Path

BASE = Path(__file__).resolve().parents[1]
PACKAGES = ("catalog", "pipelines", "mlcore", "tests")
FILE_LINES, FUNCTION_LINES = 300, 40
BANNED = {"manager", "helper", "util", "utils", "process", "handle", "data", "info"}
# Names that Django, Celery or the standard library ask for, and the frames beyond a cut,
# which editors call its handles.
GIVEN = {
    *("leaving_handle", "entering_handle"),
    *("handle", "handle_no_permission"),
    *("handle_data", "handle_starttag", "handle_endtag", "setUpTestData"),
}


def sources(*suffixes: str) -> Iterator[Path]:
    for folder in (*PACKAGES, "templates", "bench"):
        for path in sorted((BASE / folder).rglob("*")):
            if path.suffix in suffixes and "migrations" not in path.parts:
                yield path


class SizeTests(unittest.TestCase):
    def test_no_file_is_over_300_lines(self):
        for path in sources(".py", ".html", ".css", ".js"):
            with self.subTest(path=str(path.relative_to(BASE))):
                self.assertLessEqual(len(path.read_text().splitlines()), FILE_LINES)

    def test_no_function_is_over_40_lines(self):
        for path in sources(".py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    place = f"{path.relative_to(BASE)}: {node.name}"
                    with self.subTest(place=place):
                        length = (node.end_lineno or 0) - node.lineno + 1
                        self.assertLessEqual(length, FUNCTION_LINES)


class NameTests(unittest.TestCase):
    def test_no_file_or_definition_has_a_name_that_says_nothing(self):
        for path in sources(".py"):
            defined = [path.stem, *_defined(ast.parse(path.read_text()))]
            with self.subTest(path=str(path.relative_to(BASE))):
                self.assertEqual([name for name in defined if _is_banned(name)], [])


def _defined(tree: ast.Module) -> Iterator[str]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return (node.name for node in ast.walk(tree) if isinstance(node, kinds))


def _is_banned(name: str) -> bool:
    if name.startswith("test_"):  # a sentence, which may speak of anything
        return False
    words = {word.lower() for word in re.findall("[A-Z]*[a-z]+", name)}
    return name not in GIVEN and bool(words & BANNED)


class ImportRuleTests(unittest.TestCase):
    """Each rule is seen to fail when it is broken, in a copy of the tree."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.copy = Path(folder.name)
        for package in ("catalog", "pipelines", "mlcore"):
            ignore = shutil.ignore_patterns("__pycache__", "static")
            shutil.copytree(BASE / package, self.copy / package, ignore=ignore)
        shutil.copy(BASE / "pyproject.toml", self.copy)

    def broken_by(self, file: str, line: str) -> str:
        (self.copy / file).parent.mkdir(exist_ok=True)
        with (self.copy / file).open("a") as source:
            source.write(f"\n{line}\n")
        ran = subprocess.run(
            [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
            cwd=self.copy,
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(ran.returncode, 1, ran.stdout + ran.stderr)
        return ran.stdout

    def test_the_web_side_may_not_import_the_pipelines(self):
        said = self.broken_by("catalog/views/extra.py", "import pipelines.tasks")

        self.assertIn("which know nothing of each other BROKEN", said)

    def test_the_web_side_may_not_load_torch(self):
        said = self.broken_by("catalog/views/extra.py", "import torch")

        self.assertIn("the web process never loads torch BROKEN", said)

    def test_mlcore_may_not_know_django(self):
        said = self.broken_by("mlcore/extra.py", "import django")

        self.assertIn("mlcore is plain torch and numpy BROKEN", said)

    def test_one_family_may_not_import_another(self):
        said = self.broken_by("mlcore/shots/extra.py", "import mlcore.matching")

        self.assertIn("mlcore families are independent BROKEN", said)

    def test_models_may_not_import_services(self):
        said = self.broken_by("catalog/models/extra.py", "import catalog.services")

        self.assertIn("layers inside catalog BROKEN", said)
