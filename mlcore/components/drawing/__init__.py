"""Components laid on materials: the clips that encoders and people see."""
