"""Which kinds of picture an `Accept` header names, and how much each is wished for."""

from collections.abc import Iterator, Mapping


def weights_in(accept: str) -> Mapping[str, float]:
    """From 0 to 1. A kind has that with which it is named in full; wildcards are kinds of their own."""
    return dict(_ranges(accept))


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
    return min(float(text), 1.0)
