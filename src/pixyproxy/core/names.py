"""The names an image goes by: its guid, and a filename that people can read."""

import hashlib
import secrets
import time
from datetime import datetime
from uuid import UUID

from pixyproxy.core.words import is_unspaced, words

_NAME_LENGTH = 60
_MOST_MILLISECONDS = 2**48 - 1
EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "image/gif": "gif",
    "image/avif": "avif",
    "image/svg+xml": "svg",
}


def new_guid() -> str:
    """A UUID version 7 (RFC 9562): 48 bits of milliseconds, 12 of their fraction, 62 of chance."""
    milliseconds, fraction = divmod(time.time_ns(), 1_000_000)
    bits = milliseconds << 80 | 0x7 << 76 | (fraction * 4096 // 1_000_000) << 64
    return str(UUID(int=bits | 0b10 << 62 | secrets.randbits(62)))


def guid_from(milliseconds: int, *parts: str) -> str:
    """A UUID version 7 that is always the same: instead of chance it has the SHA-256 of these."""
    chance = int.from_bytes(hashlib.sha256(" ".join(parts).encode()).digest())
    bits = min(max(milliseconds, 0), _MOST_MILLISECONDS) << 80 | 0x7 << 76 | (chance >> 64 & 0xFFF) << 64
    return str(UUID(int=bits | 0b10 << 62 | chance & (1 << 62) - 1))


def imported_key(guid: str, created_at: datetime, media_type: str) -> str:
    """Where the bytes of an image lie that was not made here. No other image can have the same."""
    return f"imported/{created_at.year:04}/{created_at.month:02}/{guid}.{EXTENSIONS[media_type]}"


def readable_name(prompt: str, guid: str) -> str:
    """Words of the prompt and a short piece of the guid; the extension follows when the bytes are known."""
    name = ""
    for word in words(prompt[:1000]):
        if len(name) + len(word) > _NAME_LENGTH:
            break
        run_on = not name or (is_unspaced(name[-1]) and is_unspaced(word))
        name += word if run_on else f"-{word}"
    return f"{name or 'image'}-{guid[:8]}"


def with_extension(filename: str, prompt: str, guid: str, media_type: str) -> str:
    """A name of our making gets its extension when the bytes are known; one that was given stays as it is."""
    is_ours = filename == readable_name(prompt, guid)
    return f"{filename}.{EXTENSIONS[media_type]}" if is_ours else filename
