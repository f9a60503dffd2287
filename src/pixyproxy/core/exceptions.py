"""Everything that can go wrong, in words a caller may read.

    PixyProxyException
    ├── ImagePromptException            what is wrong with what was asked
    │   ├── InvalidRequest
    │   │   ├── KeyNotFound
    │   │   └── RequestTimedOut
    │   ├── PayloadTooLarge
    │   ├── ModelNotFound
    │   ├── PromptRefused
    │   ├── IdempotencyMismatch
    │   ├── ImageNotFound
    │   ├── ImageNotReady
    │   └── ImageFailed
    ├── ImageGenerationException        what went wrong while making it
    │   ├── GeneratorFailed
    │   │   ├── GeneratorRefused
    │   │   └── UnreadablePicture
    │   ├── GeneratorTimeout
    │   ├── RateLimited
    │   ├── OutcomeUnknown
    │   └── StorageFull
    ├── AccessException                 who is asking
    │   ├── Unauthenticated
    │   │   └── SessionEnded
    │   └── Forbidden
    ├── Unavailable                     a part of ours cannot be reached now; later it may
    │   ├── Deadlock
    │   ├── CommitLost
    │   ├── GeneratorRests
    │   └── LeaseLost
    ├── InternalError                   a defect of ours
    │   ├── DuplicateRow
    │   └── BytesMissing
    └── CannotStart                     the service or a command cannot begin its work

`detail` is written by us for the caller. What a driver or provider said travels as `__cause__` and ends in
the log.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

_NUMBERS = ("status_code", "code", "request_id", "errno", "sqlite_errorname")


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field of a request and what is wrong with it."""

    field: str
    message: str


class PixyProxyException(Exception):
    """The root of the tree; `code` is stable and part of the API."""

    code: ClassVar[str]
    default_detail: ClassVar[str]
    nothing_was_sent: ClassVar[bool] = False
    """No generator began, nothing can have been billed: we may try again by ourselves, also elsewhere."""
    may_be_asked_again: ClassVar[bool] = False
    """Nothing came of it and nothing was paid: a caller who asks again, with the same key, gets a new try."""

    def __init__(
        self, detail: str | None = None, *, guid: str | None = None, retry_after_s: int | None = None
    ) -> None:
        self.detail = detail or self.default_detail
        self.guid = guid
        self.retry_after_s = retry_after_s
        self.is_replay = False
        """It is told once more: an earlier request with the same key came to this end."""
        super().__init__(self.detail)

    @property
    def origin(self) -> str:
        """The foreign error behind it, for the log: its kind and numbers, never its words."""
        cause = self.__cause__
        if cause is None:
            return "ours"
        numbers = {name: getattr(cause, name, None) for name in _NUMBERS}
        if cause.args and isinstance(cause.args[0], int):
            numbers["number"] = cause.args[0]
        return " ".join(
            [type(cause).__name__, *(f"{name}={value}" for name, value in numbers.items() if value)]
        )


class ImagePromptException(PixyProxyException):
    """What is wrong with what was asked."""


class InvalidRequest(ImagePromptException):
    code = "invalid_request"
    default_detail = "The request is not valid."

    def __init__(self, detail: str | None = None, *, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail)
        self.errors = tuple(errors)


class KeyNotFound(InvalidRequest):
    default_detail = "There is no such key in force."


class RequestTimedOut(InvalidRequest):
    default_detail = "The body of the request did not arrive in time."


class PayloadTooLarge(ImagePromptException):
    code = "payload_too_large"
    default_detail = "The body of the request is too large."


class ModelNotFound(ImagePromptException):
    code = "model_not_found"
    default_detail = "No configured generator has this model."


class PromptRefused(ImagePromptException):
    code = "prompt_refused"
    default_detail = "The generator's safety system refused this prompt."

    def __init__(self, detail: str | None = None, *, moderation: Mapping[str, object] | None = None) -> None:
        super().__init__(detail)
        self.moderation = moderation
        """What the provider says of it: at which stage, and in which categories."""


class IdempotencyMismatch(ImagePromptException):
    code = "idempotency_mismatch"
    default_detail = "This Idempotency-Key was used before, with another request."


class ImageNotFound(ImagePromptException):
    code = "image_not_found"
    default_detail = "There is no such image."


class ImageNotReady(ImagePromptException):
    code = "image_not_ready"
    default_detail = "The image is still being made."


class ImageFailed(ImagePromptException):
    code = "image_failed"
    default_detail = "This image could not be made; it has no content."


class ImageGenerationException(PixyProxyException):
    """What went wrong while making it."""


class GeneratorFailed(ImageGenerationException):
    code = "generator_failed"
    default_detail = "The generator did not make a picture."


class GeneratorRefused(GeneratorFailed):
    default_detail = "The generator turned the call away before it began."
    nothing_was_sent = may_be_asked_again = True


class UnreadablePicture(GeneratorFailed):
    default_detail = "The generator's answer is no complete picture of a known kind."


class GeneratorTimeout(ImageGenerationException):
    code = "generator_timeout"
    default_detail = "The generator could not be reached in time; nothing was sent to it."
    nothing_was_sent = may_be_asked_again = True


class RateLimited(ImageGenerationException):
    code = "rate_limited"
    default_detail = "The generator takes no more requests for now."
    nothing_was_sent = may_be_asked_again = True


class OutcomeUnknown(ImageGenerationException):
    code = "outcome_unknown"
    default_detail = "The generator was called, but its answer was lost. It is not called again by itself."


class StorageFull(ImageGenerationException):
    code = "storage_full"
    default_detail = "There is no room to keep another image."
    may_be_asked_again = True


class AccessException(PixyProxyException):
    """Who is asking."""


class Unauthenticated(AccessException):
    code = "unauthenticated"
    default_detail = "A valid API key is needed: Authorization: Bearer KEY, or X-API-Key: KEY."


class SessionEnded(Unauthenticated):
    """A browser comes with the cookie of one."""

    default_detail = "This session has ended: sign in again."


class Forbidden(AccessException):
    code = "forbidden"
    default_detail = "This key may not do that."


class Unavailable(PixyProxyException):
    code = "unavailable"
    default_detail = "A part of the service cannot be reached just now; try again soon."
    may_be_asked_again = True


class Deadlock(Unavailable):
    """Two transactions stood in each other's way and the database undid ours; it can be run again."""

    default_detail = "The database was too busy; try again."


class CommitLost(Unavailable):
    """The answer to COMMIT did not come: what the transaction wrote may be there, or not."""


class GeneratorRests(Unavailable):
    default_detail = "The generator has failed again and again; it is tried again soon."


class LeaseLost(Unavailable):
    """Another worker has taken the image over; what we know of it is no longer ours to write."""

    default_detail = "The image was taken over by another worker."


class InternalError(PixyProxyException):
    code = "internal"
    default_detail = "Something went wrong on our side."


class DuplicateRow(InternalError):
    """A unique key is taken already; the repository that asked knows what that means."""


class BytesMissing(InternalError):
    default_detail = "The bytes of this image are missing or damaged."


class CannotStart(PixyProxyException):
    code = "internal"
    default_detail = "The service cannot start."


def as_told(code: str, detail: str) -> PixyProxyException:
    """The failure that was written down, for one who was not there when it happened."""
    kinds = list(PixyProxyException.__subclasses__())
    for kind in kinds:
        if getattr(kind, "code", None) == code:
            return kind(detail)
        kinds += kind.__subclasses__()
    return InternalError(detail)
