"""Which kinds of picture an `Accept` header names."""

from collections.abc import Iterator


def named_types(accept: str) -> frozenset[str]:
    """In full, with a weight above 0. Wildcards name nothing: who sends them may know no new kinds."""
    return frozenset(kind for kind, weight in _ranges(accept) if weight > 0)


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    for each in accept.split(","):
        kind, *parameters = (part.strip().lower() for part in each.split(";"))
        yield kind, _weight(parameters)


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            return _number(value.strip())
    return 1.0


def _number(text: str) -> float:
    """0 for what is none: a kind is sent to those alone who surely take it."""
    if not text.isascii() or not text.replace(".", "", 1).isdigit():
        return 0.0
    return float(text)
