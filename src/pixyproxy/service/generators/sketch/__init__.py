"""The built-in generator: no key, no network, the same picture for the same request."""

from .sketch import Sketch

__all__ = ["Sketch"]
