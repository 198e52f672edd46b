"""Readers that others wrote find in our files what we meant."""

import opentimelineio as otio
from django.test import SimpleTestCase

from catalog.exports import FORMATS
from tests.catalog.timelines import NTSC, made_cut, made_title, planner

RATES = {
    24: (NTSC[24], "01:00:00:00"),
    25: (25, "10:00:00:00"),
    30: (NTSC[30], "01:00:00;00"),
}


class OtherReaderTests(SimpleTestCase):
    def clips(self, line, name, adapter, **arguments):
        text = FORMATS[name].write(line, "").decode()
        read = otio.adapters.read_from_string(text, adapter, **arguments)
        return list(read.find_clips())

    def test_adapters_read_the_same_source_ranges(self):
        for rate, start in RATES.values():
            title = made_title(1, rate, start=start)
            line = planner(made_cut(title, title)).in_one()
            number = float(line.rate)
            for name, adapter, arguments in (
                ("otio", "otio_json", {}),
                ("edl", "cmx_3600", {"rate": number}),
                ("fcp7xml", "fcp_xml", {}),
            ):
                clips = self.clips(line, name, adapter, **arguments)
                # The sound of a clip is an item of its own; these have none.
                with self.subTest(name=name, rate=str(rate)):
                    for clip, event in zip(clips, line.events, strict=True):
                        found = clip.source_range
                        begins = event.source.start + event.first
                        self.assertEqual(round(found.start_time.value), begins)
                        self.assertEqual(
                            round(found.duration.value),
                            50 if rate == 25 else round(2 * number),
                        )

    def test_an_avid_log_is_read_at_its_own_rate(self):
        title = made_title(1, NTSC[24])
        line = planner(made_cut(title, title), handles=0).in_one()
        text = FORMATS["ale"].write(line, "").decode()

        read = otio.adapters.read_from_string(text, "ale", fps=24000 / 1001)

        for clip, event in zip(read, line.events, strict=True):
            found = clip.source_range
            self.assertEqual(round(found.start_time.value), 86400 + event.first)
            self.assertEqual(round(found.duration.value), 48)
