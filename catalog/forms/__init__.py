"""What people fill in, page by page, checked before anything is done."""
