"""The Celery app. The web side and the clock know task names only.

Workers are started with `--include pipelines.tasks`; nobody else loads torch.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catalog.settings")

app = Celery("kuleshov")
app.config_from_object("django.conf:settings", namespace="CELERY")
