"""The graph of nodes that ComfyUI executed: what its sampler was given is followed to where it begins."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from pixyproxy.core.models import JsonValue
from pixyproxy.service.importing.account import Told
from pixyproxy.service.importing.lenient_json import read_object
from pixyproxy.service.importing.plain_names import (
    CFG_SCALE,
    HEIGHT,
    LORAS,
    MODEL,
    NEGATIVE_PROMPT,
    PROMPT,
    SAMPLER,
    SEED,
    STEPS,
    WIDTH,
    distinct_names,
    told_of,
)

_MOST_NODES, _MOST_SAMPLERS = 5_000, 5
_MOST_VISITED = 500
_MOST_HOPS = 8
_LINK_LENGTH = 2  # a node's id, and which of its outputs
_POSITIVE, _NEGATIVE = "positive", "negative"
# What nodes resolved while they ran, best first; then what people wrote.
_RESOLVED = ("populated_text", "text_0")
_TEXTS = frozenset({"prompt", "value", "clip_l", "t5xxl", "wildcard_text"})
_TEXT_STARTS = ("text", "Text", "string", "String", "conditioning", "cond", "prompt_")
_OPPOSITES = {
    _POSITIVE: frozenset({_NEGATIVE, "text_negative"}),
    _NEGATIVE: frozenset({_POSITIVE, "text_positive"}),
}
_NOT_WORDS = frozenset(
    {"model", "clip", "vae", "latent", "latent_image", "samples", "image", "images", "pixels", "control_net"}
)
_FORGETS = frozenset({"ConditioningZeroOut"})
"""Nodes behind which no words come through."""

_VALUES = ("value", "seed", "int", "float", "number")
_MODELS = ("ckpt_name", "unet_name", "base_ckpt_name", "model_path")
_SETTINGS = {
    SEED: ("seed", "noise_seed"),
    STEPS: ("steps",),
    CFG_SCALE: ("cfg",),
    SAMPLER: ("sampler_name",),
    "scheduler": ("scheduler",),
    "denoising_strength": ("denoise",),
    "guidance": ("guidance",),
}


@dataclass(frozen=True, slots=True)
class _Node:
    kind: str
    inputs: Mapping[str, JsonValue]

    @classmethod
    def of(cls, value: JsonValue) -> Self | None:
        if not isinstance(value, dict):
            return None
        kind, inputs = value.get("class_type"), value.get("inputs")
        return cls(kind, inputs) if isinstance(kind, str) and isinstance(inputs, dict) else None


def told_by_comfyui(fields: Mapping[str, JsonValue]) -> Told | None:
    """The graph lies beside the workflow it was drawn as; only the graph is read."""
    graph = _Graph(read_object(fields.get("prompt")) or fields)
    if not graph.nodes:
        return None
    for sampler in graph.samplers():
        told = _told_by_sampler(graph, sampler)
        if told.prompt:
            return told
    return _told_without_sampler(graph)


def _told_by_sampler(graph: "_Graph", sampler: _Node) -> Told:
    upstream = list(graph.upstream([sampler]))
    plain = _settings(graph, upstream)
    for side, name in ((_POSITIVE, PROMPT), (_NEGATIVE, NEGATIVE_PROMPT)):
        plain[name] = _words_of(graph, upstream, side)
    return told_of("comfyui", plain)


def _told_without_sampler(graph: "_Graph") -> Told:
    """Nodes that ask a service somewhere for a picture are given its prompt at once."""
    nodes = list(graph.upstream(graph.outputs()))
    words = (node.inputs.get("prompt") for node in nodes)
    plain = _settings(graph, nodes)
    plain[PROMPT] = next((text for text in words if isinstance(text, str) and text.strip()), None)
    return told_of("comfyui", plain)


def _words_of(graph: "_Graph", upstream: Iterable[_Node], side: str) -> str:
    """A sampler has its words itself, or the guide it follows has them."""
    for node in upstream:
        if side in node.inputs:
            return graph.words(node.inputs[side], side)
        if side == _POSITIVE and "conditioning" in node.inputs and "Guider" in node.kind:
            return graph.words(node.inputs["conditioning"], side)
    return ""


def _settings(graph: "_Graph", nodes: list[_Node]) -> dict[str, object]:
    """The nearest of each name: the sampler's own, else those of the nodes that feed it."""
    plain: dict[str, object] = {name: graph.nearest(nodes, names) for name, names in _SETTINGS.items()}
    plain[MODEL] = graph.nearest(nodes, _MODELS)
    plain[LORAS] = distinct_names(_loras(nodes))
    for node in nodes:
        if node.kind.startswith("Empty") and {WIDTH, HEIGHT} <= node.inputs.keys():
            plain[WIDTH], plain[HEIGHT] = (graph.value(node.inputs[side]) for side in (WIDTH, HEIGHT))
            break
    return plain


