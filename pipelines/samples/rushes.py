"""Rushes: camera takes between slates, 30000/1001 with drop-frame timecode."""

from fractions import Fraction

from pipelines.samples import setups
from pipelines.samples.pieces import Drawn, Form, Reel, Window

_FORM = Form(
    rate=Fraction(30000, 1001),
    size=(640, 360),
    timecode="10:00:00;00",
    reel="A001",
    picture=Fraction(16, 9),
)


def _slate(number: int, take: str) -> Drawn:
    return Drawn(f"slate {number}", "slate", 40, ("ROLL A001", take, f"SLATE {number}"))


_PIECES = (
    _slate(1, "SCENE 4   TAKE 1"),
    setups.MAN_ALONE.take("man, take 1", 0, 72, Window(), "a whole take"),
    _slate(2, "SCENE 4   TAKE 2"),
    setups.MAN.take("man, take 2", 0, 71, Window(), "the same take, another file"),
    _slate(3, "SCENE 4   TAKE 3"),
    setups.MAN_AGAIN.take("man, take 3", 97, 166, Window(), "and another"),
    _slate(4, "SCENE 9   TAKE 1"),
    setups.WOMAN.take("woman, take 1", 60, 150, Window(), "hides her face"),
    _slate(5, "SCENE 9   TAKE 2"),
    setups.WOMAN.take("woman, take 2", 372, 472, Window(), "laughs, then bows"),
    _slate(6, "SCENE 12   TAKE 1"),
    setups.CAR.take("driver", 0, 120, Window(0.5, 0.5, 0.96), "the whole clip"),
)

RUSHES = Reel(
    name="Rushes A001",
    file="rushes_a001.mov",
    form=_FORM,
    pieces=_PIECES,
    twins=(("man, take 1", "man, take 2", "man, take 3"),),
)
