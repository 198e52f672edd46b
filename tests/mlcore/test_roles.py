import unittest

import cv2
import numpy as np

from mlcore.shots.bars import is_bars
from mlcore.shots.cards import lettering
from mlcore.shots.roles import shot_role
from mlcore.shots.signals import SignalRecorder, empty_signals
from tests.films import DrawnShot, drawer
from tests.mlcore.drawn import compressed, figure, flat, painted, texture, written
from tests.mlcore.photographs import photographs, sample

HD = (360, 640)
NAMES = ["Directed by", "A. Name", "Best Boy", "L. Kuleshov", "Costumes", "Sound Mixer"]


def role_of(*stills):
    """The role of a shot that shows these pictures, each for some frames."""
    recorder = SignalRecorder()
    for still in stills:
        scale = 256 / max(still.shape[:2])
        size = (round(still.shape[1] * scale), round(still.shape[0] * scale))
        small = cv2.resize(still, size, interpolation=cv2.INTER_AREA)
        for _ in range(4):
            recorder.push(np.ascontiguousarray(small[..., ::-1]))
    return shot_role(recorder.take(), list(stills))


def gradient():
    down = np.linspace(10, 80, HD[0])[:, None, None] * np.array([0.4, 0.7, 1.0])
    return np.broadcast_to(down, (*HD, 3)).astype(np.uint8).copy()


def grainy(picture, seed=0):
    noise = np.random.default_rng(seed).normal(0, 3, picture.shape)
    return (picture + noise).clip(0, 255).astype(np.uint8)


GROUNDS = {
    "black": flat((0, 0, 0), HD),
    "white": flat((240, 240, 240), HD),
    "blue": flat((30, 40, 110), HD),
    "an even gradient": gradient(),
}


