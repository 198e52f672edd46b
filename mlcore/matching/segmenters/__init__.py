"""Who or what is in front: one interface, the best segmenter that is there."""

from collections.abc import Sequence
from pathlib import Path

from mlcore.matching.segmenters.base import Picture, Segmenter, Silhouette, Subject
from mlcore.matching.segmenters.foreground import ForegroundSegmenter
from mlcore.matching.segmenters.person import PersonSegmenter

INSTANCE_FOLDER = "instance-segmenter"
"""Where an operator places a transformers network: config.json and model.safetensors."""


class PeopleFirst:
    """People where there are any; else whatever clearly stands in front."""

    def __init__(self, folder: Path) -> None:
        self._people = PersonSegmenter(folder)
        self._things = ForegroundSegmenter()
        self.name = f"{self._people.name}, else {self._things.name}"
        self.weights = self._people.weights

    def segment(self, rgb: Picture) -> Silhouette | None:
        """Return the subject of a uint8 (h, w, 3) RGB picture, None without a clear one."""
        coverage = self._people.coverage(rgb)
        found = self._people.vouched(rgb, coverage)
        return found or self._things.segment(rgb, hint=coverage)

    def subjects(self, rgb: Picture) -> tuple[Silhouette, ...]:
        """Return each person who does not touch another; without people, the one thing."""
        coverage = self._people.coverage(rgb)
        people = self._people.each_vouched(rgb, coverage)
        thing = None if people else self._things.segment(rgb, hint=coverage)
        return people or (() if thing is None else (thing,))

    def follow(
        self, rgb: Picture, before: Sequence[Silhouette]
    ) -> tuple[Silhouette, ...]:
        """Return the subjects of a near frame again: people, or the thing."""
        people = [one for one in before if one.subject == "person"]
        things = [one for one in before if one.subject != "person"]
        found = self._people.follow(rgb, people) if people else ()
        return found + (self._things.follow(rgb, things) if things else ())


def choose_segmenter(folder: Path) -> Segmenter:
    """Return the best segmenter whose weights lie in `folder`.

    A placed instance segmentation network goes before MediaPipe's. FileNotFoundError
    names the first file that is missing.
    """
    placed = folder / INSTANCE_FOLDER
    if (placed / "config.json").is_file():
        # transformers takes seconds to import, and most installations have no such network.
        from mlcore.matching.segmenters.instance import (  # noqa: PLC0415
            InstanceSegmenter,
        )

        return InstanceSegmenter(placed)
    return PeopleFirst(folder)


__all__ = [
    "INSTANCE_FOLDER",
    "ForegroundSegmenter",
    "PeopleFirst",
    "PersonSegmenter",
    "Picture",
    "Segmenter",
    "Silhouette",
    "Subject",
    "choose_segmenter",
]
