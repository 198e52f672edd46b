"""Clip encoders that learn from footage without labels: masked video autoencoders."""
