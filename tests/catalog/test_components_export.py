"""Accepted components in timelines: dissolves as such, all else as named marks."""

import os
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
from django.test import SimpleTestCase

from catalog.exports import FORMATS
from catalog.matchcuts import Laid
from tests.catalog.timelines import NTSC, made_cut, made_title, planner

GOLDEN = Path(__file__).with_name("golden")


def dissolve(before, after, rate=25):
    """The cross dissolve over so many frames of a rate."""
    return Laid(
        key="transition/cross dissolve/0",
        label="Cross dissolve",
        category="transition",
        dissolves=True,
        before=Fraction(before) / Fraction(rate),
        after=Fraction(after) / Fraction(rate),
    )


WHIP = Laid(
    key="transition/whip pan/3",
    label='Whip "pan" 4',
    category="transition",
    before=Fraction(6, 25),
    after=Fraction(6, 25),
)
NOIR = Laid(key="filter/noir/0", label="Noir", category="filter")


def laid_cuts():
    """A dissolve, a transition and a filter that no program knows, and a plain cut."""
    film = made_title(1, reel="A001", probe={"audio": [{"channels": 2}]})
    other = made_title(2, reel="B002", start="02:00:00:00")
    return (
        made_cut(film, other, transition=dissolve(12, 12)),
        made_cut(other, film, key="match 8", transition=WHIP, on_entering=(NOIR,)),
        made_cut(film, other, key="match 9"),
    )


class CrossingTests(SimpleTestCase):
    def crossing(self, cut, rate=None, **lengths):
        laid = planner(cut, **lengths).in_one(rate)
        return next(iter(laid.crossings), None)

    def test_a_transition_takes_what_was_accepted_where_the_handles_allow_it(self):
        one = made_title(1)
        # A's shot is 100..499 cut at 399, B's 200..599 cut at 230.
        found = self.crossing(made_cut(one, one, transition=dissolve(12, 13)))
        self.assertEqual((found.before, found.after), (12, 13))
        self.assertEqual((found.first, found.end), (50 - 12, 50 + 13))

    def test_no_frame_of_it_lies_outside_the_shots(self):
        one, other = made_title(1), made_title(2, NTSC[24])
        for entering, tail, head in (
            (one, (100, 403, 399), (225, 600, 230)),
            (one, (100, 400, 399), (230, 600, 230)),
            (one, (395, 500, 399), (200, 234, 230)),
            (other, (100, 403, 399), (225, 600, 230)),
            (other, (390, 409, 399), (225, 240, 230)),
        ):
            for rate in (None, (Fraction(24), False), (NTSC[60], False)):
                cut = made_cut(
                    one, entering, tail=tail, head=head, transition=dissolve(40, 40)
                )
                with self.subTest(tail=tail, head=head, rate=rate):
                    self.check(cut, rate)

    def check(self, cut, counting):
        line = planner(cut).in_one(counting)
        for found in line.crossings:
            a, b = found.leaving, found.entering
            slow, fast = a.source.rate / line.rate, b.source.rate / line.rate
            last = a.first + int((a.length - 1 + found.after) * slow)
            self.assertLess(last, cut.leaving.end_frame)
            first = b.first - found.before * fast
            self.assertGreaterEqual(first, cut.entering.first_frame)
            self.assertLess(found.before, a.length)
            self.assertLess(found.after, b.length)
            self.assertGreater(found.length, 0)

    def test_where_there_are_no_handles_the_cut_is_plain_and_says_what_was_wished(self):
        one = made_title(1)
        cut = made_cut(
            one, one, tail=(100, 400, 399), head=(230, 600, 230),
            transition=dissolve(12, 12),
        )  # fmt: skip
        line = planner(cut).in_one()
        self.assertEqual(line.crossings, ())
        self.assertIn(
            "cross with Cross dissolve", FORMATS["edl"].write(line, "").decode()
        )

    def test_files_of_one_rate_do_not_cross_into_another_file(self):
        cut = made_cut(made_title(1), made_title(2, 24), transition=dissolve(5, 5))
        for line in planner(cut).by_rate():
            self.assertEqual(line.crossings, ())