def _loras(nodes: Iterable[_Node]) -> Iterator[JsonValue]:
    """By name, or all about one in an object, with the switch that turns it off."""
    for node in nodes:
        for name, value in node.inputs.items():
            is_named = isinstance(value, str) and name.startswith("lora") and "name" in name
            is_on = isinstance(value, dict) and "lora" in value and value.get("on") is not False
            if is_named or is_on:
                yield value


def _leading_on(node: _Node, side: str) -> list[JsonValue]:
    """What its words come from; where nothing is named like words, whatever else is linked to it."""
    if node.kind in _FORGETS:
        return []
    for name in (*_RESOLVED, side):
        if node.inputs.get(name):
            return [node.inputs[name]]
    wanted = [value for name, value in node.inputs.items() if _is_words(name, side)]
    return wanted or [
        value for name, value in node.inputs.items() if name not in _NOT_WORDS | _OPPOSITES[side]
    ]


def _is_words(name: str, side: str) -> bool:
    named = name in _TEXTS or name.startswith(_TEXT_STARTS)
    return named and name not in _OPPOSITES[side]


class _Graph:
    def __init__(self, nodes: Mapping[str, JsonValue]) -> None:
        read = ((name, _Node.of(value)) for name, value in list(nodes.items())[:_MOST_NODES])
        self.nodes = {name: node for name, node in read if node}

    def samplers(self) -> list[_Node]:
        """The nearest to a picture first; those that only repair faces after those that paint."""
        near = [node for node in self.upstream(self.outputs()) if self._is_sampler(node)]
        found = near or [node for node in self.nodes.values() if self._is_sampler(node)]
        return sorted(found[:_MOST_SAMPLERS], key=lambda node: "sampler" not in node.kind.lower())

    def outputs(self) -> list[_Node]:
        """Those that keep pictures; those that only show them where none is kept."""
        shown = [node for node in self.nodes.values() if "images" in node.inputs]
        return [node for node in shown if "save" in node.kind.lower()] or shown or list(self.nodes.values())

    def upstream(self, nodes: Iterable[_Node]) -> Iterator[_Node]:
        """Those nodes and what feeds them, the nearest first, each once."""
        waiting = deque(nodes)
        seen = {id(node) for node in waiting}
        for _ in range(_MOST_VISITED):
            if not waiting:
                return
            node = waiting.popleft()
            yield node
            linked = map(self._linked, node.inputs.values())
            fresh = {id(other): other for other in linked if other and id(other) not in seen}
            seen |= fresh.keys()
            waiting.extend(fresh.values())

    def nearest(self, nodes: Iterable[_Node], names: Iterable[str]) -> JsonValue:
        for node in nodes:
            for name in names:
                value = self.value(node.inputs.get(name))
                if isinstance(value, str | int | float):
                    return value
        return None

    def value(self, value: JsonValue) -> JsonValue:
        """What a node was given, or the simple node that gave it."""
        for _ in range(_MOST_HOPS):
            if not (node := self._linked(value)):
                return value
            value = next((node.inputs[name] for name in _VALUES if name in node.inputs), None)
        return None

    def words(self, link: JsonValue, side: str) -> str:
        """All texts that lead there, in the order in which they are put together, each once."""
        waiting, seen, texts = [link], set[int](), dict[str, None]()
        while waiting and len(seen) < _MOST_VISITED:
            value = waiting.pop()
            if isinstance(value, str) and value.strip():
                texts[value.strip()] = None
            elif (node := self._linked(value)) and id(node) not in seen:
                seen.add(id(node))
                waiting += reversed(_leading_on(node, side))
        return "\n".join(texts)

    def _linked(self, value: JsonValue) -> _Node | None:
        if isinstance(value, list) and len(value) == _LINK_LENGTH and isinstance(value[0], str | int):
            return self.nodes.get(str(value[0]))
        return None

    def _is_sampler(self, node: _Node) -> bool:
        if self._linked(node.inputs.get("guider")):
            return True
        is_one = "sampler" in node.kind.lower() or "steps" in node.inputs
        return is_one and self._linked(node.inputs.get(_POSITIVE)) is not None
