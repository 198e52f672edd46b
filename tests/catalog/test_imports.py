"""Timelines of editors, read into events of known titles or refused with a sentence."""

import json

from catalog.imports import LARGEST_BYTES
from catalog.models import CutEvent, ImportedCut, Title
from catalog.services import Refused, import_cut
from tests.catalog.importing import FIRST, HEAD, SECOND, ImportCase
from tests.factories import add_production, add_title, add_user


class EdlTests(ImportCase):
    def test_events_find_their_rushes_by_reel_and_timecode(self):
        cut = self.read(HEAD + FIRST + SECOND)

        self.assertEqual((cut.name, cut.form, cut.rate), ("Reel 1", "edl", 25))
        self.assertEqual(
            self.rows(cut), [("One", 25, 50, 0, 25), ("Two", 75, 125, 25, 75)]
        )

    def test_black_sound_and_nothing_are_left_out(self):
        black = "003  BL       V     C        00:00:00:00 00:00:01:00 10:00:03:00 10:00:04:00\n"
        sound = "004  A001     AA    C        01:00:00:00 01:00:01:00 10:00:04:00 10:00:05:00\n"
        empty = "005  A001     V     C        01:00:00:00 01:00:00:00 10:00:04:00 10:00:04:00\n"

        self.assertEqual(
            len(self.rows(self.read(HEAD + FIRST + black + sound + empty))), 1
        )

    def test_a_dissolve_is_kept_as_what_it_is(self):
        into = SECOND.replace("C   ", "D 012", 1)

        cut = self.read(HEAD + FIRST + into)

        self.assertEqual(list(cut.events.values_list("transition", flat=True)), [0, 12])

    def test_drop_frame_is_counted_as_the_source_counts(self):
        drop = {"rate_num": 30000, "rate_den": 1001, "drop_frame": True}
        add_title(
            self.production, name="Drop", reel="D1", start_tc="00:59:58;00", **drop
        )
        event = "001  D1       V     C        00:59:59;28 01:00:01;02 01:00:00;00 01:00:01;04\n"

        cut = self.read("FCM: DROP FRAME\n" + event)

        self.assertEqual(self.rows(cut), [("Drop", 58, 92, 0, 34)])
        CutEvent.objects.all().delete()
        ImportedCut.objects.all().delete()
        gone = event.replace("01:00:01;04", "01:01:00;00")
        self.refused(
            "FCM: DROP FRAME\n" + gone, "01:01:00;00 is no drop-frame timecode"
        )

    def test_a_reel_is_found_by_file_name_clip_name_or_another_programs_map(self):
        self.rushes[0].reel = "TAPE ONE OF MANY"
        self.rushes[0].added_path = "/mnt/f/A001_C003.mov"
        self.rushes[0].save()
        ax = FIRST.replace("A001", "AX  ")
        for text in (
            ax + "* FROM CLIP NAME: A001_C003.MOV\n",
            ax + "* SOURCE FILE: /Volumes/else/A001_C003.mov\n",
            FIRST + "FINAL CUT PRO REEL: Tape One of Many REPLACED BY: A001\n",
            FIRST.replace("A001    ", "TAPEONEO"),
        ):
            with self.subTest(text):
                self.assertEqual(self.rows(self.read(HEAD + text))[0][:2], ("One", 25))

    def test_all_unknown_reels_are_named_in_one_sentence(self):
        third = SECOND.replace("B002", "C003").replace("002 ", "003 ", 1)
        third = third.replace("10:00:01:00 10:00:03:00", "10:00:03:00 10:00:05:00")
        text = HEAD + FIRST.replace("A001", "X001") + SECOND + third

        self.refused(text, "reels X001, C003; add the rushes first.")

    def test_a_timecode_that_no_file_of_the_reel_holds_is_said_apart(self):
        self.refused(HEAD + FIRST.replace("01:00:0", "05:00:0"), "of event 1 are known")

    def test_titles_of_others_are_as_unknown_as_none(self):
        user = add_user("", "editor", [add_production()])

        with self.assertRaisesMessage(Refused, "is the reel A001"):
            import_cut((HEAD + FIRST).encode(), self.production, user=user)

    def test_two_files_that_could_be_meant_are_not_chosen_between(self):
        add_title(self.production, name="Other", reel="A001", kind=Title.Kind.RUSHES)

        self.refused(HEAD + FIRST, "Event 1 could be")

    def test_speed_effects_keys_second_tracks_and_overlaps_are_refused(self):
        m2 = "M2   A001     048.0                01:00:01:00\n"
        stretched = FIRST.replace("10:00:01:00", "10:00:02:00")
        for text, sentence in (
            (FIRST + m2, "changes the speed"),
            (stretched, "changes the speed"),
            (FIRST.replace(" C  ", " K B", 1), "is a key"),
            (FIRST.replace(" V ", " V2", 1), "second video track"),
            (
                FIRST
                + SECOND.replace("10:00:01:00 10:00:03:00", "10:00:00:12 10:00:02:12"),
                "overlap",
            ),
            (FIRST.replace("01:00:02:00", "01:00:02:0x"), "begins like an event"),
            (FIRST.replace("01:00:02:00 10", "01:00:01:30 10"), "of event 1"),
        ):
            with self.subTest(text):
                self.refused(HEAD + text, sentence)

    def test_an_m2_at_full_speed_changes_nothing(self):
        m2 = "M2   A001     025.0                01:00:01:00\n"

        self.assertEqual(len(self.rows(self.read(HEAD + FIRST + m2))), 1)

    def test_a_timeline_is_imported_once(self):
        self.read(HEAD + FIRST)

        with self.assertRaisesMessage(Refused, "already there, as Reel 1"):
            self.read(HEAD + FIRST)

    def test_files_that_are_no_timeline_are_refused(self):
        for content, sentence in (
            (b"", "empty"),
            (b"\0\1\2" * 50, "no text"),
            (b"hello", "no CMX3600 EDL"),
            (b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "XML"),
            (b"0" * (LARGEST_BYTES + 1), "MiB"),
            (b"1" * 1_000_000, "begins like an event"),
            (b'{"a":' * 100_000, "nested too deeply"),
            (b'{"OTIO_SCHEMA": "Timeline.1"', "cannot be read"),
            # Quotes that never close: looked at once, not once for each.
            (b'{"a":"' + b'\\"' * 1_000_000, "cannot be read"),
            (b'{"OTIO_SCHEMA": "Clip.2"}', "no timeline"),
            (b'{"OTIO_SCHEMA": "Timeline.1", "tracks": 3}', "stack of tracks"),
            (b"[" + b"9" * 10_000 + b"]", "cannot be read"),
        ):
            with self.subTest(content[:20]):
                self.refused(content, sentence)


