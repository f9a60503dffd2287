"""The chance of a picture that starts from another: the same for the same request."""

from random import Random

from pixyproxy.service.generators.generator import InputPicture


def chance_of(seed: int, prompt: str, picture: InputPicture) -> Random:
    return Random(f"{seed} {prompt!a} {picture.sha256}")  # noqa: S311 - the same for the same request; it guards nothing
