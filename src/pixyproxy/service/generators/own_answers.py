"""How a generator that makes its pictures itself writes an answer: a line of JSON, then the picture."""

import json
from decimal import Decimal

from pixyproxy.core.exceptions import UnreadablePicture
from pixyproxy.core.models import Cost
from pixyproxy.service.generators.generator import GeneratedPicture


def written(picture: GeneratedPicture) -> bytes:
    cost = picture.cost
    known = {
        "revised_prompt": picture.revised_prompt,
        "parameters": dict(picture.parameters),
        "cost": cost and {"usd": str(cost.usd), "source": cost.source},
        "usage": picture.usage and dict(picture.usage),
    }
    return json.dumps(known).encode() + b"\n" + (picture.content or b"")


def read(answer: bytes) -> GeneratedPicture:
    line, _, content = answer.partition(b"\n")
    try:
        known = json.loads(line)
        cost = known["cost"] and Cost(Decimal(known["cost"]["usd"]), known["cost"]["source"])
        return GeneratedPicture(
            content or None, known["revised_prompt"], known["parameters"], cost, known["usage"]
        )
    except (ValueError, LookupError, TypeError, ArithmeticError) as error:
        raise UnreadablePicture from error
