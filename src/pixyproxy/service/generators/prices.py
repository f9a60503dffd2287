"""What a call cost: from the tokens the provider reports and its published prices, or not known."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from genai_prices import Usage, calc_price, extract_usage

from pixyproxy.core.models import Cost

# Models that the price list does not name yet, and one that OpenAI bills alike (2026-11).
_BILLED_LIKE = {"gpt-image-2.6-sunburst": "gpt-image-2"}


def openai_image_cost(model: str, answer: Mapping[str, Any]) -> Cost | None:
    """Of a picture that a second model has written as SVG, both together, or nothing."""
    author = answer.get("svg_usage")
    try:
        usd = _image_usd(model, answer) + (_author_usd(author) if author is not None else 0)
    except (LookupError, ValueError, TypeError):
        return None
    return Cost(usd, "genai-prices")


def _image_usd(model: str, answer: Mapping[str, Any]) -> Decimal:
    usage = extract_usage(answer, provider_id="openai", api_flavor="images").usage
    return calc_price(usage, model_ref=_BILLED_LIKE.get(model, model), provider_id="openai").total_price


def _author_usd(said: Mapping[str, Any]) -> Decimal:
    usage = Usage(input_tokens=said["input_tokens"], output_tokens=said["output_tokens"])
    return calc_price(usage, model_ref=said["model"], provider_id="openai").total_price
