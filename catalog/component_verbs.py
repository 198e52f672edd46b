"""What `components` can do, each a program of its own: this process never loads torch."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings

from catalog.services import Refused
from catalog.supervisor.commands import module_command

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Mapping

Document = dict[str, Any]


@dataclass(frozen=True)
class Verb:
    """One sub-command: the module that does it, and what it takes."""

    module: str
    help: str
    takes: Mapping[str, Mapping[str, Any]]
    """Flags, as argparse is told of them; each is handed on as it was given"""
    says: str
    """One line for a person, filled from the document; the document may bring a table"""

    def add_to(self, parser: ArgumentParser) -> None:
        """Have a parser take the flags. None has a default here: the module has its own."""
        for flag, about in self.takes.items():
            parser.add_argument(flag, **about)

    def lines(self, document: Document) -> list[str]:
        """Return what a document says, for a person."""
        table: list[str] | None = document.get("table")
        return table or [self.says.format(**document)]

    def words(self, options: Mapping[str, Any]) -> list[str]:
        """Return the flags that were given, as words of the module's command line."""
        words: list[str] = []
        for flag in self.takes:
            given = options[flag.removeprefix("--").replace("-", "_")]
            for each in given if isinstance(given, list) else [given]:
                if each is not None:
                    words += [flag, str(each)]
        return words


VERBS = {
    "render": Verb(
        "pipelines.components.render_set",
        "render components to MP4 files with a manifest; goes on where it was stopped",
        {
            "--out": {"required": True, "metavar": "FOLDER"},
            "--category": {"action": "append", "help": "one of six; all if not given"},
            "--components": {"metavar": "N", "help": "of each category; all"},
            "--pairs": {"metavar": "N", "help": "material pairs of each pool; 2"},
            "--size": {"metavar": "WxH", "help": "in pixels; 224x224"},
            "--rate": {"metavar": "R", "help": "frames a second; 15"},
            "--unseen": {"metavar": "SHARE", "help": "of each category's bases; 0.25"},
            "--seed": {"metavar": "N", "help": "of the split; 0"},
        },
        "{clips} clips of {components} components in {folder}",
    ),
    "train": Verb(
        "mlcore.components.train",
        "train an encoder of components; with --resume it goes on after a kill",
        {
            "--out": {"required": True, "metavar": "F.safetensors"},
            "--minutes": {"metavar": "M", "help": "for so long; or"},
            "--steps": {"metavar": "N", "help": "for so many steps"},
            "--arm": {"help": "queue, full, ... (docs/component-encoder.md)"},
            "--shape": {"help": "small, cpu, gpu or clip; cpu"},
            "--components": {"metavar": "N", "help": "about so many; all"},
            "--unseen-share": {"metavar": "SHARE", "help": "of the bases; 0.25"},
            "--batch": {"metavar": "N", "help": "components a step; the shape's"},
            "--rate": {"metavar": "R", "help": "of learning; the shape's"},
            "--takes": {"metavar": "N", "help": "shots made of the materials first"},
            "--seed": {"metavar": "N", "help": "of weights and batches; 0"},
            "--device": {"help": "a GPU if there is one"},
            "--loaders": {"metavar": "N", "help": "programs that draw ahead; 0"},
            "--clip": {"metavar": "FOLDER", "help": "with CLIP's weights"},
            "--begin": {"metavar": "F", "help": "a trained encoder to go on with"},
            "--resume": {"nargs": "?", "const": "yes"},
        },
        "{steps} steps on {components} components in {seconds} s: {out}",
    ),
    "evaluate": Verb(
        "mlcore.components.evaluate",
        "measure how well trained encoders find components on other material",
        {
            "--encoder": {"action": "append", "required": True, "metavar": "F"},
            "--baselines": {"metavar": "F", "help": "EfficientNet-lite0's weights"},
            "--pairs": {"metavar": "N", "help": "material pairs; 8"},
            "--pool": {"help": "of these: test, or train, which it learned on; test"},
            "--components": {"metavar": "N", "help": "about so many; all it learned"},
            "--device": {"help": "a GPU if there is one"},
        },
        "",
    ),
}


def run(verb: Verb, options: Mapping[str, Any]) -> Document:
    """Run a verb's module and return its document; its progress is seen on stderr.

    Raises Refused with its sentence, or saying that it ended otherwise.
    """
    ran = subprocess.run(
        module_command(verb.module, *verb.words(options), "--json"),
        cwd=settings.BASE,
        env={**os.environ, "KULESHOV_WEIGHTS": str(settings.WEIGHTS_ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    try:
        document: Document = json.loads(ran.stdout)
    except ValueError:
        raise Refused(
            f"{verb.module} ended with code {ran.returncode}: what it said stands above."
        ) from None
    if "error" in document:
        raise Refused(document["error"])
    return document
