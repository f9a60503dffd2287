"""Pictures to start from."""

import hashlib

from pixyproxy.core.models import Size
from pixyproxy.service.generators.generator import InputPicture
from tests.service.scenery import picture


def input_picture(kind: str = "png", width: int = 48) -> InputPicture:
    content = picture(kind, width)
    return InputPicture(content, f"image/{kind}", Size(width, 32), hashlib.sha256(content).hexdigest())
