"""Admin of every model. What machines write is shown, not edited."""

from catalog.admin import footage, kept

__all__ = ["footage", "kept"]
