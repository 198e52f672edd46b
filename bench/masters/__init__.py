"""How near a result's file is to what was made, and what an edit needs of memory."""
