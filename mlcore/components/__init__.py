"""Editing components: what an editor lays on raw material, drawn, embedded, found and suggested."""
