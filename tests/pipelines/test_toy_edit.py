"""The edit that a first start shows: asked for once, and what comes of it."""

import json
from dataclasses import fields
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import avg_pool2d

from catalog import embedded
from catalog.files import local_path
from catalog.models import EditJob
from catalog.services import cancel_edit, keep_target
from catalog.services.edits import COMPARE, RESULT
from catalog.supervisor.household import Household
from catalog.supervisor.toy_edit import FRAMES, PRODUCTION, SCENE, STEPS, ask_toy_edit
from mlcore.editing.measures import iou, measured, psnr
from mlcore.editing.weights import TOY
from mlcore.editing.world import EditingWorld, Scenes, Things
from pipelines.ingest import source_path
from pipelines.packages import digest
from pipelines.samples import toy
from tests import namespace
from tests.edits import add_edit, job_of
from tests.ingesting import IngestCase
from tests.pipelines.test_edits import pixels
from tests.worker import WorkerTestCase


class ToyEditTests(WorkerTestCase):
    def ask(self, folder: Path) -> list[str]:
        """What is said while the toy edit is asked for."""
        said: list[str] = []
        # Of the servers that are there: others it would start, and nobody stop.
        household = Household(embedded.var_folder(), namespace.folder() / "log")
        self.addCleanup(household.leash.close)
        ask_toy_edit(household, folder, said.append)
        return said

    def test_it_is_asked_for_once_away_from_footage(self):
        folder = namespace.folder() / "toy"
        folder.mkdir()

        first, second = self.ask(folder), self.ask(folder)

        edit = EditJob.objects.get()
        self.assertEqual((edit.back_end, edit.frames), ("toy", 8))
        self.assertEqual(edit.title.production.name, PRODUCTION)
        self.assertIn(f"edits/{edit.pk}/", first[0])
        self.assertEqual(second, [])
        edit.job.refresh_from_db()
        if not edit.job.is_over:
            cancel_edit(edit)

    def test_a_toy_that_cannot_be_drawn_keeps_nobody_from_working(self):
        occupied = namespace.folder() / "occupied"
        occupied.write_text("a file where the folder should be")

        (said,) = self.ask(occupied)

        self.assertIn("could not be asked for", said)
        self.assertFalse(EditJob.objects.exists())


def truth() -> tuple[Scenes, Scenes]:
    """What is edited as it was drawn, and with what is asked for in its place."""
    world = EditingWorld(size=toy.SIZE)
    chance = torch.Generator().manual_seed(toy.SEED)
    source = world.draw(toy.SCENES, toy.FRAMES, chance)
    wanted = world.with_others(
        source, world.other_things(source.things, chance), chance
    )
    return part_of(source), part_of(wanted)


def part_of(scenes: Scenes) -> Scenes:
    """The one scene that is edited, as long as it is."""
    one = slice(SCENE, SCENE + 1)
    span = (one, slice(FRAMES))
    things = {each.name: getattr(scenes.things, each.name) for each in fields(Things)}
    return Scenes(
        frames=scenes.frames[span],
        masks=scenes.masks[span],
        things=Things(**{name: each[one] for name, each in things.items()}),
        ground=scenes.ground[one],
        at=scenes.at[span],
    )


def seen(path: Path) -> torch.Tensor:
    """Every frame of a film, (T, 3, H, W) 0..1."""
    return torch.from_numpy(pixels(path)).permute(0, 3, 1, 2).float() / 255


class ToyResultTests(IngestCase):
    """With the weights that ship, by the worker, against what was drawn."""

    def setUp(self):
        super().setUp()
        film, *targets, told = toy.install_toy(self.folder)
        self.title = self.ingested(film)
        self.target = targets[SCENE].read_bytes()
        self.shot = json.loads(told.read_text())["shots"][SCENE]

    def test_the_object_comes_where_it_belongs_and_the_ground_stays(self):
        edit = self.edited()
        self.assertEqual(edit.inputs["weights_sha256"], digest(TOY))

        first = self.shot["first"]
        before = seen(source_path(self.title))[first : first + FRAMES]
        after = seen(local_path(edit.file_key(RESULT)))
        self.assertEqual(after.shape, before.shape)
        source, wanted = truth()
        either = large(source.masks[0] | wanted.masks[0])
        region = self.region(edit)
        self.assertGreater(iou(region, either), 0.6)
        self.assertGreater(psnr(after, before, ~region), 40)

        measures = measured(avg_pool2d(after, toy.TIMES), source, wanted)
        self.assertGreater(measures["background_psnr"], 30)
        self.assertGreater(measures["shape_iou"], 0.5)
        self.the_colour_is_the_target_s(after, large(source.masks[0] & wanted.masks[0]))

    def edited(self) -> EditJob:
        edit = add_edit(
            self.title,
            first_frame=self.shot["first"],
            end_frame=self.shot["first"] + FRAMES,
            source_prompt=self.shot["source_prompt"],
            target_prompt=self.shot["target_prompt"],
            picture_sha256=keep_target([self.target]),
            back_end="toy",
            region=EditJob.Region.NONE,
            region_given={},
            steps=STEPS,
        )
        self.done(job_of(edit))
        return EditJob.objects.get(pk=edit.pk)

    def region(self, edit: EditJob) -> torch.Tensor:
        """What was edited, (T, H, W): the lowest of the three pictures that the page has."""
        film = pixels(local_path(edit.file_key(COMPARE)))
        wide, side = film.shape[2], toy.SIZE * toy.TIMES
        lowest = film[:, 2 * wide :: wide // side, :: wide // side, 0]
        self.assertEqual(lowest.shape[1:], (side, side))
        return torch.from_numpy(np.ascontiguousarray(lowest) > 127)

    def the_colour_is_the_target_s(self, made: torch.Tensor, inside: torch.Tensor):
        found = made.permute(0, 2, 3, 1)[inside].mean(dim=0)
        to_source, to_target = (
            float((found - each.things.rgb[0]).norm()) for each in truth()
        )
        self.assertLess(to_target, 0.5 * to_source)


def large(mask: torch.Tensor) -> torch.Tensor:
    """A mask (T, H, W) as large as the film is."""
    return mask.repeat_interleave(toy.TIMES, 1).repeat_interleave(toy.TIMES, 2)
