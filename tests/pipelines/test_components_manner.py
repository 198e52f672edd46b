"""Suggestions by how transitions go: of those that nobody used yet, and by a recommender of before."""

import json
from dataclasses import replace
from functools import partial

from catalog.files import local_path
from mlcore.components.suggesting.keeping import load_recommenders, save_recommenders
from mlcore.components.suggesting.manner import NAMES
from mlcore.components.suggesting.measures import MEASURES, SHOT_MEASURES
from pipelines.encoders import put_live
from pipelines.trained import keep_weights, weights_key
from tests.components import add_component, add_embedding
from tests.factories import add_shots, add_title
from tests.pipelines.test_components_learning import (
    LEFT,
    RIGHT,
    TITLES,
    House,
    looked_at,
    pan,
)

NEW_RIGHT, NEW_LEFT = (f"transition/slide over {way}/0" for way in ("right", "left"))


class MannerTests(House):
    def setUp(self):
        for number in range(TITLES):
            self.film(number)
        # To the encoder both are the same, and like neither push.
        for key in (NEW_RIGHT, NEW_LEFT):
            add_embedding(add_component(key), (0, -1))
        self.learned = self.learn()

    def suggested(self, way):
        a, _, c = looked_at(*add_shots(add_title(self.production), 80, 80, 80))
        pan(a, "tail", way)
        return [each.component and each.component.key for each in self.asked(a, c)]

    def test_what_nobody_used_is_suggested_where_it_goes_the_same_way(self):
        to_the_right, to_the_left = self.suggested(1), self.suggested(-1)

        self.assertEqual((to_the_right[0], to_the_left[0]), (RIGHT, LEFT))
        self.assertLess(to_the_right.index(NEW_RIGHT), to_the_right.index(NEW_LEFT))
        self.assertLess(to_the_left.index(NEW_LEFT), to_the_left.index(NEW_RIGHT))

    def test_a_recommender_of_before_goes_on_without(self):
        self.keep_without_manners()

        self.assertEqual(self.suggested(1)[0], RIGHT)
        self.assertEqual(self.suggested(-1)[0], LEFT)

    def keep_without_manners(self):
        """Put live what was learned, less the last columns."""
        measures = {"cut": MEASURES, "shot": SHOT_MEASURES}
        path = local_path(weights_key(self.learned.weights_sha256))
        kept = load_recommenders(path, measures)
        whole = kept["cut"].recommender
        fewer = replace(
            whole,
            matrix=whole.matrix[:, : -len(NAMES)],
            bias=whole.bias[: -len(NAMES)],
        )
        self.assertEqual(
            fewer.matrix.shape[1], kept["shot"].recommender.matrix.shape[1]
        )
        old = {**kept, "cut": replace(kept["cut"], recommender=fewer)}
        config = self.learned.config

        def write(old, path):
            save_recommenders(old, path)
            path.with_suffix(".json").write_text(json.dumps(config))

        sha256 = keep_weights(partial(write, old), "of-before")
        put_live(
            "recommender", sha256, name="of before", config=config, reason="a test"
        )
