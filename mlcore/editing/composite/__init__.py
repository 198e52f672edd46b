"""An edit without weights: a cut-out follows a tracked mask before a filled-in ground."""
