"""Admin of every model. What machines write is shown, not edited."""

from catalog.admin import components, footage, kept, tokens, training

__all__ = ["components", "footage", "kept", "tokens", "training"]
