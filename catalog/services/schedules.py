"""Schedules of retraining: written down, with what the clock rings for them."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from celery.schedules import ParseException, crontab
from django.core.exceptions import ValidationError
from django.db import transaction
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from catalog.dispatch import RING_SCHEDULE
from catalog.models import EncoderVersion, RetrainSchedule
from catalog.plans import COMPONENT_SHAPES, SHAPES, check_plan
from catalog.services.rankings import kind_of
from catalog.services.titles import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

CLIP, COMPONENT = EncoderVersion.Family.CLIP, EncoderVersion.Family.COMPONENT
DEVICE = re.compile(r"(cpu|cuda(:[0-9]{1,2})?)?")
CRON_PARTS = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")


def check_schedule(schedule: RetrainSchedule) -> None:
    """Raise Refused, one sentence, for a schedule that could not be run."""
    if not schedule.name.strip():
        raise Refused("A schedule needs a name.")
    kind_of(schedule.family)
    _check_cadence(schedule)
    if not DEVICE.fullmatch(schedule.device):
        raise Refused(
            f"There is no device {schedule.device!r}; name cpu, cuda or cuda:1, or none "
            "for what the worker has."
        )
    if schedule.family == CLIP:
        _check_pretraining(schedule)
    if schedule.family == COMPONENT:
        _check_drawn(schedule)
    _check_numbers(schedule)


def _check_numbers(schedule: RetrainSchedule) -> None:
    """Those that no row could hold."""
    try:
        schedule.clean_fields()
    except ValidationError as error:
        name, (said, *_) = next(iter(error.message_dict.items()))
        raise Refused(f"{name.replace('_', ' ').capitalize()}: {said}") from None
    for name in ("minutes", "better_by", "worse_by"):
        if not math.isfinite(getattr(schedule, name) or 0):
            raise Refused(f"{name.replace('_', ' ').capitalize()} has to be a number.")


def _check_cadence(schedule: RetrainSchedule) -> None:
    if schedule.time_zone not in available_timezones():
        raise Refused(f"There is no time zone {schedule.time_zone!r}.")
    if schedule.cron and schedule.every_hours:
        raise Refused("A schedule has a crontab or a number of hours, not both.")
    if schedule.every_hours is not None and schedule.every_hours < 1:
        raise Refused("A schedule rings every hour at most.")
    if schedule.cron:
        _cron_parts(schedule.cron)


@transaction.atomic
def save_schedule(schedule: RetrainSchedule) -> RetrainSchedule:
    """Write a schedule down, and what the clock rings for it. Raises Refused."""
    check_schedule(schedule)
    schedule.save()
    before, schedule.beat = schedule.beat, _beat(schedule)
    schedule.save(update_fields=["beat"])
    if before is not None and schedule.beat is None:
        before.delete()
    return schedule


@transaction.atomic
def drop_schedule(schedule: RetrainSchedule) -> None:
    """Forget a schedule; its runs and what they made stay."""
    beat = schedule.beat
    schedule.delete()
    if beat is not None:
        beat.delete()


def _check_drawn(schedule: RetrainSchedule) -> None:
    """Encoders of components learn from what is drawn."""
    _check_budget(schedule, COMPONENT_SHAPES)
    if schedule.least_new_labels:
        raise Refused(
            "Component encoders learn from no labels; none can be waited for."
        )


def _check_pretraining(schedule: RetrainSchedule) -> None:
    try:
        check_plan(schedule.plan)
    except ValueError as error:
        raise Refused(str(error)) from None
    _check_budget(schedule, SHAPES)
    if schedule.motion_steps < 1:
        raise Refused("Learning how clips move takes at least one step.")


def _check_budget(schedule: RetrainSchedule, shapes: Sequence[str]) -> None:
    if schedule.shape not in shapes:
        raise Refused(
            f"There is no shape {schedule.shape!r} of {schedule.family} encoders; there "
            f"are {', '.join(shapes)}."
        )
    budgets = [each for each in (schedule.frames, schedule.minutes) if each is not None]
    if len(budgets) != 1:
        raise Refused("A budget is a number of frames or of minutes; name one.")
    if budgets[0] <= 0:
        raise Refused("A budget is above 0.")
    if schedule.worse_by < 0:
        raise Refused("What a title may lose is 0 or more.")


def _cron_parts(cron: str) -> dict[str, str]:
    refused = Refused(
        f"{cron!r} is no crontab: minute, hour, day of the month, month and day of "
        "the week are wanted, such as 0 3 * * 0."
    )
    words = cron.split()
    if len(words) != len(CRON_PARTS):
        raise refused
    parts = dict(zip(CRON_PARTS, words, strict=True))
    try:
        crontab(**parts)
    except (ParseException, ValueError):
        raise refused from None
    return parts


def _beat(schedule: RetrainSchedule) -> PeriodicTask | None:
    """The clock's own row for a schedule; None without a cadence."""
    if not schedule.cron and not schedule.every_hours:
        return None
    cadence: dict[str, Any] = {"crontab": None, "interval": None}
    if schedule.cron:
        parts = {**_cron_parts(schedule.cron), "timezone": schedule.time_zone}
        cadence["crontab"] = _same(CrontabSchedule, parts)
    else:
        every = {"every": schedule.every_hours, "period": IntervalSchedule.HOURS}
        cadence["interval"] = _same(IntervalSchedule, every)
    told = {
        **cadence,
        "task": RING_SCHEDULE,
        "args": json.dumps([schedule.pk]),
        "queue": "interactive",
        "enabled": schedule.enabled,
        "description": schedule.name,
    }
    beat, _ = PeriodicTask.objects.update_or_create(
        name=f"retrain-{schedule.pk}", defaults=told
    )
    return beat


def _same(model: Any, parts: dict[str, Any]) -> Any:
    # Nothing keeps the clock's tables from having one cadence twice.
    return model.objects.filter(**parts).first() or model.objects.create(**parts)
