"""Rankings learned from people's verdicts: classifiers over pairs, and a learned space."""
