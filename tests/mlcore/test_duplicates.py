import unittest
from functools import cache

import cv2
import numpy as np

from mlcore.matching.appearance import AppearanceEncoder
from mlcore.matching.colour import look_colours
from mlcore.matching.duplicates import LookRows, find_groups, find_lookalikes
from mlcore.matching.moments import Slot, rows_columns
from mlcore.matching.segmenters import PeopleFirst
from tests.mlcore.drawn import bust, compressed, figure, flat, painted, texture
from tests.mlcore.photographs import photographs, sample, weights_folder

SLOTS = (Slot.HEAD, Slot.MIDDLE, Slot.TAIL)


@cache
def encoders():
    weights = weights_folder()
    return (
        AppearanceEncoder(weights / "efficientnet-lite0.safetensors"),
        PeopleFirst(weights),
    )


def looks(shots):
    """Rows of shots given as lists of pictures: head, middle, tail."""
    appearance, segmenter = encoders()
    rows = [
        (number, slot, picture)
        for number, pictures in enumerate(shots)
        for slot, picture in zip(SLOTS, pictures, strict=False)
    ]
    colours = []
    for _, _, picture in rows:
        subject = segmenter.segment(picture)
        colours.append(look_colours(picture, subject.coverage if subject else None))
    return LookRows(
        **rows_columns([r[0] for r in rows], [r[1] for r in rows], [0] * len(rows)),
        appearance=appearance.encode([r[2] for r in rows]),
        colours=np.stack(colours),
    )


def groups(shots):
    return find_groups(looks(shots), len(shots)).tolist()


