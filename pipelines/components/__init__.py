"""Editing components in the product: listed, shown, tried on shots, and what is known of them."""
