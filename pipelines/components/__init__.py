"""Editing components: drawn to files, listed, found in titles and suggested."""
