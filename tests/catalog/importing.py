"""Two rolls of rushes, and an EDL of two events that cuts from one to the other."""

from django.test import TestCase

from catalog.models import CutEvent, ImportedCut, Title
from catalog.services import Refused, import_cut
from tests.factories import add_production, add_title

HEAD = "TITLE: Reel 1\nFCM: NON-DROP FRAME\n"
FIRST = "001  A001     V     C        01:00:01:00 01:00:02:00 10:00:00:00 10:00:01:00\n"
SECOND = (
    "002  B002     V     C        01:00:03:00 01:00:05:00 10:00:01:00 10:00:03:00\n"
)


class ImportCase(TestCase):
    """A test in a production with these rushes."""

    def setUp(self):
        self.production = add_production()
        self.rushes = [
            add_title(self.production, name=name, reel=reel, kind=Title.Kind.RUSHES)
            for name, reel in (("One", "A001"), ("Two", "B002"))
        ]

    def read(self, text, **options):
        content = text if isinstance(text, bytes) else text.encode()
        return import_cut(content, self.production, user=None, **options)

    def rows(self, cut):
        return list(
            cut.events.values_list(
                "source__name",
                "source_first",
                "source_end",
                "record_first",
                "record_end",
            )
        )

    def refused(self, text, sentence, **options):
        with self.assertRaises(Refused) as caught:
            self.read(text, **options)
        self.assertIn(sentence, str(caught.exception))
        self.assertEqual(ImportedCut.objects.count(), 0)
        self.assertEqual(CutEvent.objects.count(), 0)
