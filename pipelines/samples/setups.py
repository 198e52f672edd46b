"""The camera set-ups inside the clips: frame ranges that hold no cut, found by looking.

Frames are the clip's own, half-open. Cuts inside a clip lie on these borders: bikes.mp4
at 30, 76, 137, 187 and 242; cityCC0.mpg at 116; face_noface.mov at 72 and 73;
noface_face.mov at 96 and 168.
"""

from dataclasses import dataclass
from fractions import Fraction

from pipelines.samples.pieces import Taken, Window


@dataclass(frozen=True)
class Setup:
    """One camera position in one clip, `first` to `end`, and whether people are seen."""

    name: str
    clip: str
    first: int
    end: int
    people: bool

    def take(  # noqa: PLR0913
        self,
        name: str,
        first: int,
        end: int,
        window: Window,
        note: str,
        *,
        until: Window | None = None,
        mirrored: bool = False,
        speed: Fraction = Fraction(1),
        people: bool | None = None,
    ) -> Taken:
        """A piece of this set-up, frames `first` to `end` of the clip.

        Raises ValueError when it would run over a cut inside the clip.
        """
        if not self.first <= first < end <= self.end:
            raise ValueError(f"{name} leaves the set-up {self.name}.")
        return Taken(
            name=name,
            clip=self.clip,
            first=first,
            end=end,
            setup=self.name,
            people=self.people if people is None else people,
            window=window,
            until=until,
            mirrored=mirrored,
            speed=speed,
            note=note,
        )


WOMAN = Setup("woman", "WolfgangLanger_Pexels.mp4", 0, 472, people=True)
MAN = Setup("man at door", "face_noface.mov", 0, 72, people=True)
MAN_AGAIN = Setup("man at door", "noface_face.mov", 96, 168, people=True)
MAN_ALONE = Setup("man at door", "single_face.mp4", 0, 72, people=True)
CAR = Setup("man in car", "carphone_pristine.mp4", 0, 120, people=True)
SPEECH = Setup("two men at lectern", "obama_speech.mp4", 0, 105, people=True)
BUS = Setup("bus from above", "bikes.mp4", 0, 30, people=False)
TRAFFIC = Setup("man in traffic", "bikes.mp4", 30, 76, people=True)
CYCLIST = Setup("cyclist waiting", "bikes.mp4", 76, 137, people=True)
BRIDGE = Setup("bridge railing", "bikes.mp4", 137, 187, people=False)
PAVEMENT = Setup("legs on pavement", "bikes.mp4", 187, 242, people=True)
WHEEL = Setup("bicycle wheel", "bikes.mp4", 242, 250, people=False)
BUNNY = Setup("animated rabbit", "bigbuckbunny.mp4", 0, 132, people=False)
TOWERS = Setup("towers, close", "cityCC0.mpg", 0, 116, people=False)
TOWER = Setup("towers, sky", "cityCC0.mpg", 116, 190, people=False)
ROBOT = Setup("toy robot", "small.mp4", 0, 166, people=False)
SKY = Setup("animated sky", "no_face.mp4", 0, 95, people=False)
PARK = Setup("park", "park.mp4", 0, 17, people=False)
