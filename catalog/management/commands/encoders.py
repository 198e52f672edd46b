from __future__ import annotations

from argparse import SUPPRESS
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import make_aware

from catalog.churn import Churn
from catalog.commands import Document, JsonCommand
from catalog.models import EncoderVersion, Job, Promotion
from catalog.services import Refused, ask_promotion, ask_weighing, roll_back
from catalog.waiting import a_worker, wait_for

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(JsonCommand):
    help = "List encoder versions, put a trained one live, or go back."

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Take the verb."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        every = verbs.add_parser("list", help="every version with its metrics")
        promote = verbs.add_parser("promote", help="put one live, gate or no gate")
        promote.add_argument("version", metavar="VERSION", help="its number")
        promote.add_argument("--reason", default="", help="kept in the history")
        weigh = verbs.add_parser("weigh", help="see how boards would change by one")
        weigh.add_argument("version", metavar="VERSION", help="its number")
        back = verbs.add_parser("rollback", help="put back what was live before")
        back.add_argument("family", metavar="FAMILY", help="such as ranker-frame")
        then = verbs.add_parser("live-on", help="what was live at a time")
        then.add_argument("family", metavar="FAMILY")
        then.add_argument("when", metavar="DATE", help="2026-11-25, or with a time")
        for verb in (every, promote, weigh, back, then):
            # Suppressed: its default would undo a --json in front of the verb.
            verb.add_argument("--json", action="store_true", default=SUPPRESS)

    def answer(self, **options: Any) -> Document:
        """Do it."""
        match options["verb"]:
            case "promote":
                done = self._promoted(options["version"], options["reason"])
            case "weigh":
                done = self._weighed(options["version"])
            case "rollback":
                done = _said_of(roll_back(options["family"], user=None))
            case "live-on":
                done = _live_on(options["family"], options["when"])
            case _:
                every = EncoderVersion.objects.all()
                done = {"encoders": [_version(each) for each in every]}
        return done

    def lines(self, document: Document) -> list[str]:
        """One line a version, or one on what changed."""
        if "when" in document:
            found = document["version"]
            name = found["name"] if found else "nothing"
            return [f"{document['family']} on {document['when']}: {name}"]
        if "churn" in document:
            churn, page = Churn(**document["churn"]), "versions/{family}/{version}/"
            return [f"{churn.said} Which: {page.format(**document)}"]
        if "encoders" not in document:
            now = document["version"] or "nothing"
            return [f"{document['family']}: {now} is live. {document['reason']}"]
        return [
            f"{one['id']:>4}  {one['family']:<14} {one['status']:<9} {one['name']}"
            + (f"  AP {one['ap']:.3f}" if one["ap"] is not None else "")
            + ("  weights tidied away" if one["tidied"] else "")
            for one in document["encoders"]
        ]

    def _promoted(self, word: str, reason: str) -> Document:
        version = _named(word)
        self._wait_for(ask_promotion(version, user=None, reason=reason))
        return _said_of(Promotion.objects.filter(version=version).latest("made_at"))

    def _weighed(self, word: str) -> Document:
        version = _named(word)
        self._wait_for(ask_weighing(version, user=None))
        version.refresh_from_db()
        if version.status == EncoderVersion.Status.ACTIVE:
            raise Refused(f"{version} went live meanwhile.")
        known = {"family": version.family, "version": version.pk}
        return {**known, "churn": version.metrics["churn"]}

    def _wait_for(self, job: Job) -> None:
        with a_worker() as worker:
            (job,) = wait_for([job], self.stderr.write, worker)
        if job.state != Job.State.DONE:
            raise Refused(job.error)


def _named(word: str) -> EncoderVersion:
    known = word.isdecimal() and len(word) < 19
    version = EncoderVersion.objects.filter(pk=int(word)).first() if known else None
    if version is None:
        raise Refused(f"There is no encoder version {word}.")
    return version


def _live_on(family: str, word: str) -> Document:
    try:
        day = parse_date(word)
        # The end of a day: what was live when it was over.
        when = datetime.combine(day, time.max) if day else parse_datetime(word)
    except ValueError:
        when = None
    if when is None:
        raise Refused(f"{word!r} is no date such as 2026-11-25 or 2026-11-25T14:30.")
    when = when if when.tzinfo else make_aware(when)
    found = Promotion.objects.live_on(family, when)
    return {
        "family": family,
        "when": when.isoformat(),
        "version": _version(found) if found else None,
    }


def _version(version: EncoderVersion) -> Document:
    found = version.metrics.get("candidate") or {}
    return {
        "id": version.pk,
        "family": version.family,
        "name": version.name,
        "status": version.status,
        "parent": version.parent_id,
        "tidied": version.is_tidied,
        "created": version.created_at.isoformat(),
        "sha256": version.weights_sha256,
        "ap": found.get("ap"),
        "low": found.get("low"),
        "high": found.get("high"),
        "metrics": version.metrics,
    }


def _said_of(promotion: Promotion) -> Document:
    one = promotion.version or promotion.before
    return {
        "family": one.family if one else "",
        "version": promotion.version_id,
        "before": promotion.before_id,
        "reason": promotion.reason,
    }
