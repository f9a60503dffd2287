"""Use cases: make an image, read images, and the generators that make them."""
