"""The edit that a first start shows: a drawn scene, into which another thing is put."""

import json
from collections.abc import Callable
from pathlib import Path

from django.db import connections

from catalog.models import EditJob
from catalog.supervisor.commands import manage_command, module_command
from catalog.supervisor.household import Household, StepFailedError

PRODUCTION = "Toy world"
SCENE, FRAMES, STEPS = 2, 8, 15
"""Which drawn scene is edited, how much of it, and how finely: about a minute of a core.
The third comes out as most do; of the second's target hardly anything takes form."""


def ask_toy_edit(
    household: Household, folder: Path, say: Callable[[str], None]
) -> None:
    """Ask for one toy edit, unless there was one; it is made while we serve.

    Its title has a production of its own, away from footage. What fails is said: a toy
    that cannot be shown keeps nobody from working.
    """
    shown = EditJob.objects.filter(title__production__name=PRODUCTION).exists()
    connections.close_all()
    if shown:
        return
    try:
        number = _asked(household, folder)
    except (StepFailedError, OSError, LookupError, ValueError) as failure:
        say(f"The toy edit could not be asked for: {str(failure).strip()}")
        return
    say(f"Asked for a toy edit: {household.address}edits/{number}/ shows how one goes.")


def _asked(household: Household, folder: Path) -> int:
    words = ("pipelines.samples", "--toy", "--folder", str(folder), "--json")
    film, *_pictures, truth = json.loads(household.attend(module_command(*words)))[
        "files"
    ]
    scene = json.loads(Path(truth).read_text(encoding="utf-8"))["shots"][SCENE]
    added = household.attend(
        manage_command(
            *("ingest", film, "--production", PRODUCTION),
            *("--wait", "--json"),
        )
    )
    title = json.loads(added)["titles"][0]["id"]
    told = household.attend(
        manage_command(
            *("edit", "ask", "--title", str(title), "--back-end", "toy"),
            *("--frames", str(scene["first"]), str(scene["first"] + FRAMES)),
            *("--image", str(folder / scene["target"]), "--steps", str(STEPS)),
            *("--source-prompt", scene["source_prompt"]),
            *("--target-prompt", scene["target_prompt"], "--json"),
        )
    )
    return int(json.loads(told)["id"])
