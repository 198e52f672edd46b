"""Image-guided edits: from a row to pixels, a file, and what was measured of it."""
