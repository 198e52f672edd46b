"""Whether the service can work: for load balancers and containers."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from catalog.celery import app

BROKER_SECONDS = 2


# Asked by machines without an account; it tells nothing but up or down.
@login_not_required
@never_cache
@require_safe
def health(_request: HttpRequest) -> JsonResponse:
    """Say whether the database and the broker answer; 503 when one does not."""
    up = {"database": _database_answers(), "broker": _broker_answers()}
    words = {name: "up" if good else "down" for name, good in up.items()}
    return JsonResponse(words, status=200 if all(up.values()) else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _broker_answers() -> bool:
    try:
        with app.connection_for_write(connect_timeout=BROKER_SECONDS) as broker:
            broker.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)
    except Exception:  # kombu raises its transport's own errors
        return False
    return True
