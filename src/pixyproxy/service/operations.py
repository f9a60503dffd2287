"""How the service is doing, for those who operate it: no path, host or secret is in it."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pixyproxy.core.exceptions import GeneratorTimeout, InternalError, OutcomeUnknown, PixyProxyException
from pixyproxy.core.models import AttemptStatus, Status
from pixyproxy.data.library import Library
from pixyproxy.data.operations_queries import AllKept, InMaking
from pixyproxy.service.generators.catalogue import Catalogue
from pixyproxy.service.generators.generator import Generator
from pixyproxy.service.health import reasons_not_ready
from pixyproxy.service.making.admission import Room
from pixyproxy.service.making.generation import Generation
from pixyproxy.service.once_a_minute import OnceAMinute
from pixyproxy.service.variants.variants import Variants

FAILURES_OF_HOURS = 24
_PATIENCE_S = 5.0
_SILENT = "It does not answer."


@dataclass(frozen=True, slots=True)
class Queue:
    """What is to be made, by any worker, and what is being made."""

    queued: InMaking
    generating: InMaking
    under_way_here: int


@dataclass(frozen=True, slots=True)
class Failures:
    """Of calls to generators within some hours; one that failed may have been repeated since."""

    hours: int
    by_code: Mapping[str, int]
    """The most frequent first."""
    unknown: int


@dataclass(frozen=True, slots=True)
class CountedImages:
    """What is kept of images, and when that was counted."""

    kept: AllKept
    counted_at: datetime


@dataclass(frozen=True, slots=True)
class Storage:
    """Where images, answers and copies lie, and how much room there is."""

    kind: str
    images: CountedImages
    room: Room
    copies_bytes: int
    copies_most_bytes: int
    answers_waiting: int


@dataclass(frozen=True, slots=True)
class GeneratorState:
    """Whether a generator could be reached, when that was last tried."""

    name: str
    models: tuple[str, ...]
    problem: str | None


@dataclass(frozen=True, slots=True)
class Overview:
    started_at: datetime
    database: str
    schema: int
    queue: Queue
    failures: Failures
    storage: Storage
    generators: tuple[GeneratorState, ...]
    reasons: Mapping[str, str]


class FoundOut:
    """What a process knows of itself, and what it found out within the last minute."""

    def __init__(self) -> None:
        self.started_at = datetime.now(UTC)
        self.images = OnceAMinute[CountedImages]()
        self.generators = OnceAMinute[tuple[GeneratorState, ...]]()


@dataclass(frozen=True, slots=True)
class Operations:
    """For administrators."""

    library: Library
    generation: Generation
    catalogue: Catalogue
    variants: Variants
    images_in: str
    found_out: FoundOut

    async def overview(self) -> Overview:
        """Raises `Unavailable` while the database cannot be asked."""
        return Overview(
            started_at=self.found_out.started_at,
            database=self.library.kind(),
            schema=await self.library.operations.schema(),
            queue=await self._queue(),
            failures=await self._failures(),
            storage=await self._storage(),
            generators=await self.found_out.generators.get(self._look_at_generators),
            reasons=await reasons_not_ready(self.library, self.generation.admission),
        )

    async def _queue(self) -> Queue:
        found = await self.library.operations.in_making()
        return Queue(
            queued=found.get(Status.QUEUED, InMaking()),
            generating=found.get(Status.GENERATING, InMaking()),
            under_way_here=self.generation.under_way(),
        )

    async def _failures(self) -> Failures:
        since = datetime.now(UTC) - timedelta(hours=FAILURES_OF_HOURS)
        by_code: Counter[str] = Counter()
        unknown = 0
        for each in await self.library.usage.failed(since):
            if each.status is AttemptStatus.UNKNOWN:
                unknown += each.count
            else:
                by_code[each.code or InternalError.code] += each.count
        frequent = sorted(by_code.items(), key=lambda each: (-each[1], each[0]))
        return Failures(FAILURES_OF_HOURS, dict(frequent), unknown)

    async def _storage(self) -> Storage:
        return Storage(
            kind=self.images_in,
            images=await self.found_out.images.get(self._count_images),
            room=self.generation.admission.room(),
            copies_bytes=self.variants.kept_bytes,
            copies_most_bytes=self.variants.most_bytes,
            answers_waiting=self.generation.answers_waiting(),
        )

    async def _count_images(self) -> CountedImages:
        counted_at = datetime.now(UTC)
        return CountedImages(await self.library.operations.kept(), counted_at)

    async def _look_at_generators(self) -> tuple[GeneratorState, ...]:
        return tuple(await asyncio.gather(*map(_state_of, self.catalogue.generators)))


async def _state_of(generator: Generator) -> GeneratorState:
    return GeneratorState(generator.name, generator.models, await _problem_of(generator))


async def _problem_of(generator: Generator) -> str | None:
    """Nothing is bought by looking, so an answer that is lost is one that did not come."""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await generator.check_reachable()
    except (GeneratorTimeout, OutcomeUnknown, TimeoutError):
        return _SILENT
    except PixyProxyException as error:
        return error.detail
    return None
