"""What a clip encoder says of a pair, as something that a ranking looks at."""

from functools import partial

import numpy as np
from django.test import TestCase

from catalog.models import EncoderVersion, Shot, ShotVector
from mlcore.matching.pairs import explain_pairs
from mlcore.matching.ranking.ranker import RankerConfig, fit_ranker, save_ranker
from mlcore.metrics import average_precision
from pipelines.datasets import freeze_labels, pair_rows
from pipelines.encoders import live_kinds
from pipelines.kinds import read_kind
from pipelines.looking import clip_column
from pipelines.rankers import judge
from pipelines.trained import keep_weights
from tests.factories import add_encoder
from tests.labelled import SORTS, labelled_catalogue


def sorted_by_clips(version: EncoderVersion) -> None:
    """Clip vectors by which shots of one sort, and no others, are near."""
    chance = np.random.default_rng(0)
    rows = []
    for shot in Shot.objects.select_related("title"):
        for slot, frame in (("head", shot.first_frame), ("tail", shot.end_frame - 1)):
            vector = 0.2 * chance.normal(size=8)
            vector[shot.index % SORTS] += 1
            rows.append(
                ShotVector(
                    shot=shot,
                    title=shot.title,
                    version=version,
                    slot=slot,
                    frame=frame,
                    vector=vector.tolist(),
                )
            )
    ShotVector.objects.bulk_create(rows)


class ClipFeatureTests(TestCase):
    def setUp(self):
        labelled_catalogue(titles=12)
        self.frozen = freeze_labels("frame")

    def ranking(self) -> EncoderVersion:
        """A live ranking of what there is to look at now."""
        rows = pair_rows(self.frozen)
        config = RankerConfig(strength=10.0)
        ranker = fit_ranker(rows.features, rows.labels, rows.scores, config)
        sha256 = keep_weights(partial(save_ranker, ranker), "test-ranker")
        made = add_encoder("ranker-frame")
        EncoderVersion.objects.filter(pk=made.pk).update(weights_sha256=sha256)
        made.refresh_from_db()
        return made

    def said(self, version: EncoderVersion) -> np.ndarray:
        """What a ranking says of all pairs of the first title."""
        shots = list(Shot.objects.filter(title=Shot.objects.earliest("pk").title))
        kind, live = next((k, v) for k, v in live_kinds() if k.name == "frame")
        stored = read_kind(kind, live, [shot.pk for shot in shots])
        leaving, entering = np.where(~np.eye(len(shots), dtype=bool))
        found = explain_pairs(kind, stored, leaving, entering)
        judged = judge(version, found, shots)
        assert judged is not None
        return judged.learned

    def test_without_a_live_clip_encoder_a_ranking_does_not_look_at_it(self):
        names = pair_rows(self.frozen).features.names

        self.assertFalse([name for name in names if name.startswith("clip")])

    def test_a_live_one_s_cosine_tells_good_pairs_from_bad_ones(self):
        version = add_encoder("clip")
        sorted_by_clips(version)

        rows = pair_rows(self.frozen)

        column = rows.features.plain[:, rows.features.names.index(clip_column(version))]
        self.assertFalse(np.isnan(column).any())
        self.assertGreater(average_precision(rows.labels, column), 0.95)
        self.assertNotIn(
            clip_column(version), pair_rows(self.frozen, clips=()).features.names
        )

    def test_a_ranking_goes_on_where_the_vectors_that_it_looked_at_are_gone(self):
        clip = add_encoder("clip")
        sorted_by_clips(clip)
        ranking = self.ranking()
        before = self.said(ranking)
        # Another goes live, whose vectors lie in another space: they are not looked at.
        EncoderVersion.objects.filter(pk=clip.pk).update(status="retired")
        other = EncoderVersion.objects.create(
            family="clip", name="other", status="active"
        )
        sorted_by_clips(other)
        np.testing.assert_array_equal(self.said(ranking), before)

        ShotVector.objects.filter(version=clip).delete()

        after = self.said(ranking)
        self.assertTrue(np.isfinite(after).all())
        self.assertGreater(float(np.abs(after - before).max()), 0.01)
