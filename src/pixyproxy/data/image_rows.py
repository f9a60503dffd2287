"""Image ⇄ dict: the one place where an image's columns are named and turned."""

import unicodedata
from typing import Any

from pixyproxy.core.models import Content, Failure, Image, Status, Visibility
from pixyproxy.core.words import caseless, words
from pixyproxy.data.database import Row
from pixyproxy.data.values import from_json, from_nano, from_timestamp, to_json, to_nano, to_timestamp

COLUMNS = (
    "guid owner filename prompt revised_prompt tags author status visibility generator model parameters "
    "parents batch "
    "storage_key media_type width height size_bytes sha256 looks colors cost_nano_usd cost_source "
    "error_code error_detail created_at updated_at deleted_at"
).split()
# Written for the search, never read back.
WRITTEN_COLUMNS = [*COLUMNS, "filename_key", "search_text"]
_COLOR_LENGTH = len("#rrggbb")


def to_dict(image: Image) -> dict[str, Any]:
    content, failure = image.content, image.failure
    return {
        "id": image.id,
        "guid": image.guid,
        "owner": image.owner,
        "filename": image.filename,
        "filename_key": filename_key(image.filename),
        "prompt": image.prompt,
        "revised_prompt": image.revised_prompt,
        "search_text": _search_text(image),
        "tags": to_json(image.tags),
        "author": image.author,
        "status": image.status.value,
        "visibility": image.visibility.value,
        "generator": image.generator,
        "model": image.model,
        "parameters": to_json(dict(image.parameters)),
        "parents": to_json(image.parents),
        "batch": image.batch,
        "storage_key": content and content.storage_key,
        "media_type": content and content.media_type,
        "width": content and content.width,
        "height": content and content.height,
        "size_bytes": content and content.size_bytes,
        "sha256": content and content.sha256,
        "looks": image.looks,
        "colors": None if image.colors is None else "".join(image.colors),
        "cost_nano_usd": None if image.cost_usd is None else to_nano(image.cost_usd),
        "cost_source": image.cost_source,
        "error_code": failure and failure.code,
        "error_detail": failure and failure.detail[:1000],
        "created_at": to_timestamp(image.created_at),
        "updated_at": to_timestamp(image.updated_at),
        "deleted_at": image.deleted_at and to_timestamp(image.deleted_at),
    }


def from_row(row: Row) -> Image:
    cost = row["cost_nano_usd"]
    return Image(
        id=row["id"],
        guid=row["guid"],
        owner=row["owner"],
        filename=row["filename"],
        prompt=row["prompt"],
        revised_prompt=row["revised_prompt"],
        tags=tuple(from_json(row["tags"])),
        author=row["author"],
        status=Status(row["status"]),
        visibility=Visibility(row["visibility"]),
        generator=row["generator"],
        model=row["model"],
        parameters=from_json(row["parameters"]),
        parents=tuple(from_json(row["parents"])),
        batch=row["batch"],
        content=_content(row),
        looks=row["looks"],
        colors=_colors(row["colors"]),
        cost_usd=None if cost is None else from_nano(cost),
        cost_source=row["cost_source"],
        failure=failure_of(row),
        created_at=from_timestamp(row["created_at"]),
        updated_at=from_timestamp(row["updated_at"]),
        deleted_at=row["deleted_at"] and from_timestamp(row["deleted_at"]),
    )


def _content(row: Row) -> Content | None:
    if row["storage_key"] is None:
        return None
    return Content(
        storage_key=row["storage_key"],
        media_type=row["media_type"],
        width=row["width"],
        height=row["height"],
        size_bytes=row["size_bytes"],
        sha256=row["sha256"],
    )


def _colors(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    return tuple(text[start : start + _COLOR_LENGTH] for start in range(0, len(text), _COLOR_LENGTH))


def failure_of(row: Row) -> Failure | None:
    return None if row["error_code"] is None else Failure(row["error_code"], row["error_detail"])


def filename_key(filename: str) -> str:
    """What a filename is compared by: its case does not matter, nor how its accents are composed."""
    return unicodedata.normalize("NFC", filename).casefold()[:255]


def tag_key(tag: str) -> str:
    """What a tag is compared by: its case does not matter, nor how its accents are composed."""
    return caseless(tag)


def _search_text(image: Image) -> str:
    """The words of both prompts in order; the bar keeps a phrase from reaching across."""
    return f" {' '.join(words(image.prompt))} | {' '.join(words(image.revised_prompt or ''))} "
