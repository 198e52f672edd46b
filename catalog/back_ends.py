"""What can carry out an edit, in words: the code of each is the worker's."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class BackEnd:
    """One back-end as a person chooses it."""

    key: str
    name: str
    words: str
    """What it is, and what to expect of it"""
    caution: str = ""
    """What it is no use for, and what to take instead"""
    needs_region: bool = False
    takes_steps: bool = True
    """Whether the number of steps and the strength change anything"""
    longest: int = 0
    """Pixels of the longer side that it works at, at most; 0: whole pictures"""
    at_once: int = 0
    """Frames that it holds together; 0: all"""
    weights: str = ""
    """Which weights it needs, exactly as published; empty: none, or those that ship"""
    size: str = ""
    licence: str = ""
    folder: str = ""
    """Under the weights folder"""

    @property
    def published(self) -> str:
        """Its weights by name, size, licence and folder; empty where it needs none."""
        if not self.weights:
            return ""
        return (
            f"{self.name} with {self.weights} ({self.size}; {self.licence}), placed in "
            f"the folder {self.folder} of the weights folder"
        )

    @property
    def wanted(self) -> str:
        """Which weights to place where, in one sentence; empty where none are needed."""
        if not self.weights:
            return ""
        return (
            f"It needs {self.weights} in diffusers' format ({self.size}; {self.licence}) "
            f"in the folder {self.folder} of the weights folder."
        )


COMPOSITE, TOY, UNCLIP, VACE = "composite", "toy", "unclip", "vace"

BACK_ENDS = {
    each.key: each
    for each in (
        BackEnd(
            key=COMPOSITE,
            name="Composite",
            words="No network: the picture's object is cut out and follows the region, "
            "before a ground filled from other frames. Works on any footage; follows "
            "place and size, not pose, light or what passes in front.",
            needs_region=True,
            takes_steps=False,
        ),
        BackEnd(
            key=TOY,
            name="Toy world",
            words="The whole method with a network of 3 million parameters that knows "
            "drawn shapes on drawn grounds, 32 pixels wide. It shows how an edit goes, on "
            "a toy title.",
            caution="is no use for footage, for which it has learned nothing. For that take "
            "Composite, or one of those whose weights an operator places:",
            longest=32,
            at_once=8,
        ),
        BackEnd(
            key=UNCLIP,
            name="Stable unCLIP",
            words="The whole method with a large public network of 2023: it follows the "
            "source's motion and form. Needs a GPU.",
            longest=768,
            at_once=8,
            weights="stabilityai/stable-diffusion-2-1-unclip-small",
            size="1.6 billion parameters, 6.4 GB as float32",
            licence="CreativeML OpenRAIL++-M",
            folder="editing/unclip",
        ),
        BackEnd(
            key=VACE,
            name="Wan VACE",
            words="Masked video to video with the picture as reference: the strongest "
            "open way today. Needs a GPU and a region.",
            needs_region=True,
            longest=832,
            at_once=81,
            weights="Wan-AI/Wan2.1-VACE-1.3B-diffusers",
            size="8.0 billion parameters with its text encoder, 16 GB as bfloat16",
            licence="Apache-2.0",
            folder="editing/vace",
        ),
    )
}
PUBLISHED = [each.published for each in BACK_ENDS.values() if each.weights]
"""Back-ends for footage with weights that an operator places, in words"""
