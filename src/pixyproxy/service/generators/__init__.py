"""What makes pictures: a provider's API, or the built-in sketch."""
