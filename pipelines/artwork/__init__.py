"""The artwork of editing components: stickers, letters and materials, made at set-up.

docs/artwork.md has the table for people, with every licence.
"""
