"""Pages of lists: by a cursor, so that rows which come meanwhile shift nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination, CursorPagination
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from catalog.models import MatchCandidate

if TYPE_CHECKING:
    from rest_framework.request import Request

PAGE, LARGEST = 50, 200


class Cursor(CursorPagination):
    """In the view's `order`, of columns that tell rows apart; newest first without."""

    page_size = PAGE
    page_size_query_param = "page_size"
    max_page_size = LARGEST

    def get_ordering(
        self, request: Request, queryset: Any, view: Any
    ) -> tuple[str, ...]:
        """Columns of the view's own, never of the address."""
        return getattr(view, "order", ("-pk",))

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """What a page looks like."""
        return _page_of(schema, "next", "previous")


class AfterPair(BasePagination):
    """The board's own paging: what comes after the pair `after`, in the board's order."""

    def paginate_queryset(
        self, queryset: Any, request: Request, view: Any = None
    ) -> list[Any]:
        """Return one page; the view knows the order asked for."""
        self._here = request.build_absolute_uri()
        size = _size(request.query_params.get("page_size", ""))
        key = request.query_params.get("after", "")
        if key:
            queryset = queryset.after(_last(key, request), view.board_order)
        rows = list(queryset[: size + 1])
        self._next = rows[size - 1].pk if len(rows) > size else None
        return rows[:size]

    def get_paginated_response(self, found: Any) -> Response:
        """The page and the address of the next."""
        after = self._next
        link = replace_query_param(self._here, "after", after) if after else None
        return Response({"next": link, "results": found})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """What a page looks like."""
        return _page_of(schema, "next")

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """What it takes from the address."""
        number = {"in": "query", "required": False, "schema": {"type": "integer"}}
        return [
            {
                **number,
                "name": "after",
                "description": "The last pair of the page before.",
            },
            {**number, "name": "page_size", "description": f"1 to {LARGEST}."},
        ]


def _page_of(rows: dict[str, Any], *links: str) -> dict[str, Any]:
    address = {"type": ["string", "null"], "format": "uri"}
    return {
        "type": "object",
        "required": [*links, "results"],
        "properties": {**dict.fromkeys(links, address), "results": rows},
    }


def _size(word: str) -> int:
    return (
        min(max(int(word), 1), LARGEST) if word.isdecimal() and len(word) < 9 else PAGE
    )


def _last(key: str, request: Request) -> MatchCandidate:
    # Of any set, live or not: a search may have replaced it while its board was read.
    found = MatchCandidate.objects.visible_to(request.user).on_board()
    known = key.isdecimal() and len(key) < 19
    last = found.filter(pk=int(key)).first() if known else None
    if last is None:
        raise ValidationError(
            {"after": ["This pair is gone; begin with the first page."]}
        )
    return last
