"""`doctor`: is everything there that this program needs, and if not, what to do."""

from __future__ import annotations

from typing import Any

from catalog.commands import Document, JsonCommand
from catalog.supervisor.checkup import findings


class Command(JsonCommand):
    help = "Say what is there: versions, servers, devices, weights, disk."
    # It has to speak where checks and tables would stop another command.
    requires_system_checks = ()

    def answer(self, **_options: Any) -> Document:
        """Look at everything."""
        found = list(findings())
        return {
            "ok": all(one.good for one in found),
            "findings": [one.as_document() for one in found],
        }

    def failed(self, document: Document) -> bool:
        """True when something is missing."""
        return not document["ok"]

    def lines(self, document: Document) -> list[str]:
        """One line a finding."""
        return [
            f"{'ok ' if one['good'] else 'NO '} {one['name']:<10} {one['says']}"
            for one in document["findings"]
        ]