def clapper():
    card = flat((130, 130, 130), HD)
    board = card[40:320, 80:560]
    board[:] = 22
    across, down = np.meshgrid(np.arange(480), np.arange(50))
    board[:50][(across + down) // 50 % 2 == 0] = 230
    return written(["SCENE 4", "TAKE 2", "ROLL A001"], card, top=160, step=60)


def leader():
    card = flat((185, 185, 185), HD)
    for radius in (130, 150):
        cv2.circle(card, (320, 180), radius, (20, 20, 20), 2, cv2.LINE_AA)
    cv2.line(card, (0, 180), (640, 180), (20, 20, 20), 2)
    cv2.line(card, (320, 0), (320, 360), (20, 20, 20), 2)
    return written(["5"], card, (20, 20, 20), 4.0, 220)


def colour_bars(full):
    top = 255 if full else 191
    card = np.zeros((*HD, 3), np.uint8)
    bars = [(1, 1, 1), (1, 1, 0), (0, 1, 1), (0, 1, 0), (1, 0, 1), (1, 0, 0), (0, 0, 1)]
    for number, bar in enumerate(bars):
        card[:, number * 640 // 7 : (number + 1) * 640 // 7] = np.array(bar) * top
    if not full:
        card[240:] = 16
        card[250:, 120:230] = 255
    return card


class CardTests(unittest.TestCase):
    def test_credits_are_text_on_any_plain_ground(self):
        for name, ground in GROUNDS.items():
            ink = (20, 20, 20) if name == "white" else (235, 235, 235)
            with self.subTest(ground=name):
                card = written(NAMES, ground, ink)

                self.assertEqual(role_of(card, card, card), "text")
                self.assertEqual(role_of(*[compressed(grainy(card), 50)] * 3), "text")

    def test_rolling_credits_are_text_though_they_come_and_go(self):
        roll = [written(NAMES, GROUNDS["black"], top=60 - 90 * n) for n in range(3)]

        self.assertEqual(role_of(*roll), "text")
        self.assertEqual(role_of(GROUNDS["black"], roll[0], roll[1]), "text")

    def test_a_title_card_is_a_slate(self):
        for name, ground in GROUNDS.items():
            ink = (20, 20, 20) if name == "white" else (235, 235, 235)
            with self.subTest(ground=name):
                card = written(["THE LATE", "MATHIAS"], ground, ink, 1.6, 150, 80)

                self.assertEqual(role_of(card, card, card), "slate")

    def test_a_clapperboard_and_a_leader_are_slates(self):
        for name, card in {"clapper": clapper(), "leader": leader()}.items():
            with self.subTest(name):
                self.assertEqual(role_of(card, card, card), "slate")
                self.assertEqual(role_of(*[compressed(grainy(card), 50)] * 3), "slate")

    def test_a_frame_of_one_colour_is_a_slate(self):
        self.assertEqual(role_of(*[flat((200, 30, 30), HD)] * 3), "slate")

    def test_black_is_black_with_grain_and_at_studio_level(self):
        for level in (0, 16):
            black = flat((level, level, level), HD)
            with self.subTest(level=level):
                self.assertEqual(
                    role_of(*[grainy(black, n) for n in range(3)]), "black"
                )

    def test_bars_are_bars(self):
        for full in (False, True):
            with self.subTest(full=full):
                card = colour_bars(full)

                self.assertEqual(role_of(card, card, card), "bars")
                self.assertTrue(is_bars(compressed(grainy(card), 40)))


class PictureTests(unittest.TestCase):
    def pictures(self):
        frames = sample("reel_one").middles(
            ["woman grieving", "robot", "man smiling", "tower", "city pan", "clouds"]
        )
        return {**photographs(), **frames}

    def test_photographs_and_film_frames_are_pictures(self):
        for name, picture in self.pictures().items():
            with self.subTest(name):
                self.assertEqual(role_of(picture, picture, picture), "picture")

    def test_a_night_stays_a_picture(self):
        for name, picture in self.pictures().items():
            if name == "clouds":
                continue  # a pale sky without contrast, at night, is black
            with self.subTest(name):
                night = grainy((picture * 0.13).astype(np.uint8))

                self.assertEqual(role_of(night, night, night), "picture")

    def test_a_subtitle_does_not_make_a_picture_text(self):
        for name, picture in self.pictures().items():
            for light in (1.0, 0.13):
                with self.subTest(name, light=light):
                    lit = cv2.resize((picture * light).astype(np.uint8), (640, 360))
                    shown = written(["I never said that."], lit, top=325)

                    self.assertEqual(role_of(shown, shown, shown), "picture")

    def test_what_has_thin_limbs_and_stands_inside_a_plain_picture_is_no_leader(self):
        star = drawer(DrawnShot(scene=23, outline="star", box=(0.5, 0.3, 0.36, 0.55)))

        self.assertEqual(role_of(star(0.0), star(0.0), star(0.0)), "picture")

    def test_a_portrait_on_a_plain_ground_is_a_picture(self):
        for colour in ((20, 20, 20), (230, 230, 230), (40, 90, 160)):
            with self.subTest(colour):
                portrait = self.pictures()["man smiling"]
                head = cv2.resize(portrait[:, 260:620], (360, 360))
                ground = flat(colour, HD)
                soft = np.zeros((360, 360), np.float32)
                cv2.ellipse(soft, (200, 190), (110, 150), 0, 0, 360, 1.0, -1)
                soft = cv2.GaussianBlur(soft, (0, 0), 2)[..., None]
                ground[:, 140:500] = head * soft + ground[:, 140:500] * (1 - soft)

                self.assertEqual(role_of(ground, ground, ground), "picture")

    def test_a_flat_silhouette_on_a_flat_ground_is_a_picture(self):
        shape = painted(flat((200, 120, 60), HD), figure(HD), (15, 15, 15))

        self.assertEqual(role_of(shape, shape, shape), "picture")

    def test_stars_at_night_are_a_picture(self):
        chance = np.random.default_rng(4)
        sky = np.zeros((*HD, 3), np.uint8)
        for x, y, light in zip(
            chance.integers(5, 635, 150),
            chance.integers(5, 355, 150),
            chance.integers(90, 255, 150),
            strict=True,
        ):
            cv2.circle(sky, (int(x), int(y)), int(light) // 110, (int(light),) * 3, -1)

        self.assertEqual(role_of(sky, sky, sky), "picture")

    def test_one_card_among_three_stills_does_not_take_the_shot_away(self):
        scene = texture(1, HD)

        card = written(NAMES, GROUNDS["black"])

        self.assertEqual(role_of(scene, scene, card), "picture")

    def test_lettering_over_a_scene_is_a_picture(self):
        scene = written(NAMES, texture(2, HD))

        self.assertEqual(role_of(scene, scene, scene), "picture")

    def test_a_striped_cloth_in_changing_light_is_no_test_card(self):
        light = np.linspace(0.5, 1.0, HD[0])[:, None, None]
        cloth = (colour_bars(full=True) * light).astype(np.uint8)

        self.assertFalse(is_bars(cloth))


class SampleTitleTests(unittest.TestCase):
    def test_every_shot_of_the_sample_titles_has_its_role(self):
        for name in ("reel_one", "reel_two", "rushes_a001"):
            title = sample(name)
            wanted = {
                shot["name"]: [
                    shot["first"] + (shot["end"] - shot["first"]) * k // 4
                    for k in (1, 2, 3)
                ]
                for shot in title.shots
            }
            frames = title.frames([f for group in wanted.values() for f in group])
            for shot in title.shots:
                with self.subTest(name, shot=shot["name"]):
                    stills = [frames[f] for f in wanted[shot["name"]]]

                    self.assertEqual(role_of(*stills), shot["role"])


class InputTests(unittest.TestCase):
    def test_a_shot_without_frames_has_no_role(self):
        with self.assertRaisesRegex(ValueError, "one still at least"):
            shot_role(empty_signals(), [texture(3)])

    def test_lines_are_counted(self):
        for lines in (1, 3, 6):
            with self.subTest(lines=lines):
                card = written(NAMES[:lines], GROUNDS["black"])

                self.assertEqual(lettering(card).rows, lines)


if __name__ == "__main__":
    unittest.main()
