"""The gates of the person mask, on every picture shot of the sample titles."""

from mlcore.matching.masks import area
from mlcore.matching.segmenters.detectors import HeadDetector
from mlcore.matching.segmenters.person import GATES, PersonSegmenter
from tests.mlcore.photographs import Picture, photographs, sample, weights_folder


def measure_gates() -> None:
    """Print, per gate, the highest score without people and how many it lets in with them."""
    segmenter = PersonSegmenter(weights_folder())
    with_people, without = _frames()
    masked = {
        True: [p for p in with_people if area(segmenter.coverage(p) >= 0.5) >= 0.02],
        False: [p for p in without if area(segmenter.coverage(p) >= 0.5) >= 0.02],
    }
    print(
        f"\nperson gates: {len(with_people)} frames with people, {len(masked[True])} of "
        f"them masked; {len(without)} without, {len(masked[False])} masked"
    )
    for design, least in GATES:
        detector = HeadDetector(weights_folder(), design)
        highest = {kind: [_best(detector, p) for p in masked[kind]] for kind in masked}
        let_in = sum(score >= least for score in highest[True])
        print(
            f"  {design.file:42s} gate {least:.2f}  highest without people "
            f"{max(highest[False]):.2f}  lets in {let_in} of {len(masked[True])}"
        )
    for kind, pictures in masked.items():
        passed = sum(segmenter.segment(p) is not None for p in pictures)
        print(
            f"  all gates, {'people' if kind else 'nobody'}: {passed} of {len(pictures)} pass"
        )


def _best(detector: HeadDetector, picture: Picture) -> float:
    return max((head.score for head in detector.heads(picture, 0.01)), default=0.0)


def _frames() -> tuple[list[Picture], list[Picture]]:
    with_people: list[Picture] = []
    without = list(photographs().values())
    for name in ("reel_one", "reel_two"):
        title = sample(name)
        for shot in title.shots:
            if shot["role"] != "picture":
                continue
            wanted = [
                shot["first"],
                (shot["first"] + shot["end"]) // 2,
                shot["end"] - 1,
            ]
            found = title.frames(wanted).values()
            (with_people if shot["people"] else without).extend(found)
    return with_people, without
