"""Where in S3 the images lie, and how it is reached."""

import re
from dataclasses import dataclass
from typing import Self

_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}")
_PREFIX_PART = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9!_.'()*=-]+")


@dataclass(frozen=True, slots=True)
class S3Location:
    """A bucket, and the part of it that is ours."""

    bucket: str
    prefix: str = ""

    @classmethod
    def parse(cls, url: str) -> Self:
        """Raises `ValueError` with a sentence."""
        bucket, _, prefix = url.removeprefix("s3://").partition("/")
        prefix = prefix.removesuffix("/")
        parts = prefix.split("/") if prefix else []
        if not url.startswith("s3://") or not _BUCKET.fullmatch(bucket):
            raise ValueError("must name a bucket: s3://bucket or s3://bucket/prefix")
        if not all(map(_PREFIX_PART.fullmatch, parts)):
            raise ValueError("must have a prefix of plain letters, digits and !_.'()*=- between the slashes")
        return cls(bucket, prefix)


@dataclass(frozen=True, slots=True)
class S3Options:
    """What is not said here is looked for in the environment, and in the metadata of the machine."""

    endpoint: str | None = None
    region: str | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = None
    session_token: str | None = None
    path_style: bool = True
    """The bucket is in the path of a URL; else in its host, and the endpoint has to begin with it."""

    def __repr__(self) -> str:
        """Without the secrets."""
        return f"S3Options(endpoint={self.endpoint!r}, region={self.region!r})"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a store waits, and how often it tries."""

    connect_s: float = 5
    read_s: float = 20
    """Without a byte."""
    request_s: float = 60
    """For all tries of one question. What is sent has longer, as much as there is of it."""
    slowest_bytes_per_s: float = 50_000
    """A line on which something can be stored still."""
    longest_read_s: float = 3600
    """From the first byte to the last: whoever reads may be slow."""
    tries: int = 5
    pause_s: float = 0.2
    """Before the second try; doubled before each that follows."""

    def sending_s(self, size_bytes: int) -> float:
        """How much longer than without that a question may take with which so much is sent."""
        return size_bytes / self.slowest_bytes_per_s
