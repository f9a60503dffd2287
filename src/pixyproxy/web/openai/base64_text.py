"""Bytes as base64 while they are read: nothing is held whole, nothing goes through a JSON encoder."""

from collections.abc import AsyncIterator

from pybase64 import b64encode

from pixyproxy.service.reading import Picture


async def base64_of(picture: Picture) -> AsyncIterator[bytes]:
    rest = b""
    async for chunk in picture.read(0, picture.content.size_bytes):
        coming = rest + chunk
        whole = len(coming) - len(coming) % 3  # Only of threes does the text of parts add up.
        rest = coming[whole:]
        if whole:
            yield b64encode(memoryview(coming)[:whole])
    if rest:
        yield b64encode(rest)


def base64_length(picture: Picture) -> int:
    return (picture.content.size_bytes + 2) // 3 * 4
