"""What the prompt says: the words sketch knows, and the brief it reads out of them."""
