"""Admin of every model. What machines write is shown, not edited."""

from catalog.admin import footage, kept, tokens

__all__ = ["footage", "kept", "tokens"]