class WrittenTests(SimpleTestCase):
    def setUp(self):
        self.line = planner(*laid_cuts(), handles=24).in_one()

    def written(self, name):
        return FORMATS[name].write(self.line, "").decode()

    def test_every_format_is_as_it_was(self):
        for name, form in FORMATS.items():
            if name == "ale":
                continue  # a log of clips: it has no cuts
            path = GOLDEN / f"laid{form.suffix}"
            if os.environ.get("GOLDEN") == "write":
                path.write_bytes(form.write(self.line, ""))
            with self.subTest(name):
                self.assertEqual(self.written(name), path.read_bytes().decode())

    def transitions(self, read):
        (track,) = read.video_tracks()
        return [
            (each.transition_type, each.in_offset.value, each.out_offset.value)
            for each in track
            if isinstance(each, otio.schema.Transition)
        ]

    def test_otio_reads_a_dissolve_and_a_transition_of_ours_by_its_key(self):
        read = otio.adapters.read_from_string(self.written("otio"), "otio_json")
        self.assertEqual(
            self.transitions(read),
            [("SMPTE_Dissolve", 12, 12), ("Custom_Transition", 6, 6)],
        )
        (track,) = read.video_tracks()
        (ours,) = (t for t in track if getattr(t, "name", "") == 'Whip "pan" 4')
        self.assertEqual(ours.metadata["kuleshov"]["component"], WHIP.key)
        effects = [e.effect_name for clip in track.find_clips() for e in clip.effects]
        self.assertEqual(effects, ["filter/noir/0"])

    def check_read(self, read, wanted):
        """Whoever reads it sees the frames of each clip up to and on from its cut."""
        self.assertEqual(self.transitions(read), wanted)
        (track,) = read.video_tracks()
        clips = list(track.find_clips())
        events = self.line.events
        self.assertEqual(len(clips), len(events))
        for clip, event in zip(clips, events, strict=True):
            shown = clip.source_range
            self.assertEqual(
                (shown.start_time.to_frames(), shown.duration.to_frames()),
                (event.source.start + event.first, event.length),
                clip.name,
            )

    def test_an_edl_reader_finds_a_dissolve_over_the_same_frames(self):
        read = otio.adapters.read_from_string(self.written("edl"), "cmx_3600", rate=25)
        # A list knows no middle: B begins with the dissolve, twelve frames earlier.
        self.assertEqual(self.transitions(read), [("SMPTE_Dissolve", 0, 24)])
        (track,) = read.video_tracks()
        a, b = (clip.source_range for clip in list(track.find_clips())[:2])
        first, second = self.line.events[:2]
        self.assertEqual(a.start_time.to_frames(), 90000 + first.first)
        self.assertEqual(a.duration.to_frames(), first.length - 12)
        self.assertEqual(b.start_time.to_frames(), 180000 + second.first - 12)
        self.assertEqual(b.duration.to_frames(), second.length + 12)

    def test_an_fcp7_reader_finds_the_dissolve_and_the_same_frames(self):
        read = otio.adapters.read_from_string(self.written("fcp7xml"), "fcp_xml")
        self.check_read(read, [("SMPTE_Dissolve", 12, 12)])

    def test_fcpxml_lays_the_dissolve_over_both_clips(self):
        text = self.written("fcpxml")
        # The cut is two seconds after the hour; half a second lies over it.
        self.assertIn(
            '<transition name="Cross Dissolve" offset="90038/25s" duration="24/25s">',
            text,
        )
        self.assertEqual(text.count("<transition"), 1)

    def test_what_no_program_knows_is_a_mark_with_its_key(self):
        for name in ("otio", "edl", "fcp7xml", "fcpxml"):
            with self.subTest(name):
                text = self.written(name)
                self.assertIn("transition/whip pan/3", text)
                self.assertIn("Lay Noir (filter/noir/0) on this shot.", text)

    def test_nothing_changes_where_nothing_is_accepted(self):
        plain = [
            made_cut(cut.leaving.title, cut.entering.title, key=cut.key)
            for cut in laid_cuts()
        ]
        line = planner(*plain, handles=24).in_one()
        for name in ("otio", "edl", "fcp7xml", "fcpxml"):
            with self.subTest(name):
                text = FORMATS[name].write(line, "").decode().lower()
                self.assertNotIn("dissolve", text)
                self.assertNotIn("transitionitem", text)
