"""Every kind of generator there is. To put another one under the contract, add its line."""

from collections.abc import Callable, Mapping

from pixyproxy.service.generators.generator import Generator
from pixyproxy.service.generators.openai import OpenAIImages
from pixyproxy.service.generators.openai.arguments import LEGACY_QUALITIES, LEGACY_SIZES
from pixyproxy.service.generators.sketch import Sketch
from pixyproxy.service.generators.sketch.asked import OLD_QUALITIES

GENERATORS: Mapping[str, Callable[[], Generator]] = {
    "sketch": Sketch,
    "openai": lambda: OpenAIImages("sk-test", "http://127.0.0.1:9/v1"),
}
MODELS = [(name, model) for name, make in GENERATORS.items() for model in make().models]
TAKEN_OF_OLD_CLIENTS: Mapping[str, frozenset[object]] = {
    "sketch": frozenset(OLD_QUALITIES),
    "openai": frozenset({*LEGACY_QUALITIES, *LEGACY_SIZES}),
}
"""What is not offered, and yet not refused: words of models that are gone."""
