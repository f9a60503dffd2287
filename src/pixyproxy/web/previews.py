"""What a preview is, by its first bytes: it is shown at once and not looked into."""

_STARTS = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}


def media_type_of(content: bytes) -> str:
    known = (media_type for start, media_type in _STARTS.items() if content.startswith(start))
    return next(known, "image/webp")
