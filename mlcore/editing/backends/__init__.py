"""What can carry out an edit, behind one interface."""
