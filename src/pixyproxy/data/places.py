"""Places where images lie, by one name each, however they are written."""

from pathlib import Path

from pixyproxy.core.exceptions import CannotStart
from pixyproxy.data.s3.location import S3Location


def name_of(location: str) -> str:
    """Of a folder, or of a part of a bucket."""
    if "://" not in location:
        return str(Path(location).resolve())
    try:
        place = S3Location.parse(location)
    except ValueError as error:
        raise CannotStart(f"{location} is no place for images: it {error}.") from None
    return f"s3://{place.bucket}/{place.prefix}".removesuffix("/")


def check_apart(source: str, target: str) -> None:
    """One that is within the other would be moved into itself."""
    if _is_within(source, target) or _is_within(target, source):
        raise CannotStart(f"Images cannot be moved from {source} to {target}: one is within the other.")


def check_folder_is_there(name: str) -> None:
    if "://" not in name and not Path(name).is_dir():
        raise CannotStart(f"There is no folder {name}.")


def _is_within(inner: str, outer: str) -> bool:
    return f"{inner}/".startswith(f"{outer.rstrip('/')}/")
