"""A library to look at: sketches of every shape, prompts in many scripts, tags, authors, some public."""

from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import httpx2

_PROMPTS = Path(__file__).with_name("sample_prompts.txt").read_text(encoding="utf-8").splitlines()
_SIZES = ("1024x1024", "1536x1024", "1024x1536", "1920x1080", "768x1344", "512x512", "2048x640", "640x1600")
_TAGS: tuple[list[str], ...] = (
    ["fox", "winter"],
    [],
    ["poster"],
    ["concept art", "night", "city"],
    ["水彩"],
    ["طبيعة"],
    ["product"],
)
_AUTHORS = ("mara", "mara", "Jonas Ø.", "newsletter-bot", "نور")
_EVERY_NTH_IS_PUBLIC = 3
_AT_ONCE = 4


def fill(service: httpx2.Client, images: int) -> None:
    """Makes so many, the same ones each time."""
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        for answer in threads.map(lambda wanted: service.post("/image", json=wanted), _wanted(images)):
            answer.raise_for_status()


def _wanted(images: int) -> list[dict[str, Any]]:
    together = zip(cycle(_PROMPTS), cycle(_SIZES), cycle(_TAGS), cycle(_AUTHORS), strict=False)
    return [
        {
            "prompt": prompt,
            "size": size,
            "tags": tags,
            "author": author,
            "seed": number,
            "visibility": "private" if number % _EVERY_NTH_IS_PUBLIC else "public",
        }
        for number, (prompt, size, tags, author) in enumerate(islice(together, images))
    ]
