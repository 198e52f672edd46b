"""How well a house's way of choosing transitions is learned: python -m bench.suggesting."""
