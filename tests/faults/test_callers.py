"""The callers of the experiments: what they take for an answer, and when they come again."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.faults.callers import Callers, Wish
from tests.faults.replicas import Replica

_BEING_MADE = (202, {"guid": "guid-1", "status": "generating"})
_READY = (201, {"guid": "guid-1", "status": "ready", "sha256": "ab" * 32})
_UNKNOWN = (424, {"guid": "guid-1", "code": "outcome_unknown"})

Answer = tuple[int, dict[str, str]]


class Replayed:
    """Answers in the order given; notes the keys it was asked with."""

    def __init__(self, replica: Replica) -> None:
        self.replica = replica
        self.answers: list[Answer] = []
        self.keys: list[str] = []

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = {
            name.lower(): value for name, _, value in (line.partition(": ") for line in head.split("\r\n"))
        }
        await reader.readexactly(int(headers["content-length"]))
        self.keys.append(headers["idempotency-key"])
        status, content = self.answers.pop(0)
        body = json.dumps(content)
        again = "Retry-After: 2\r\n" if status == 202 else ""
        told = f"HTTP/1.1 {status} X\r\n{again}Connection: close\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        writer.write(told.encode())
        await writer.drain()
        writer.close()


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Replayed]:
    replayed = Replayed(Replica(1, tmp_path, tmp_path, {}))
    async with await asyncio.start_server(replayed.answer, "127.0.0.1", replayed.replica.port):
        yield replayed


async def insisted(service: Replayed, *answers: Answer) -> Wish:
    service.answers = list(answers)
    callers = Callers([service.replica], random.Random(1), patience_s=30)  # noqa: S311 - not a secret
    wish = callers.wish()
    await callers.insist(wish)
    await callers.close()
    return wish


async def test_an_image_that_is_being_made_is_asked_for_again_with_the_same_key(service: Replayed) -> None:
    wish = await insisted(service, _BEING_MADE, _BEING_MADE, _READY)
    assert service.keys == [wish.key] * 3
    assert wish.is_acknowledged
    assert wish.heard == {"202": 2, "201": 1}


async def test_being_made_is_no_acknowledgement(service: Replayed) -> None:
    wish = await insisted(service, _BEING_MADE, _UNKNOWN)
    assert not wish.is_acknowledged
    assert wish.guid is None


async def test_an_unknown_outcome_is_not_asked_for_again(service: Replayed) -> None:
    wish = await insisted(service, _UNKNOWN, _READY)
    assert wish.heard == {"424 outcome_unknown": 1}
