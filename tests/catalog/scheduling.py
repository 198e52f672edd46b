"""Schedules of retraining, and footage that they would learn from."""

from catalog.models import Production, RetrainSchedule
from tests.factories import add_production, add_shots, add_title

STAGES = {
    "stages": [
        {"frames": 2, "share": 0.5, "batch": 8, "rate": 0.001},
        {"frames": 16, "share": 0.5, "batch": 8, "rate": 0.001},
    ]
}


def schedule(**fields: object) -> RetrainSchedule:
    """An unsaved schedule of clip encoders."""
    told = {"name": "Sundays", "family": "clip", "shape": "toy", "frames": 1000}
    return RetrainSchedule(**{**told, "plan": STAGES, **fields})


def footage(titles: int = 6) -> None:
    """Titles of two shots each that may be trained on; every third is held out."""
    production = add_production()
    Production.objects.filter(pk=production.pk).update(may_train=True)
    for _ in range(titles):
        add_shots(add_title(production), 40, 60)
