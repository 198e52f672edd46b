import json
import zipfile
from io import BytesIO

from django.test import TestCase

from catalog.matchcuts import cut_of_candidate
from catalog.models import Job, Location, StorageRoot
from catalog.services import (
    Refused,
    Wishes,
    ask_loops,
    cuts_of_bin,
    cuts_of_matches,
    export_cuts,
    find_cuts,
)
from tests.factories import (
    add_bin,
    add_bin_item,
    add_pair,
    add_production,
    add_title,
    add_user,
)


class FindingTests(TestCase):
    def setUp(self):
        self.production = add_production()
        self.pairs = [add_pair(self.production) for _ in range(2)]
        self.user = add_user("", "viewer", [self.production])
        self.stranger = add_user("", "editor", [add_production()])

    def test_matches_come_in_the_order_they_are_named_in(self):
        keys = [pair.pk for pair in reversed(self.pairs)]

        cuts = cuts_of_matches([*keys, keys[0]], self.user)

        self.assertEqual([cut.key for cut in cuts], [f"match {key}" for key in keys])

    def test_what_is_not_there_or_not_theirs_is_named_and_nothing_else_said(self):
        key = self.pairs[0].pk
        for keys, user in (([key, 999999], self.user), ([key], self.stranger)):
            with self.subTest(keys), self.assertRaises(Refused) as refused:
                cuts_of_matches(keys, user)
            self.assertEqual(str(refused.exception), f"There is no match {keys[-1]}.")

    def test_a_bin_gives_its_cuts_and_an_empty_one_is_refused(self):
        item = add_bin_item(self.pairs[0])

        self.assertEqual(cuts_of_bin(item.bin, self.user)[0].key, f"item {item.pk}")
        with self.assertRaisesMessage(Refused, "holds no cuts"):
            cuts_of_bin(add_bin(self.production), self.user)
        with self.assertRaisesMessage(Refused, "holds no cuts"):
            cuts_of_bin(item.bin, self.stranger)

    def test_one_of_matches_and_bin_is_needed(self):
        item = add_bin_item(self.pairs[0])
        for matches, kept_in in (([], None), ([self.pairs[0].pk], item.bin)):
            with self.assertRaisesMessage(Refused, "one of the two"):
                find_cuts(matches, kept_in, None)


class ExportTests(TestCase):
    def setUp(self):
        self.pair = add_pair()
        self.cut = cut_of_candidate(self.pair)
        self.title = self.pair.leaving.title

    def export(self, form="csv", **wishes):
        return export_cuts(
            "Keepers", [self.cut], Wishes(form=form, **wishes), user=None
        )

    def test_words_that_mean_nothing_are_refused_with_what_there_is(self):
        for wrong in (
            {"form": "aaf"}, {"form": "edl", "paths": "amiga"}, {"form": "edl", "rate": "26"},
            {"form": "edl", "target": "vegas"}, {"form": "edl", "handles": -1},
            {"form": "edl", "seconds": 0},
        ):  # fmt: skip
            with self.subTest(wrong), self.assertRaises(Refused):
                Wishes(**wrong)

    def test_an_offline_source_is_written_where_it_was_and_warned_about(self):
        Location.objects.create(
            source=self.title.source, path="/mnt/f/a.mov", online=False
        )

        exported = self.export()

        self.assertIn(self.title.added_path, exported.files["Keepers.csv"].decode())
        (warning,) = exported.warnings
        self.assertIn("is offline", warning)

    def test_the_path_is_that_of_the_machine_asked_for(self):
        Location.objects.create(source=self.title.source, path="/mnt/f/a b.mov")
        self.assertIn("No storage root", self.export(paths="macos").warnings[0])
        StorageRoot.objects.create(name="F", server="/mnt/f", macos="/Volumes/F")

        exported = self.export("otio", paths="macos")

        self.assertEqual(exported.warnings, [])
        self.assertIn(b"file:///Volumes/F/a%20b.mov", exported.files["Keepers.otio"])

    def test_an_edl_of_two_rates_is_two_files_in_a_zip(self):
        other = add_title(self.title.production, rate_num=24)
        both = cut_of_candidate(add_pair(self.title.production))
        object.__setattr__(both.entering, "title", other)

        exported = export_cuts("A/B", [both], Wishes(form="edl"), user=None)

        self.assertEqual(set(exported.files), {"A_B 25.edl", "A_B 24.edl"})
        name, content = exported.as_one("A/B")
        self.assertEqual(name, "A_B.zip")
        self.assertEqual(
            set(zipfile.ZipFile(BytesIO(content)).namelist()), set(exported.files)
        )

    def test_a_title_without_rate_or_proxy_is_refused_with_its_name(self):
        self.title.rate_num = 0
        self.title.save()
        cut = cut_of_candidate(type(self.pair).objects.get(pk=self.pair.pk))
        with self.assertRaisesMessage(Refused, f"{self.title} has no rate yet"):
            export_cuts("x", [cut], Wishes(form="otio"), user=None)
        type(self.title).objects.update(proxy_key="")
        cut = cut_of_candidate(type(self.pair).objects.get(pk=self.pair.pk))
        with self.assertRaisesMessage(Refused, f"{self.title} has no proxy yet"):
            ask_loops("x", [cut], Wishes(form="mp4"), user=None)

    def test_asking_for_the_same_loops_twice_is_asking_once(self):
        jobs = {ask_loops("x", [self.cut], Wishes(form="mp4"), user=None) for _ in "ab"}

        (job,) = jobs
        self.assertEqual((job.kind, job.queue), (Job.Kind.EXPORT, "interactive"))
        self.assertEqual(job.subject["titles"], [self.title.pk])

    def test_the_transform_is_always_in_the_table(self):
        self.pair.transform = {"scale": 1.2, "dx": -0.1, "dy": 0.0, "rotation": 0.0}
        self.cut = cut_of_candidate(self.pair)

        head, _, entering = self.export().files["Keepers.csv"].decode().splitlines()

        row = dict(zip(head.split(","), entering.split(","), strict=False))
        # Parts are JSON and hold commas: the columns after them are counted from the end.
        self.assertIn(",1.2,-0.1,0,0,,", entering)
        self.assertEqual(row["kind"], "frame")
        note = json.loads(self.export("otio").files["Keepers.otio"])
        self.assertIn("120 %", json.dumps(note))
