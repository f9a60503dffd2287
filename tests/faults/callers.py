"""Callers as they should be: each picture under a key of its own, and that key again until it is there."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx2

from tests.faults.replicas import Replica
from tests.live.service import ADMIN_KEY

_AGAIN = {
    HTTPStatus.ACCEPTED,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.INSUFFICIENT_STORAGE,
}
_LONGEST_PAUSE_S = 0.5
"""Shorter than what Retry-After asks for: more is tried in the same time."""
REFUSED, BROKEN = "connection refused", "connection broken"


@dataclass(slots=True)
class Wish:
    """One picture somebody wants, and what they were told about it."""

    prompt: str
    key: str
    replicas: set[int] = field(default_factory=set)
    """Those that were asked."""
    heard: Counter[str] = field(default_factory=Counter)
    """Each answer, or how there was none."""
    guid: str | None = None
    sha256: str | None = None
    """As acknowledged with a 201."""
    is_replayed: bool = False
    """The image had been begun for an earlier try."""
    without_retry_after: int = 0
    """How often we were told to come again and not when."""

    @property
    def is_acknowledged(self) -> bool:
        return self.sha256 is not None


class Callers:
    """Those who ask the replicas; each of their prompts is asked for once and nowhere else."""

    def __init__(self, replicas: Sequence[Replica], chance: random.Random, patience_s: float) -> None:
        self._replicas = replicas
        self._chance = chance
        self._patience_s = patience_s
        self.wishes: list[Wish] = []
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=20)
        self.http = httpx2.AsyncClient(
            headers={"X-API-Key": ADMIN_KEY}, trust_env=False, timeout=patience_s, limits=limits
        )

    def wish(self, prompt: str = "") -> Wish:
        number = len(self.wishes) + 1
        words = f"picture {number} {self._chance.randrange(16**8):08x} {prompt}".strip()
        self.wishes.append(Wish(words, f"key-{number}-{self._chance.randrange(16**8):08x}"))
        return self.wishes[-1]

    async def load(self, wishes: int, at_once: int, until: "asyncio.Task[None] | None" = None) -> None:
        """At least so many pictures, by so many callers at once, and as long as something goes on."""
        enough = len(self.wishes) + wishes

        async def one() -> None:
            while len(self.wishes) < enough or (until is not None and not until.done()):
                await self.insist(self.wish())

        await asyncio.gather(*(one() for _ in range(at_once)))

    async def insist(self, wish: Wish) -> None:
        """Ask until there is an answer that is not "come again"."""
        deadline = time.monotonic() + self._patience_s
        while time.monotonic() < deadline:
            if await self.ask(wish, self._chance.choice(self._replicas)):
                return
            await asyncio.sleep(self._chance.uniform(0.1, _LONGEST_PAUSE_S))
        wish.heard["gave up"] += 1

    async def ask(self, wish: Wish, replica: Replica) -> bool:
        """Once. True when there is nothing more to ask for."""
        wish.replicas.add(replica.number)
        try:
            answer = await self.http.post(
                f"{replica.url}/image", json={"prompt": wish.prompt}, headers={"Idempotency-Key": wish.key}
            )
        except httpx2.TransportError as error:
            wish.heard[REFUSED if isinstance(error, httpx2.ConnectError) else BROKEN] += 1
            return False
        return _note(wish, answer)

    async def content_of(self, wish: Wish) -> bytes | None:
        """As whichever replica is up gives it."""
        for replica in self._replicas:
            if replica.is_running:
                answer = await self.http.get(f"{replica.url}/image/{wish.guid}/content")
                return answer.content if answer.is_success else None
        return None

    async def close(self) -> None:
        await self.http.aclose()


def _note(wish: Wish, answer: httpx2.Response) -> bool:
    content: dict[str, Any] = answer.json()
    if answer.status_code == HTTPStatus.CREATED:
        wish.heard["201"] += 1
        wish.guid, wish.sha256 = content["guid"], content["sha256"]
        wish.is_replayed = "idempotent-replayed" in answer.headers
        return True
    wish.heard[f"{answer.status_code} {content.get('code', '')}".strip()] += 1
    if answer.status_code not in _AGAIN:
        return True
    if "retry-after" not in answer.headers:
        wish.without_retry_after += 1
    return False
