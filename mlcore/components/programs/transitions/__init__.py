"""Transitions, a file a family."""
