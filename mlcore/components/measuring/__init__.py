"""How well an encoder finds components again."""
