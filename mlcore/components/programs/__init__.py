"""The programs that draw components, a folder or file a category; each names itself here."""
