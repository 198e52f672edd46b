"""Filters, which grade every frame alike, a file a family."""
