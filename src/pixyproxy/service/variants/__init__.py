"""Resized and re-encoded copies of pictures: planned, made by processes of their own, kept for a while."""
