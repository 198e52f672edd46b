"""The Celery app. The web side sends task names only; workers load `pipelines`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catalog.settings")

app = Celery("kuleshov")
app.config_from_object("django.conf:settings", namespace="CELERY")
# By name: importing pipelines here would pull torch into the web process.
app.conf.imports = ("pipelines.tasks",)
