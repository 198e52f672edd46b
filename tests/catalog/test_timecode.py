from fractions import Fraction

from django.test import SimpleTestCase

from catalog.timecode import frame_of, timecode

NTSC = Fraction(30000, 1001)


class TimecodeTests(SimpleTestCase):
    def test_film_rates_count_in_their_nominal_base(self):
        rate = Fraction(24000, 1001)

        self.assertEqual(timecode(24 * 60, rate, "01:00:00:00"), "01:01:00:00")
        self.assertEqual(timecode(86, rate, "01:00:00:00"), "01:00:03:14")

    def test_drop_frame_leaves_out_two_numbers_a_minute(self):
        self.assertEqual(timecode(1799, NTSC, drop=True), "00:00:59;29")
        self.assertEqual(timecode(1800, NTSC, drop=True), "00:01:00;02")

    def test_drop_frame_keeps_the_tenth_minute_whole(self):
        self.assertEqual(timecode(17982, NTSC, drop=True), "00:10:00;00")

    def test_an_hour_of_drop_frame_agrees_with_the_clock(self):
        self.assertEqual(timecode(107892, NTSC, drop=True), "01:00:00;00")

    def test_doubled_rates_leave_out_four(self):
        self.assertEqual(timecode(3600, 2 * NTSC, drop=True), "00:01:00;04")

    def test_every_drop_frame_number_of_half_an_hour_comes_back(self):
        for frame in range(0, 54000, 7):
            text = timecode(frame, NTSC, drop=True)
            self.assertEqual(frame_of(text, NTSC, drop=True), frame, text)

    def test_it_runs_over_midnight(self):
        self.assertEqual(timecode(25, Fraction(25), "23:59:59:24"), "00:00:00:24")

    def test_a_word_is_no_timecode(self):
        with self.assertRaisesMessage(ValueError, "'soon' is not a timecode"):
            frame_of("soon", Fraction(25), drop=False)