class OtioTests(ImportCase):
    def timeline(self, *items, **fields):
        track = {"OTIO_SCHEMA": "Track.1", "kind": "Video", "children": list(items)}
        stack = {"OTIO_SCHEMA": "Stack.1", "children": [track]}
        root = {"OTIO_SCHEMA": "Timeline.1", "name": "T", "tracks": stack}
        return json.dumps({**root, **fields})

    def clip(self, name, start, frames, **fields):
        times = {
            "start_time": {"value": start, "rate": 25.0},
            "duration": {"value": frames, "rate": 25.0},
        }
        return {"OTIO_SCHEMA": "Clip.1", "name": name, "source_range": times, **fields}

    def test_clips_are_found_by_name_reel_and_path(self):
        reel = {"metadata": {"cmx_3600": {"reel": "B002"}}}
        url = f"file:///Volumes/x{self.rushes[0].added_path}"
        media = {"media_reference": {"target_url": url}}

        cut = self.read(
            self.timeline(
                self.clip("One", 90000, 10), self.clip("?", 90010, 5, **reel),
                self.clip("?", 90020, 5, **media),
            )
        )  # fmt: skip

        self.assertEqual(
            self.rows(cut),
            [("One", 0, 10, 0, 10), ("Two", 10, 15, 10, 15), ("One", 20, 25, 15, 20)],
        )

    def test_media_that_starts_at_zero_is_entered_by_its_own_start(self):
        whole = {
            "start_time": {"value": 0, "rate": 25},
            "duration": {"value": 300, "rate": 25},
        }
        media = {"media_reference": {"available_range": whole}}

        cut = self.read(self.timeline(self.clip("One", 30, 10, **media)))

        self.assertEqual(self.rows(cut), [("One", 30, 40, 0, 10)])

    def test_gaps_part_and_transitions_join(self):
        gap = {**self.clip("", 0, 25), "OTIO_SCHEMA": "Gap.1"}
        over = {
            "OTIO_SCHEMA": "Transition.1",
            "in_offset": {"value": 5, "rate": 25}, "out_offset": {"value": 5, "rate": 25},
        }  # fmt: skip
        one, two = self.clip("One", 90000, 10), self.clip("Two", 90000, 10)

        cut = self.read(self.timeline(one, gap, two, over, one))

        self.assertEqual([row[3] for row in self.rows(cut)], [0, 35, 45])
        self.assertEqual(
            list(cut.events.values_list("transition", flat=True)), [0, 0, 10]
        )

    def test_what_is_no_plain_cut_is_refused(self):
        one = self.clip("One", 90000, 10)
        warp = {"effects": [{"OTIO_SCHEMA": "LinearTimeWarp.1", "time_scalar": 2.0}]}
        for text, sentence in (
            (self.timeline(self.clip("One", 90000, 10, **warp)), "changes its speed"),
            (self.timeline({"OTIO_SCHEMA": "Stack.1"}, one), "nested sequence"),
            (self.timeline(self.clip("Nobody", 90000, 10)), "is the reel Nobody"),
            (self.timeline(self.clip("One", 90000, 1e300)), ""),
            (
                self.timeline(self.clip("One", 90000, 10, effects=7)),
                "not built as OTIO",
            ),
            (self.timeline(self.clip("One", "x", 10)), "no number of frames"),
            (self.timeline(), "no video track"),
        ):
            with self.subTest(sentence):
                self.refused(text, sentence)
