"""What S3 and the way to it refuse, in our words. The one place where they are translated."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
from obstore.exceptions import BaseError, InvalidPathError

from pixyproxy.core.exceptions import BytesMissing, CannotStart, StorageFull, Unavailable
from pixyproxy.data.store_keys import printable

_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<Code>(\w+)</Code>")
_FULL = {"QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "InsufficientStorage"}
_FULL_STATUSES = {413, 507}
_PASSING = {"BadDigest", "IncompleteBody", "RequestTimeout", "SlowDown", "InternalError"}
_PASSING_STATUSES = {408, 429, 500, 502, 503, 504}
_NO_SUCH_KEY = "NoSuchKey"
_STRANGERS = {401, 403}
_METADATA = "http://169.254."
_LONGEST = 200
_UNLISTABLE = "An object of a name that cannot be listed lies in the bucket and must be removed"
_NO_CREDENTIALS = "; AWS_ACCESS_KEY_ID is not set, so it was asked as the machine, or as nobody"


class S3Error(Exception):
    """One refusal in a line: what was asked, and the number and the word of the answer."""

    def __init__(
        self,
        asked: str,
        status_code: int | None = None,
        code: str | None = None,
        *,
        hint: str = "",
        detail: str | None = None,
    ) -> None:
        self.asked = asked
        self.detail = detail
        """For whoever asks us, where asking again will not help."""
        self.status_code = status_code
        self.code = code
        said = " ".join(str(each) for each in (status_code, code) if each)
        super().__init__((f"{asked}: {said}" if said else asked) + hint)

    @property
    def is_passing(self) -> bool:
        """It may go well the next time: a cut, a stall, a busy store, bytes that changed on their way."""
        return (
            self.status_code is None or self.status_code in _PASSING_STATUSES or self.code in _PASSING
        ) and not self.is_full

    @property
    def is_missing(self) -> bool:
        """The object, not the bucket, and not the store."""
        return self.code == _NO_SUCH_KEY

    @property
    def is_full(self) -> bool:
        return self.code in _FULL or self.status_code in _FULL_STATUSES

    @property
    def is_past_the_end(self) -> bool:
        return self.status_code == httpx2.codes.RANGE_NOT_SATISFIABLE


def refusal(asked: str, answer: httpx2.Response) -> S3Error:
    code = _CODE.search(answer.text)
    return S3Error(asked, answer.status_code, code[1] if code else None)


@contextmanager
def errors_noted(asked: str) -> Iterator[None]:
    """Whatever the client libraries raise becomes an `S3Error`."""
    try:
        yield
    except (BaseError, OSError, TypeError, ValueError) as error:  # a key that is no text is a TypeError
        raise _read(asked, error) from error
    except httpx2.HTTPError as error:
        raise S3Error(f"{asked}: {type(error).__name__}") from error


@contextmanager
def errors_translated(*, in_put: bool = False) -> Iterator[None]:
    """An `S3Error` becomes what the service knows."""
    try:
        yield
    except S3Error as error:
        if error.is_missing and not in_put:
            raise BytesMissing from error
        if error.is_full and in_put:
            raise StorageFull(retry_after_s=60) from error
        raise Unavailable(error.detail, retry_after_s=5) from error


@contextmanager
def no_credentials_noted(*, has_any: bool) -> Iterator[None]:
    """Who was given none, and is not let in, mostly lacks them."""
    try:
        yield
    except S3Error as error:
        was_sought = _METADATA in str(error.__cause__)
        if has_any or not (was_sought or error.status_code in _STRANGERS):
            raise
        raise S3Error(error.asked, error.status_code, error.code, hint=_NO_CREDENTIALS) from error


@contextmanager
def refusals_to_build() -> Iterator[None]:
    """Every variable of the environment that begins with AWS_ is read, also those we know nothing of."""
    try:
        yield
    except (BaseError, OSError, TypeError, ValueError) as error:
        said = _first_line(error)
        raise CannotStart(f"S3 cannot be used with the AWS_ variables of the environment: {said}.") from error


def _read(asked: str, error: Exception) -> S3Error:
    """What was answered stands in the text of the error alone; the first line of it is for people."""
    text = str(error)
    if isinstance(error, InvalidPathError) and asked == "LIST":
        detail = f"{_UNLISTABLE}: {printable(_first_line(error))}"
        return S3Error(detail, detail=f"{detail}.")
    status, code = _STATUS.search(text), _CODE.search(text)
    if status is not None:
        return S3Error(asked, int(status[1]), code[1] if code else None)
    return S3Error(f"{asked}: {_first_line(error)}")


def _first_line(error: Exception) -> str:
    return (str(error) or "took too long").partition("\n")[0].rpartition(" - ")[2][:_LONGEST]
