"""Near-duplicate shots of a production, grouped whatever file they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.jobs import Claim


def group_duplicates(claim: Claim) -> None:
    """Group the shots of this title with every like shot of its production."""
