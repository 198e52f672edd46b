from __future__ import annotations

from argparse import SUPPRESS
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from catalog.commands import Document, JsonCommand, ended_badly, read_plan
from catalog.documents.work import run_document, run_line
from catalog.models import RetrainSchedule, TrainingRun
from catalog.services import (
    Refused,
    cancel_run,
    drop_schedule,
    dry_run,
    resume_run,
    run_now,
    save_schedule,
)
from catalog.waiting import seen_to_its_end

if TYPE_CHECKING:
    from argparse import ArgumentParser

RUNS = 10
FIELDS: dict[str, type] = {
    "family": str,
    "cron": str,
    "every_hours": int,
    "time_zone": str,
    "least_new_shots": int,
    "least_new_labels": int,
    "shape": str,
    "frames": int,
    "minutes": float,
    "motion_steps": int,
    "seed": int,
    "device": str,
    "better_by": float,
    "worse_by": float,
}
SWITCHES = {
    "enabled": {"--on": "the clock rings it", "--off": "the clock leaves it"},
    "goes_live": {
        "--by-gate": "what passes the gate goes live by itself",
        "--by-hand": "a person puts versions live",
    },
}


class Command(JsonCommand):
    help = "Keep schedules of retraining, run one, stop a run or go on with it."
    waited = False

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Take the verb."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        every = verbs.add_parser("list", help="schedules, and the newest runs")
        save = verbs.add_parser("save", help="make a schedule, or change one")
        run = verbs.add_parser("run", help="run a schedule now")
        drop = verbs.add_parser("drop", help="forget a schedule; its runs stay")
        cancel = verbs.add_parser(
            "cancel", help="stop a run at its next step, or half a second on"
        )
        resume = verbs.add_parser("resume", help="go on with a run that broke off")
        for verb in (save, run, drop):
            verb.add_argument("schedule", metavar="SCHEDULE", help="its name")
        for verb in (cancel, resume):
            verb.add_argument("run", metavar="RUN", type=int, help="its number")
        for name, kind in FIELDS.items():
            save.add_argument(f"--{name.replace('_', '-')}", type=kind)
        save.add_argument("--plan", help="a name, a JSON file, or JSON")
        for field, words in SWITCHES.items():
            one = save.add_mutually_exclusive_group()
            for (word, said), value in zip(words.items(), (True, False), strict=True):
                one.add_argument(
                    word, dest=field, action="store_const", const=value, help=said
                )
        run.add_argument(
            "--dry-run", action="store_true", help="say what it would train on"
        )
        run.add_argument("--wait", action="store_true", help="run to the end")
        for verb in (every, save, run, drop, cancel, resume):
            # Suppressed: its default would undo a --json in front of the verb.
            verb.add_argument("--json", action="store_true", default=SUPPRESS)

    def answer(self, **options: Any) -> Document:
        """Do it."""
        match options["verb"]:
            case "save":
                return _schedule(save_schedule(_wanted(options)))
            case "run" | "drop" as verb:
                schedule = _named(options["schedule"])
                act = self._run if verb == "run" else _drop
                return act(schedule, options)
            case "cancel" | "resume" as verb:
                return _steered(options["run"], verb)
        return {
            "schedules": [_schedule(each) for each in RetrainSchedule.objects.all()],
            "runs": [run_document(each) for each in TrainingRun.objects.all()[:RUNS]],
        }

    def lines(self, document: Document) -> list[str]:
        """One line a schedule, a run, or a number of a dry run."""
        if "schedules" in document:
            found = [self.lines(each)[0] for each in document["schedules"]]
            return found + [self.lines(each)[0] for each in document["runs"]]
        if "cadence" in document:
            return [f"{document['name']}: {document['family']}, {document['cadence']}"]
        if "run" in document:
            return [run_line(document)]
        return [f"{name}: {value}" for name, value in document.items()]

    def failed(self, document: Document) -> bool:
        """True when the run's job ended without success; cancelled, where it was waited for."""
        return ended_badly(document, cancelled=self.waited)

    def _run(self, schedule: RetrainSchedule, options: dict[str, Any]) -> Document:
        if options["dry_run"]:
            return asdict(dry_run(schedule))
        run = run_now(schedule, user=None)
        self.waited = bool(options["wait"])
        if self.waited:
            run = seen_to_its_end(run, self.stderr.write)
        return run_document(run)


def _drop(schedule: RetrainSchedule, _options: dict[str, Any]) -> Document:
    drop_schedule(schedule)
    return {"dropped": schedule.name}


def _steered(number: int, verb: str) -> Document:
    run = TrainingRun.objects.filter(pk=number).first()
    if run is None:
        raise Refused(f"There is no run {number}.")
    (cancel_run if verb == "cancel" else resume_run)(run)
    return run_document(TrainingRun.objects.get(pk=number))


def _wanted(options: dict[str, Any]) -> RetrainSchedule:
    name = options["schedule"]
    found = RetrainSchedule.objects.filter(name=name).first()
    schedule = found or RetrainSchedule(name=name, family="clip")
    # What is not named stays as it was.
    for field in (*FIELDS, *SWITCHES):
        if options[field] is not None:
            setattr(schedule, field, options[field])
    # The other cadence or budget gives way to the one that is named.
    for named, other, empty in (
        ("cron", "every_hours", None),
        ("every_hours", "cron", ""),
        ("frames", "minutes", None),
        ("minutes", "frames", None),
    ):
        if options[named] and not options[other]:
            setattr(schedule, other, empty)
    if options["plan"] is not None:
        schedule.plan = read_plan(options["plan"])
    return schedule


def _named(name: str) -> RetrainSchedule:
    found = RetrainSchedule.objects.filter(name=name).first()
    if found is None:
        raise Refused(f"There is no schedule {name!r}; `retrain list` shows them.")
    return found


def _schedule(schedule: RetrainSchedule) -> Document:
    kept = {name: getattr(schedule, name) for name in FIELDS}
    return {
        "id": schedule.pk,
        "name": schedule.name,
        **kept,
        "plan": schedule.plan,
        "enabled": schedule.enabled,
        "goes_live": schedule.goes_live,
        "cadence": schedule.cadence,
        "said": schedule.said,
    }
