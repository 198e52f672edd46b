"""What of the library is wanted: a class, words of a name, what is like another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import Count

from catalog.models import ComponentEmbedding, EditingComponent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalog.models.components import EditingComponentQuerySet

PAGE = 24
LARGEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Tab:
    """One class, or all of them, with how many there are and its address."""

    label: str
    count: int
    query: str
    chosen: bool
    category: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One component of a page; `likeness` is a cosine where it is like another."""

    component: EditingComponent
    likeness: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What an address asks for; words that mean nothing ask for nothing."""

    category: str = ""
    words: str = ""
    split: str = ""
    like: EditingComponent | None = None
    page: int = 1

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Wanted:
        """Read an address."""
        category, split = given.get("category", ""), given.get("split", "")
        like = _number(given.get("like", ""))
        return cls(
            category=category if category in EditingComponent.Category else "",
            words=" ".join(given.get("q", "").replace("\x00", "").split())[:100],
            split=split if split in EditingComponent.Split else "",
            like=EditingComponent.objects.filter(pk=like).first() if like else None,
            page=max(1, _number(given.get("page", "")) or 1),
        )

    def query(self, **changes: str | int) -> str:
        """The address with some of it changed; a change goes back to the first page."""
        said: dict[str, str | int] = {
            "category": self.category,
            "q": self.words,
            "split": self.split,
            "like": self.like.pk if self.like else "",
            **changes,
        }
        return "?" + urlencode({name: value for name, value in said.items() if value})

    def cards(self) -> tuple[list[Card], bool]:
        """The components of the page, and whether more follow."""
        first = (self.page - 1) * PAGE
        last = first + PAGE + 1
        if self.like is not None:
            near = ComponentEmbedding.objects.nearest_to(self.like)
            found = near.filter(component__in=self._narrowed(self.category))
            cards = [Card(row.component, 1 - row.distance) for row in found[first:last]]  # type: ignore[attr-defined]  # annotated
        else:
            cards = [Card(row) for row in self._narrowed(self.category)[first:last]]
        return cards[:PAGE], len(cards) > PAGE

    def tabs(self) -> list[Tab]:
        """All classes, with how many of each the other wishes leave."""
        counted = dict(
            self._narrowed("")
            .order_by()
            .values_list("category")
            .annotate(n=Count("pk"))
        )
        every = Tab(
            "All", sum(counted.values()), self.query(category=""), not self.category
        )
        return [
            every,
            *(
                Tab(
                    label, counted.get(name, 0), self.query(category=name),
                    self.category == name, name,
                )
                for name, label in EditingComponent.Category.choices
            ),
        ]  # fmt: skip

    def _narrowed(self, category: str) -> EditingComponentQuerySet:
        found = EditingComponent.objects.offered().called(self.words)
        if category:
            found = found.filter(category=category)
        return found.filter(split=self.split) if self.split else found


def _number(word: str) -> int | None:
    fine = word.isascii() and word.isdecimal() and len(word) < 11
    return min(int(word), LARGEST) if fine else None
