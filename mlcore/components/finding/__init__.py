"""Which component is on a shot or at a cut: none, a known one, or one not known."""
