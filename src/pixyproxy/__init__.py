"""One door in front of every image-generating model, and the library of what they made."""

__version__ = "0.1.0"
