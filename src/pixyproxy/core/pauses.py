"""Pauses of many that began together and shall not end together."""

import random


def jittered(seconds: float) -> float:
    """Between half of them and all."""
    return seconds * random.uniform(0.5, 1)  # noqa: S311 - who could guess a pause gains nothing
