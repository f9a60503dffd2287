"""What becomes of the pictures a request starts from: repainted, retouched within a mask, varied."""
