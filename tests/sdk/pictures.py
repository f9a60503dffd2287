"""Pictures to start from."""

from tests.upstream.pictures import Form, Painter

_PAINTER = Painter(3_000)
CAT = _PAINTER.original(Form(width=96, height=64)).content
DOG = _PAINTER.original(Form("jpeg", 80, 80)).content
MASK = _PAINTER.original(Form(width=96, height=64, transparent=True)).content
"""As large as the cat; its left half is to be changed."""
