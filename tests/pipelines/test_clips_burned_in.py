"""What clip encoders learn from is painted over where their vectors are."""

from pathlib import Path

import av
import cv2
import numpy as np
import torch
from django.test import TestCase

from catalog.files import local_path
from catalog.models import Production, Title
from catalog.services import run_now
from mlcore.videomae.footage import Footage
from pipelines.media.reader import open_proxy
from pipelines.retraining.freezing import training_spans
from pipelines.stills import read_small
from tests.factories import add_production, add_shots, add_title
from tests.retrainable import toy_schedule

BOX = [0.3, 0.4, 0.4, 0.2]
FRAMES = 24


def write_burned(path: Path) -> None:
    """A grey film with a window in which every frame is noise of its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    chance = np.random.default_rng(0)
    with av.open(str(path), "w") as film:
        stream = film.add_stream("libx264", rate=24, options={"crf": "10"})
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for _ in range(FRAMES):
            picture = np.full((120, 160, 3), 100, np.uint8)
            noise = chance.integers(0, 2, (24, 64, 1), np.uint8)
            picture[48:72, 48:112] = 255 * noise
            film.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        film.mux(stream.encode())


class BurnedInTests(TestCase):
    def setUp(self):
        production = add_production()
        Production.objects.filter(pk=production.pk).update(may_train=True)
        probe = {"active_picture": [0.0, 0.0, 1.0, 1.0], "overlays": [BOX]}
        for _ in range(3):
            title = add_title(production, frames=FRAMES, probe=probe)
            write_burned(local_path(title.proxy_key))
            add_shots(title, FRAMES)

    def drawn(self, *, overlays: bool) -> torch.Tensor:
        run = run_now(toy_schedule(name=f"{overlays}"), user=None)
        run.frozen = {"shots": {f"{Title.objects.earliest('pk').pk}": [[0, FRAMES]]}}
        (span,) = training_spans(run)
        self.assertEqual(span.overlays, (tuple(BOX),))
        if not overlays:
            span = type(span)(path=span.path, first=0, end=FRAMES)
        footage = Footage(spans=[span], size=32, span=16)
        times = torch.arange(0, 16, 2).expand(4, -1)
        return footage.draw(times, 0, slice(None), range(4)).float()

    def test_no_clip_that_is_learned_from_shows_how_a_timecode_counts(self):
        def changes(clips: torch.Tensor) -> float:
            return float(clips.diff(dim=1).abs().mean())

        self.assertGreater(changes(self.drawn(overlays=False)), 3)
        self.assertLess(changes(self.drawn(overlays=True)), 1)

    def test_what_is_learned_from_is_what_vectors_are_made_of(self):
        title = Title.objects.earliest("pk")
        title.probe |= {"levels": [0.2, 0.8]}
        title.save()
        path = local_path(title.proxy_key)
        span = training_spans_of(title)
        footage = Footage(spans=[span], size=72, span=16)
        read = footage.stretches.take(path, 0, FRAMES, span.overlays, span.levels)
        low = footage.stretches.low

        def shrink(picture: np.ndarray) -> np.ndarray:
            size = (round(low * 160 / 120), low)
            return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)

        seen = read_small(title, open_proxy(path), range(FRAMES), shrink)
        ours = read.permute(0, 2, 3, 1).numpy()
        self.assertEqual(ours.shape, seen.shape)
        away = np.abs(ours.astype(int) - seen.astype(int))
        self.assertLess(away.mean(), 1)


def training_spans_of(title: Title):
    run = run_now(toy_schedule(name="Again"), user=None)
    run.frozen = {"shots": {f"{title.pk}": [[0, FRAMES]]}}
    (span,) = training_spans(run)
    return span
