"""Many images with one request: each has its own result, and nothing of others is touched."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from pixyproxy.core.bulk_requests import BulkRequest
from pixyproxy.core.exceptions import InvalidRequest, PixyProxyException, Unavailable
from pixyproxy.core.models import Caller, Image, Job, JobState, Status, Visibility
from pixyproxy.core.names import new_guid
from pixyproxy.core.requests import ImageSearch
from pixyproxy.data.library import Library
from pixyproxy.service import bulk
from pixyproxy.service.bulk import Done, Outcome
from pixyproxy.service.services import Services
from pixyproxy.service.trash import Trash
from tests.service.scenery import ADMIN, ALICE, BOB, ON_SQLITE, PNG, rows, shelve

Asked = dict[str, Any]
Outcomes = dict[str, str]


async def carried_out(services: Services, caller: Caller = ALICE, **asked: Any) -> Done:
    return await services.many(caller).carry_out(BulkRequest(**asked))


async def outcomes(services: Services, caller: Caller = ALICE, **asked: Any) -> Outcomes:
    """By guid, the codes of what failed instead."""
    done = await carried_out(services, caller, **asked)
    assert done.next_cursor is None
    return {each.guid: each.error.code if each.error else each.outcome for each in done.results}


async def to_the_end(services: Services, caller: Caller = ALICE, **asked: Any) -> list[list[str]]:
    """The guids of each batch."""
    batches, cursor = [], None
    while True:
        done = await carried_out(services, caller, **asked, cursor=cursor)
        batches.append([each.guid for each in done.results])
        cursor = done.next_cursor
        if cursor is None:
            return batches


async def tags_of(services: Services, image: Image) -> tuple[str, ...]:
    return (await services.private(ADMIN).get(image.guid)).tags


async def shelf(services: Services, count: int, **known: Any) -> list[str]:
    """Their guids, the newest first, as they are found."""
    return [(await shelve(services, **known)).guid for _ in range(count)][::-1]


async def test_named_images_are_changed_and_each_has_its_result(services: Services) -> None:
    plain = await shelve(services, tags=("sea",))
    there = await shelve(services, tags=("Sea", "evening"))
    public = await shelve(services, owner=BOB.owner, visibility=Visibility.PUBLIC)
    private = await shelve(services, owner=BOB.owner)
    unknown = new_guid()
    named = [private.guid, there.guid, unknown, plain.guid, public.guid, there.guid.upper()]
    found = await outcomes(services, action="change", guids=named, add_tags=["Evening"])
    assert found == {
        private.guid: "image_not_found",
        there.guid: Outcome.UNCHANGED,
        unknown: "image_not_found",
        plain.guid: Outcome.CHANGED,
        public.guid: "forbidden",
    }
    assert list(found) == [private.guid, there.guid, unknown, plain.guid, public.guid]
    assert await tags_of(services, plain) == ("sea", "Evening")
    assert await tags_of(services, there) == ("Sea", "evening")
    assert await tags_of(services, public) == await tags_of(services, private) == ()


async def test_all_that_can_be_changed_is_changed_at_once(services: Services) -> None:
    image = await shelve(services, tags=("a", "b"))
    change: Asked = {"add_tags": ["c"], "remove_tags": ["A"], "visibility": "public", "author": "Somebody"}
    assert await outcomes(services, action="change", guids=[image.guid], **change) == {
        image.guid: Outcome.CHANGED
    }
    after = await services.private(ALICE).get(image.guid)
    assert (after.tags, after.visibility, after.author) == (("b", "c"), Visibility.PUBLIC, "Somebody")
    assert after.updated_at > image.updated_at
    assert [each.guid for each in (await services.public().list_(ImageSearch(tag=["C"]))).images] == [
        image.guid
    ]


async def test_what_is_so_already_is_not_written_again(services: Services) -> None:
    image = await shelve(services, tags=("a",), author="Alice")
    change: Asked = {"add_tags": ["A"], "remove_tags": ["b"], "visibility": "private", "author": "Alice"}
    assert await outcomes(services, action="change", guids=[image.guid], **change) == {
        image.guid: Outcome.UNCHANGED
    }
    assert await services.private(ALICE).get(image.guid) == image


@pytest.mark.parametrize(
    ("before", "remove", "add", "after"),
    [
        (("Sea",), [], ["SEA"], ("Sea",)),
        (("Sea",), ["sEA"], ["sea"], ("sea",)),
        (("a", "b"), ["A"], ["a"], ("b", "a")),
        (("caf\u00e9",), [], ["Cafe\u0301"], ("caf\u00e9",)),
        (("\u0390",), [], ["\u03aa\u0301"], ("\u0390",)),
        (("\u0390",), ["\u03aa\u0301"], [], ()),
        (("\u1fb4\u0331",), [], ["\u0391\u0331\u0301\u0345"], ("\u1fb4\u0331",)),
        (("Stra\u00dfe",), ["STRASSE"], [], ()),
        ((), [], ["x", "X", "y"], ("x", "y")),
    ],
)
@ON_SQLITE
async def test_tags_are_the_same_in_any_case_and_composition(
    services: Services, before: tuple[str, ...], remove: list[str], add: list[str], after: tuple[str, ...]
) -> None:
    image = await shelve(services, tags=before)
    await outcomes(services, action="change", guids=[image.guid], remove_tags=remove, add_tags=add)
    assert await tags_of(services, image) == after


async def test_an_image_that_would_have_too_many_tags_fails_by_itself(services: Services) -> None:
    full = await shelve(services, tags=tuple(f"t{n}" for n in range(31)))
    empty = await shelve(services)
    more: Asked = {"add_tags": ["t0", "new", "newer"]}
    assert await outcomes(services, action="change", guids=[full.guid, empty.guid], **more) == {
        full.guid: "invalid_request",
        empty.guid: Outcome.CHANGED,
    }
    assert len(await tags_of(services, full)) == 31
    swap: Asked = {"add_tags": ["new", "newer"], "remove_tags": ["T0"]}
    assert await outcomes(services, action="change", guids=[full.guid], **swap) == {
        full.guid: Outcome.CHANGED
    }
    assert len(await tags_of(services, full)) == 32


async def test_what_is_deleted_lies_in_the_trash_and_is_restored_from_there(services: Services) -> None:
    images = await shelf(services, 3)
    foreign = await shelve(services, owner=BOB.owner)
    named = [*images, foreign.guid]
    assert await outcomes(services, action="delete", guids=named) == {
        **dict.fromkeys(images, Outcome.DELETED),
        foreign.guid: "image_not_found",
    }
    assert (await services.private(ALICE).list_(ImageSearch())).images == []
    assert await outcomes(services, action="delete", guids=images[:1]) == {images[0]: Outcome.UNCHANGED}
    assert await outcomes(services, action="change", guids=images[:1], author="x") == {
        images[0]: "image_not_found"
    }
    assert await outcomes(services, BOB, action="restore", guids=images[:1]) == {images[0]: "image_not_found"}
    assert await outcomes(services, action="restore", guids=[*images, foreign.guid]) == {
        **dict.fromkeys(images, Outcome.RESTORED),
        foreign.guid: "image_not_found",
    }
    assert await outcomes(services, action="restore", guids=images[:1]) == {images[0]: Outcome.UNCHANGED}
    assert [each.guid for each in (await services.private(ALICE).list_(ImageSearch())).images] == images


async def test_a_public_image_of_another_can_be_neither_deleted_nor_restored(services: Services) -> None:
    public = await shelve(services, owner=BOB.owner, visibility=Visibility.PUBLIC)
    ways: list[Asked] = [
        {"action": "delete"},
        {"action": "delete", "permanently": True},
        {"action": "restore"},
    ]
    for asked in ways:
        assert await outcomes(services, guids=[public.guid], **asked) == {public.guid: "forbidden"}
    assert await outcomes(services, ADMIN, action="delete", guids=[public.guid]) == {
        public.guid: Outcome.DELETED
    }


async def test_what_is_deleted_for_good_is_gone_also_from_the_trash(services: Services) -> None:
    lying, trashed, unknown = await shelve(services), await shelve(services), new_guid()
    await services.private(ALICE).delete(trashed.guid)
    named = [lying.guid, trashed.guid, unknown]
    assert await outcomes(services, action="delete", guids=named, permanently=True) == {
        lying.guid: Outcome.DELETED,
        trashed.guid: Outcome.DELETED,
        unknown: "image_not_found",
    }
    assert await rows(services, "image") == []
    assert [each async for each in services.store.list_()] == []


async def test_where_there_is_no_trash_what_is_deleted_is_gone(services: Services) -> None:
    without = replace(services, trash=Trash(services.library, services.store, timedelta(0)))
    image = await shelve(services)
    assert await outcomes(without, action="delete", guids=[image.guid]) == {image.guid: Outcome.DELETED}
    assert await rows(services, "image") == []
    for action in ("delete", "restore"):
        assert await outcomes(without, action=action, guids=[image.guid]) == {image.guid: "image_not_found"}


async def test_an_image_that_waits_to_be_made_is_canceled_when_it_is_deleted(services: Services) -> None:
    image = await shelve(services, None, status=Status.QUEUED)
    kept = f"inputs/{image.guid}.0"
    await services.store.put(kept, PNG)
    job = Job(image_id=image.id, state=JobState.WAITING, asked={"kept_inputs": [kept]})
    await services.library.jobs.add(job)
    assert await outcomes(services, action="delete", guids=[image.guid]) == {image.guid: Outcome.DELETED}
    assert await services.store.size_of(kept) is None, "what it was to be made from is not needed any more"
    assert await rows(services, "job") == []
    [row] = await rows(services, "image")
    assert (row["status"], row["deleted_at"] is None) == (Status.CANCELED, False)


@pytest.mark.parametrize("packed", [False, True])
async def test_batches_by_filter_lead_to_the_end_and_touch_nothing_of_others(
    services: Services, packed: bool
) -> None:
    mine = await shelf(services, 7, prompt="a red fox")
    await shelf(services, 2, prompt="a blue whale")
    await shelf(services, 2, owner=BOB.owner, prompt="a red fox", visibility=Visibility.PUBLIC)
    if packed:
        await services.library.pack(1000)
    asked: Asked = {"action": "change", "filter": {"prompt": "fox"}, "limit": 3, "visibility": "public"}
    assert await to_the_end(services, **asked) == [mine[:3], mine[3:6], mine[6:]]
    changed = [row["guid"] for row in await rows(services, "image") if row["updated_at"] != row["created_at"]]
    assert sorted(changed) == sorted(mine)


async def test_an_administrator_reaches_everything(services: Services) -> None:
    images = [*await shelf(services, 2), *await shelf(services, 2, owner=BOB.owner)]
    found = await to_the_end(services, ADMIN, action="delete", filter={}, everything=True)
    assert sorted(found[0]) == sorted(images)


async def test_by_filter_the_trash_is_emptied_into_the_library(services: Services) -> None:
    images = await shelf(services, 4, tags=("sea",))
    await shelf(services, 1)
    await to_the_end(services, action="delete", filter={}, everything=True)
    batches = await to_the_end(services, action="restore", filter={"tag": ["SEA"]}, limit=2)
    assert batches == [images[:2], images[2:]]
    assert [each.guid for each in (await services.private(ALICE).list_(ImageSearch())).images] == images


async def test_by_filter_what_is_found_is_deleted_for_good(services: Services) -> None:
    await shelf(services, 3, status=Status.FAILED)
    kept = await shelf(services, 1)
    asked: Asked = {"action": "delete", "filter": {"status": "failed"}, "permanently": True}
    assert [len(each) for each in await to_the_end(services, **asked, limit=2)] == [2, 1]
    assert [row["guid"] for row in await rows(services, "image")] == kept


async def test_of_any_status_all_are_found_that_are_not_in_the_trash(services: Services) -> None:
    ready = await shelf(services, 1, tags=("sea",))
    failed = await shelf(services, 1, tags=("sea",), status=Status.FAILED)
    in_trash = await shelf(services, 1, tags=("sea",), deleted_at=datetime.now(UTC))
    asked: Asked = {"action": "delete", "filter": {"tag": ["sea"], "status": "any"}}
    assert await to_the_end(services, **asked) == [failed + ready]
    restored: Asked = {"action": "restore", "filter": {"status": "any"}}
    assert await to_the_end(services, **restored) == [in_trash + failed + ready]


async def test_any_status_alone_is_everything_and_has_to_be_said_so(services: Services) -> None:
    images = [*await shelf(services, 1, status=Status.FAILED), *await shelf(services, 1)]
    asked: Asked = {"action": "delete", "filter": {"status": "any"}}
    with pytest.raises(ValidationError, match="an empty filter means everything"):
        await carried_out(services, **asked)
    assert await to_the_end(services, **asked, everything=True) == [images[::-1]]


async def test_a_filter_of_everything_is_one_bounded_batch(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_IN_ONE_TRANSACTION", 3)
    monkeypatch.setattr(bulk, "USUAL_BATCH", 7)
    images = await shelf(services, 10)
    assert await to_the_end(services, action="change", filter={}, everything=True, author="x") == [
        images[:7],
        images[7:],
    ]
    exactly = await carried_out(services, action="change", filter={}, everything=True, author="y", limit=10)
    assert (len(exactly.results), exactly.next_cursor) == (10, None)


async def test_several_transactions_serve_one_request(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_IN_ONE_TRANSACTION", 2)
    images = await shelf(services, 5)
    found = await outcomes(services, action="change", guids=images, author="x")
    assert found == dict.fromkeys(images, Outcome.CHANGED)


async def test_a_filter_that_finds_nothing_has_no_results(services: Services) -> None:
    assert await to_the_end(services, action="delete", filter={"prompt": "nothing"}) == [[]]


@ON_SQLITE
async def test_a_cursor_belongs_to_its_request_and_caller(services: Services) -> None:
    await shelf(services, 3)
    asked: Asked = {"action": "change", "filter": {}, "everything": True, "author": "x", "limit": 1}
    cursor = (await carried_out(services, **asked)).next_cursor
    assert cursor
    others: list[Asked] = [
        {"action": "delete", "filter": {}, "everything": True},
        {"action": "change", "filter": {}, "everything": True, "author": "y"},
        {"action": "change", "filter": {}, "everything": True, "author": "x", "visibility": "public"},
        {"action": "change", "filter": {"prompt": "cat"}, "author": "x"},
    ]
    for other in others:
        with pytest.raises(InvalidRequest) as caught:
            await carried_out(services, **other, cursor=cursor)
        assert [each.field for each in caught.value.errors] == ["cursor"]
    for caller in (BOB, ADMIN):
        with pytest.raises(InvalidRequest):
            await carried_out(services, caller, **asked, cursor=cursor)
    with pytest.raises(InvalidRequest):
        await carried_out(services, **asked, cursor=cursor[:-5] + "AAAA=")
    of_a_list = (await services.private(ALICE).list_(ImageSearch(limit=1))).next_cursor
    with pytest.raises(InvalidRequest):
        await carried_out(services, **asked, cursor=of_a_list)
    assert len((await carried_out(services, **{**asked, "limit": 2}, cursor=cursor)).results) == 2


@ON_SQLITE
async def test_a_search_that_is_refused_in_the_list_is_refused_here(services: Services) -> None:
    with pytest.raises(InvalidRequest):
        await carried_out(services, action="delete", filter={"prompt": " ".join(f"w{n}" for n in range(99))})


@ON_SQLITE
async def test_a_database_that_goes_away_ends_the_request_and_asking_again_does_the_rest(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_IN_ONE_TRANSACTION", 2)
    images = await shelf(services, 5)
    transact, left = Library.transact, [1]

    async def breaking(library: Library, work: Any) -> Any:
        if not left:
            raise Unavailable
        left.pop()
        return await transact(library, work)

    with monkeypatch.context() as broken:
        broken.setattr(Library, "transact", breaking)
        with pytest.raises(PixyProxyException):
            await carried_out(services, action="delete", guids=images)
    found = await outcomes(services, action="delete", guids=images)
    assert sorted(found.values()) == sorted([Outcome.UNCHANGED] * 2 + [Outcome.DELETED] * 3)
