"""What a search compares and orders by: kinds of match, their versions, their rankings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from catalog.models import EncoderVersion
from pipelines.encoders import KIND_OF, live_kinds, live_versions, with_weights
from pipelines.rankers import ranker_family

if TYPE_CHECKING:
    from mlcore.matching.kinds import Kind


@dataclass(frozen=True)
class Sought:
    """One search's versions; kept with the set that it writes."""

    kinds: list[tuple[Kind[Any], EncoderVersion]]
    by_family: dict[str, EncoderVersion]

    @property
    def versions(self) -> dict[str, int]:
        """Number of the version of each family."""
        return {family: version.pk for family, version in self.by_family.items()}

    @property
    def kind_names(self) -> list[str]:
        """The kinds that are sought."""
        return [kind.name for kind, _ in self.kinds]

    def ranker(self, kind: str) -> EncoderVersion | None:
        """The ranking of a kind; None: its own score orders the board."""
        return self.by_family.get(ranker_family(kind))

    def is_live(self) -> bool:
        """Whether these versions are still the live ones."""
        actives = EncoderVersion.objects.of_shots()
        return self.versions == dict(actives.values_list("family", "pk"))


def live_search() -> Sought:
    """What is live now."""
    return Sought(live_kinds(), live_versions())


def search_with(trial: EncoderVersion) -> Sought:
    """What is live now, with one version in the place of its family's."""
    kinds = [each for each in live_kinds() if each[0].family != trial.family]
    # A ranking is no kind of its own.
    if trial.family in KIND_OF:
        kinds.append((with_weights(KIND_OF[trial.family], trial), trial))
    return Sought(kinds, live_versions() | {trial.family: trial})
