"""The comparison itself: what agrees is passed, and each kind of damage is told by its name."""

from dataclasses import replace
from typing import Any

import pytest

from tests.faults.callers import Wish
from tests.faults.facts import AttemptRow, Facts, ImageRow, Object
from tests.faults.reconciliation import GRACE_S, reconcile
from tests.faults.replicas import Death
from tests.upstream import Call
from tests.upstream.order import Order

PROMPT, KEY, SHA256 = "a lighthouse", "key-1", "ab" * 32
BODY = f'{{"model": "gpt-image-2", "prompt": "{PROMPT}"}}'
CALL = Call(
    id="req_1",
    received_at=1000.0,
    path="/v1/images/generations",
    scenario="ok",
    status=200,
    model="gpt-image-2",
    prompt=PROMPT,
    body=BODY,
    key_ending="test",
    idempotency_key=None,
    retry_count=None,
    user_agent=None,
    pictures=(SHA256,),
    billed=True,
)
IMAGE = ImageRow(1, "guid-1", PROMPT, "ready", "2026/11/21/name.png", 7, SHA256, 5, None)
ATTEMPT = AttemptRow(
    1, 1, "succeeded", "2026/11/21/name", "req_1", Order.read(BODY.encode()).usage(1), 5, None
)
UNKNOWN = replace(IMAGE, status="unknown", storage_key=None, size_bytes=None, sha256=None, cost_nano_usd=None)
GIVEN_UP = replace(ATTEMPT, status="unknown", provider_request_id=None, usage=None, cost_nano_usd=None)


def wish(*, told: bool = True) -> Wish:
    return Wish(PROMPT, KEY, {1}, guid="guid-1" if told else None, sha256=SHA256 if told else None)


def facts(**changed: Any) -> Facts:
    known: dict[str, Any] = {
        "calls": [CALL],
        "images": [IMAGE],
        "attempts": [ATTEMPT],
        "jobs": 0,
        "keys": {KEY: "guid-1"},
        "objects": {"2026/11/21/name.png": Object(7, SHA256)},
        "unfinished": 0,
        "spooled": [],
        "wishes": [wish()],
        "answer_seconds": 1.0,
    }
    return Facts(**known | changed)


def lost(**changed: Any) -> Facts:
    """The image is unknown, and its caller was told nothing."""
    rows = {"images": [UNKNOWN], "attempts": [GIVEN_UP], "objects": {}, "keys": {}}
    return facts(**rows, wishes=[wish(told=False)], **changed)


def killed(at: float, *whole: str, replica: int = 1) -> Death:
    return Death(replica, at, at, frozenset(whole))


def test_what_agrees_is_passed() -> None:
    found = reconcile(facts())
    assert found.differences == []
    assert (found.counts["paid"], found.counts["acknowledged"], found.counts["ready"]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("kind", "changed"),
    [
        ("row without bytes", {"objects": {}}),
        ("wrong bytes", {"objects": {"2026/11/21/name.png": Object(7, "cd" * 32)}}),
        ("wrong bytes", {"objects": {"2026/11/21/name.png": Object(8, SHA256)}}),
        ("wrong bytes", {"calls": [replace(CALL, pictures=("cd" * 32,))]}),
        ("bytes without row", {"objects": {IMAGE.storage_key: Object(7, SHA256), "other": Object(1, "")}}),
        ("paid twice", {"calls": [CALL, replace(CALL, id="req_2")]}),
        ("no attempt", {"attempts": []}),
        ("no call", {"calls": []}),
        ("wrong account", {"attempts": [replace(ATTEMPT, usage={"total_tokens": 1})]}),
        ("wrong account", {"attempts": [replace(ATTEMPT, cost_nano_usd=6)]}),
        ("key", {"keys": {}}),
        ("lost", {"images": []}),
        ("lost", {"images": [replace(IMAGE, guid="guid-2")]}),
        ("left over", {"jobs": 1}),
        ("left over", {"spooled": ["name.answer"]}),
        ("left over", {"images": [replace(UNKNOWN, status="generating")]}),
        ("left over", {"attempts": [replace(GIVEN_UP, status="started")]}),
    ],
)
def test_each_kind_of_damage_is_told(kind: str, changed: dict[str, Any]) -> None:
    assert kind in reconcile(facts(**changed)).kinds


def test_unknown_is_a_loss_where_nobody_was_killed() -> None:
    assert reconcile(lost()).kinds == {"lost"}


def test_unknown_is_counted_apart_where_the_replica_was_killed_with_the_call_under_way() -> None:
    found = reconcile(lost(deaths=[killed(1000.5)]))
    assert found.differences == []
    assert found.counts["unknown, paid"] == 1


@pytest.mark.parametrize(
    "death",
    [
        killed(1001.0 + GRACE_S + 0.1),
        killed(1000.0 - GRACE_S - 0.1),
        killed(1000.5, replica=2),
        killed(1000.5, "name"),
    ],
    ids=["long after", "before", "another replica", "the answer lay whole in the spool"],
)
def test_no_other_kill_excuses_it(death: Death) -> None:
    assert reconcile(lost(deaths=[death])).kinds == {"lost"}


def test_an_answer_that_never_came_excuses_it_too() -> None:
    assert reconcile(lost(calls=[replace(CALL, scenario="reset")])).differences == []


def test_an_answer_that_is_no_picture_must_be_put_aside() -> None:
    attempt = replace(GIVEN_UP, status="failed", provider_request_id="req_1")
    failed: dict[str, Any] = {"images": [replace(UNKNOWN, status="failed")], "attempts": [attempt]}
    broken = {"calls": [replace(CALL, scenario="truncated")], "wishes": [wish(told=False)]}
    aside = {"2026/11/21/name.quarantined": Object(7, SHA256)}
    assert reconcile(facts(**failed, **broken, objects=aside)).differences == []
    assert reconcile(facts(**failed, **broken, objects={})).kinds == {"lost"}


def test_what_was_never_sent_may_only_be_given_up_after_a_kill() -> None:
    assert reconcile(lost(calls=[])).kinds == {"given up"}
    found = reconcile(lost(calls=[], deaths=[killed(1000.5)]))
    assert found.differences == []
    assert found.counts["unknown, not paid"] == 1
