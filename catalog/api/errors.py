"""What went wrong, as the command line says it: {"error": "one sentence"}."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from catalog.services import Refused


def one_sentence(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer with one sentence; for wrong input also with the words field by field."""
    if isinstance(error, Refused):
        return Response({"error": str(error)}, status=status.HTTP_400_BAD_REQUEST)
    if isinstance(error, Http404):
        return Response({"error": "There is no such thing."}, status=404)
    answer = exception_handler(error, context)
    if answer is None:
        return None
    if isinstance(error, ValidationError):
        answer.data = _of_fields(answer.data)
    elif isinstance(error, PermissionDenied):
        answer.data = {"error": "You may look at this, not change it."}
    else:
        answer.data = {"error": str(answer.data.get("detail", error))}
    return answer


def _of_fields(said: Any) -> dict[str, Any]:
    if isinstance(said, list):
        return {"error": " ".join(map(str, said))}
    fields = {name: _words(each) for name, each in said.items()}
    sentences = [
        words if name == "non_field_errors" else f"{name}: {words}"
        for name, words in fields.items()
    ]
    return {"error": " ".join(sentences), "fields": fields}


def _words(said: Any) -> str:
    return " ".join(map(str, said)) if isinstance(said, list) else str(said)
