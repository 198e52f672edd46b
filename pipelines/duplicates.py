"""Near-duplicate shots of a production, grouped whatever file they come from."""
