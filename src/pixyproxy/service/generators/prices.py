"""What a call cost: from the tokens the provider reports and its published prices, or not known."""

from collections.abc import Mapping
from typing import Any

from genai_prices import calc_price, extract_usage

from pixyproxy.core.models import Cost

# Models that the price list does not name yet, and one that OpenAI bills alike (2026-11).
_BILLED_LIKE = {"gpt-image-2.6-sunburst": "gpt-image-2"}


def openai_image_cost(model: str, answer: Mapping[str, Any]) -> Cost | None:
    try:
        usage = extract_usage(answer, provider_id="openai", api_flavor="images").usage
        price = calc_price(usage, model_ref=_BILLED_LIKE.get(model, model), provider_id="openai")
    except (LookupError, ValueError, TypeError):
        return None
    return Cost(price.total_price, "genai-prices")
