"""What came of a making: which bytes are to be kept, and what is known about them, or why there are none."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pixyproxy.core.exceptions import (
    InternalError,
    OutcomeUnknown,
    PixyProxyException,
    PromptRefused,
    UnreadablePicture,
)
from pixyproxy.core.models import Attempt, Content, JsonValue
from pixyproxy.core.names import EXTENSIONS
from pixyproxy.data.spool import SpooledAnswer
from pixyproxy.service.generators.catalogue import Catalogue
from pixyproxy.service.generators.generator import GeneratedPicture
from pixyproxy.service.pictures import examine

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ended:
    """A making that has come to its end, and all that is left of it."""

    image_id: int
    guid: str
    token: str | None
    """Of the job; None when nobody has one any more and the answer turned up later."""
    attempt: Attempt | None = None
    answer: SpooledAnswer | None = None
    failure: PixyProxyException | None = None
    asked: Mapping[str, JsonValue] = field(default_factory=dict)
    """By the job: what the image was to be made from is not needed any more."""

    @property
    def is_safe(self) -> bool:
        """Nothing that was paid for would be lost with this process."""
        return self.answer is None or self.answer.is_on_disk


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be written: bytes under a key, and how image and attempt end."""

    key: str | None = None
    content: bytes = b""
    facts: Content | None = None
    picture: GeneratedPicture | None = None
    failure: PixyProxyException | None = None


def quarantine_key(storage_key: str) -> str:
    """Where an answer lies that was paid for and is no whole picture."""
    return f"{storage_key}.quarantined"


def understood(catalogue: Catalogue, ended: Ended) -> Outcome:
    """Reads the answer. Blocks, and takes the memory of a picture or two."""
    answer, failure = ended.answer, ended.failure
    if answer is None or (failure is not None and not answer.size_bytes):
        return Outcome(failure=failure)
    if isinstance(failure, PromptRefused):
        return Outcome(failure=failure)  # What came before the refusal is what was refused: not to be shown.
    key, content = answer.about.storage_key, answer.read()
    if failure is not None and not isinstance(failure, OutcomeUnknown):
        return Outcome(quarantine_key(key), content, failure=failure)
    try:  # also of one that was cut off: perhaps only its last sign is missing
        generator = catalogue.generator_named(answer.about.generator)
        picture = generator.read(content, answer.about.model)
        return _seen(ended, key, content, picture)
    except UnreadablePicture as error:
        aside = quarantine_key(key) if content else None
        return Outcome(aside, content, failure=failure or _about(ended, error))
    except (PixyProxyException, MemoryError):
        raise
    except Exception:  # a defect of ours does not throw away what was paid for
        log.exception("image %s: its answer is put aside, unread", ended.guid)
        return Outcome(quarantine_key(key), content, failure=InternalError(guid=ended.guid))


def _seen(ended: Ended, key: str, answer: bytes, picture: GeneratedPicture) -> Outcome:
    content, known = picture.content or b"", replace(picture, content=None)
    try:
        found = examine(content)
    except UnreadablePicture as error:
        return Outcome(
            quarantine_key(key),
            content or answer,
            picture=known,
            failure=ended.failure or _about(ended, error),
        )
    facts = Content(
        storage_key=f"{key}.{EXTENSIONS[found.media_type]}",
        media_type=found.media_type,
        width=found.width,
        height=found.height,
        size_bytes=len(content),
        sha256=found.sha256,
    )
    return Outcome(facts.storage_key, content, facts, known)


def _about(ended: Ended, error: UnreadablePicture) -> UnreadablePicture:
    error.guid = ended.guid
    log.warning("image %s: %s (%s)", ended.guid, error.detail, error.origin)
    return error
