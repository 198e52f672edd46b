"""Video effects, which move by themselves over the picture, a file a family."""
