"""Images are moved by copying them, while the service goes on."""
