"""Admin of every model. What machines write is shown, not edited."""

from catalog.admin import components, edits, footage, kept, tokens, training

__all__ = ["components", "edits", "footage", "kept", "tokens", "training"]