def half_size(picture):
    size = (picture.shape[1] // 2, picture.shape[0] // 2)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


COPIES = {
    "coded again": lambda p: compressed(half_size(p), 50),
    "cropped by 3 %": lambda p: p[len(p) // 33 : -(len(p) // 33), 19:-19].copy(),
    "10 % brighter": lambda p: np.clip(p * 1.1, 0, 255).astype(np.uint8),
}


@cache
def film():
    """Head, middle and tail of the shots of a sample title, by name."""
    title = sample("reel_one")
    wanted = {
        s["name"]: [s["first"], (s["first"] + s["end"]) // 2, s["end"] - 1]
        for s in title.shots
        if s["role"] == "picture"
    }
    frames = title.frames([f for three in wanted.values() for f in three])
    return {name: [frames[f] for f in three] for name, three in wanted.items()}


def room(colour, seed=1):
    ground = texture(seed, (180, 320), 30)
    tint = np.array(colour) / 128
    return (ground * tint).clip(0, 255).astype(np.uint8)


class CopyTests(unittest.TestCase):
    def test_copies_of_real_shots_are_duplicates(self):
        pictures = {**photographs()}
        for name in ("woman grieving", "robot", "man smiling", "tower", "two men"):
            pictures[name] = film()[name][1]
        for kind, copy in COPIES.items():
            for name, picture in pictures.items():
                with self.subTest(kind, of=name):
                    self.assertEqual(groups([[picture], [copy(picture)]]), [0, 0])

    def test_shots_of_a_film_group_as_the_truth_says(self):
        for name in ("reel_one", "rushes_a001"):
            title = sample(name)
            with self.subTest(name):
                pictured = [s for s in title.shots if s["role"] == "picture"]
                at = {s["name"]: n for n, s in enumerate(pictured)}
                frames = title.frames(
                    [f for s in pictured for f in (s["first"], s["end"] - 1)]
                )
                shots = [[frames[s["first"]], frames[s["end"] - 1]] for s in pictured]

                found = groups(shots)

                for group in title.truth["duplicates"]:
                    names = [title.shots[n]["name"] for n in group]
                    first = at[names[0]]
                    self.assertEqual(
                        [found[at[n]] for n in names], [first] * len(names)
                    )

    def test_a_reverse_shot_seen_seven_times_is_one_group_of_seven(self):
        her = [frame for name in ("woman grieving",) for frame in film()[name]]
        him = film()["man smiling"]
        shots = []
        for turn in range(7):
            shots.append([her[turn % 3], her[(turn + 1) % 3], her[(turn + 2) % 3]])
            shots.append([compressed(him[turn % 3], 70 - 5 * turn)] * 2)

        self.assertEqual(groups(shots), [0, 1] * 7)

    def test_time_between_them_does_not_matter(self):
        others = [[texture(n, (180, 320))] for n in range(2, 40)]
        first = [photographs()["china"]]

        self.assertEqual(groups([first, *others, first])[-1], 0)


class DifferenceTests(unittest.TestCase):
    def test_red_to_green_of_one_luma_is_no_copy(self):
        mask = figure()
        for red, green in (
            ((200, 70, 70), (40, 140, 40)),
            ((150, 90, 90), (80, 125, 80)),
        ):
            with self.subTest(red):
                shots = [
                    [painted(room(c), mask, (235, 230, 220))] for c in (red, green)
                ]
                luma = [s[0] @ np.array([0.299, 0.587, 0.114]) for s in shots]
                self.assertLess(abs(luma[0].mean() - luma[1].mean()), 12)

                self.assertEqual(groups(shots), [0, 1])

    def test_two_locked_off_shots_of_one_place_with_different_people_are_no_copies(
        self,
    ):
        people = film()
        cut_outs = []
        for name in ("woman grieving", "man smiling", "driver"):
            picture = people[name][1]
            mask = encoders()[1].segment(picture).coverage
            cut_outs.append((picture, cv2.resize(mask, (640, 360))[..., None]))
        for place in ("china", "flower"):
            ground = cv2.resize(photographs()[place], (640, 360))
            shots = [
                [(p * mask + ground * (1 - mask)).astype(np.uint8)] * 3
                for p, mask in cut_outs
            ]
            with self.subTest(place):
                self.assertEqual(groups(shots), [0, 1, 2])

    def test_drawn_people_in_one_drawn_room_are_told_apart_by_their_clothes(self):
        ground = room((130, 120, 110))
        shots = [
            [painted(ground, bust(height=0.7), colour)] * 3
            for colour in ((200, 40, 40), (40, 60, 190), (205, 45, 42))
        ]

        self.assertEqual(groups(shots), [0, 1, 0])

    def test_a_closer_shot_of_the_same_person_is_another_shot(self):
        ground = room((120, 130, 140))
        far = painted(ground, bust(height=0.45), (210, 200, 60))
        near = painted(ground, bust(height=0.85), (210, 200, 60))

        self.assertEqual(groups([[far], [near]]), [0, 1])

    def test_a_push_in_is_not_the_locked_off_shot_it_begins_like(self):
        shots = [film()["robot"], film()["robot push"]]

        self.assertEqual(groups(shots), [0, 1])
        pairs = find_lookalikes(looks(shots), np.array([0, 1]))
        self.assertEqual(sorted(map(tuple, pairs.tolist())), [(0, 1), (1, 0)])

    def test_unlike_pictures_are_no_lookalikes(self):
        shots = [[picture] for picture in photographs().values()]

        self.assertEqual(find_lookalikes(looks(shots), np.array([0, 1])).tolist(), [])


def made(vectors, shots=None):
    """Rows of appearance alone, with one colour for all."""
    rows = np.asarray(vectors, np.float32)
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    number = list(range(len(rows))) if shots is None else shots
    return LookRows(
        **rows_columns(number, [Slot.MIDDLE] * len(rows), list(range(len(rows)))),
        appearance=rows,
        colours=np.tile(look_colours(flat((90, 80, 70))), (len(rows), 1)),
    )


class GroupingTests(unittest.TestCase):
    def test_groups_do_not_creep(self):
        angles = np.deg2rad([0, 30, 60, 90])
        chain = np.stack([np.cos(angles), np.sin(angles)], axis=1)

        # Neighbours are alike (.87), the next but one are not (.5).
        self.assertEqual(find_groups(made(chain), 4).tolist(), [0, 0, 2, 2])

    def test_many_shots_group_as_few_do(self):
        chance = np.random.default_rng(0)
        kinds = chance.normal(size=(150, 64))
        which = chance.integers(0, 150, 700)
        vectors = kinds[which] + 0.02 * chance.normal(size=(700, 64))

        found = find_groups(made(vectors), 700)

        first = {kind: int(np.flatnonzero(which == kind)[0]) for kind in set(which)}
        self.assertEqual(found.tolist(), [first[kind] for kind in which])

    def test_the_order_of_rows_does_not_matter(self):
        chance = np.random.default_rng(1)
        rows = made(chance.normal(size=(90, 8)), np.repeat(np.arange(30), 3).tolist())

        shuffled = rows.pick(chance.permutation(90))

        self.assertTrue(
            np.array_equal(find_groups(rows, 30), find_groups(shuffled, 30))
        )

    def test_a_shot_without_rows_stands_alone(self):
        self.assertEqual(
            find_groups(made([[1, 0], [1, 0]], [1, 3]), 5).tolist(), [0, 1, 2, 1, 4]
        )

    def test_no_rows_are_no_groups(self):
        self.assertEqual(find_groups(made(np.zeros((0, 4))), 3).tolist(), [0, 1, 2])

    def test_a_shot_outside_the_title_is_refused(self):
        with self.assertRaisesRegex(ValueError, "outside"):
            find_groups(made([[1, 0]], [7]), 3)


if __name__ == "__main__":
    unittest.main()
