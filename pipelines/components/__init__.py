"""Editing components on disk: clips of the data set, each with what is on it."""
