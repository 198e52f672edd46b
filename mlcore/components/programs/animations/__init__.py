"""Animations, which move a slot's picture in, out or about, a file a family."""
