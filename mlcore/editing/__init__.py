"""Image-guided editing: the object of a picture put into a shot."""
