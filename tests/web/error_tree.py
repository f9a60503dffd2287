"""All exceptions there are, and the status that each code has by contract."""

from collections.abc import Iterator

from pixyproxy.core import exceptions as our
from pixyproxy.core.exceptions import PixyProxyException
from pixyproxy.data import mysql, sqlite  # noqa: F401 - so that their exceptions are in the tree

STATUS_OF_CODE = {
    "invalid_request": 422,
    "unauthenticated": 401,
    "forbidden": 403,
    "image_not_found": 404,
    "image_not_ready": 409,
    "image_failed": 409,
    "prompt_refused": 422,
    "model_not_found": 404,
    "idempotency_mismatch": 422,
    "rate_limited": 429,
    "payload_too_large": 413,
    "generator_failed": 502,
    "generator_timeout": 504,
    "outcome_unknown": 424,
    "storage_full": 507,
    "unavailable": 503,
    "internal": 500,
}
# These have the code of bad requests: a key is no image, and a body that does not come has its own status.
STATUS_OF_KIND: dict[type[PixyProxyException], int] = {our.KeyNotFound: 404, our.RequestTimedOut: 408}
FAMILIES = {
    PixyProxyException,
    our.ImagePromptException,
    our.ImageGenerationException,
    our.AccessException,
}


def _below(kind: type[PixyProxyException]) -> Iterator[type[PixyProxyException]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


TREE = sorted(set(_below(PixyProxyException)) - FAMILIES, key=lambda kind: kind.__name__)
