"""Which component suits a cut or a shot, learned from what finished titles use."""
