"""What the repositories send: SQL of ours, and every value beside it under a name."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

import pixyproxy.data
import pixyproxy.data.search
from pixyproxy.core.models import (
    Content,
    Cost,
    Failure,
    HeldKey,
    JobState,
    Session,
    SignIn,
    Status,
    Visibility,
)
from pixyproxy.core.usage_requests import UsageBy
from pixyproxy.data.database import Database
from pixyproxy.data.image_repository import ImageRepository
from pixyproxy.data.library import Library
from pixyproxy.data.search.changes import Changes
from pixyproxy.data.search.finding import Finding
from pixyproxy.data.search.looks import Looks
from pixyproxy.data.search.postings import Postings
from pixyproxy.data.search.similar import Similarity
from pixyproxy.data.search.tag_counts import TagCounting
from pixyproxy.data.search.walking import Walk
from pixyproxy.data.upkeep_queries import KeptBytes
from tests.data.builders import (
    ADMINISTRATOR,
    NOON,
    PUBLIC,
    a_job,
    a_kept_key,
    a_key,
    a_search,
    an_attempt,
    an_image,
    seen_by,
)
from tests.data.recording import RecordingDatabase, Sent

# Words that are no words of SQL, so that one found in a statement can only have come from a value.
IMAGE = an_image(
    'zqprompt zqword\'s "zqquoted" 100% :zqcolon',
    revised_prompt="zqrevised",
    filename="zqname.png",
    tags=("zqtag", "zqother"),
    owner="zqowner",
    author="zqauthor",
    generator="zqgenerator",
    model="zqmodel",
    parameters={"zqkey": "zqvalue", "n": 918273},
    parents=("zqparent", "zqother"),
    batch="zqbatch",
    content=Content("zq/storage", "zq/media", 918273, 918274, 918275, "zq" * 32),
    cost_usd=Decimal("918.273"),
    cost_source="zqcost",
    failure=Failure("zqcode", "zqdetail"),
)
TEXTS_OF_OURS = {
    "''", "'public'", "'now'", "'innodb_flush_log_at_trx_commit'", "'sync_binlog'",
}  # fmt: skip
NUMBERS_OF_OURS = {"1", "6"}  # LIMIT 1, NOW(6)
PARTS = re.compile(r"SELECT \d+ AS part")


async def exercise_images(library: Library) -> None:
    image = replace(IMAGE, id=await library.images.add(IMAGE))
    for audience in (ADMINISTRATOR, PUBLIC, seen_by("zqowner"), seen_by("zqviewer")):
        await library.images.find(image.guid, audience)
        await library.images.find_for_update(image.guid, audience)
        for search in (
            a_search(),
            a_search(
                prompt='zqprompt "zqone zqtwo" zqpre*', filename="zqname zqfi*", tag=["zqtag", "zqother"]
            ),
            a_search(filename="zqname*", limit=173, order="asc", guid=[image.guid]),
            a_search(filename="%", author="zqauthor", model="zqmodel", visibility="private", status="failed"),
            a_search(created_after=NOON, created_before=NOON + timedelta(days=1)),
            a_search(created_before=NOON, deleted=True, min_width=918273, max_height=918273),
            a_search(min_size_bytes=918273, min_cost_usd="918.273", max_cost_usd="918.274"),
        ):
            await library.images.list_(search, audience, None)
            await library.images.list_(search, audience, 918273)
            await library.images.count(search, audience, 173)
        await library.images.with_tag("zqtag", audience, 918273, 174)
        await library.images.tag_counts(audience, "zqta")
        await library.images.similar(image, "0f" * 8, audience, 174, 17)
    changed = replace(image, prompt="zqnew", filename="zqnew", tags=("zqnew",), visibility=Visibility.PUBLIC)
    await library.images.change(image, changed)
    for audience in (ADMINISTRATOR, PUBLIC):
        await library.images.of_batch("zqbatch", audience)
        await library.images.with_guids([image.guid, "zqguid"], audience)
        await library.images.made_from([image.guid, "zqguid"], audience, 918273)
        await library.images.guid_of_content("zqsha256", audience)
    await library.images.count_failed("zqbatch", 918273, ["zqcode", "zqother"])
    await library.images.batch_of(918273)
    await library.images.tags_of([image.id, 918273])
    await library.images.unseen(173)
    await library.images.find_in_making(image.id)
    await library.images.past(918273, 173)
    await library.images.kept_with_guids([image.guid, "zqguid"])
    await library.images.kept_with_contents(["zq" * 32, "zqsha256"])
    hidden = replace(changed, deleted_at=NOON)
    await library.images.change(changed, hidden)
    for audience in (ADMINISTRATOR, PUBLIC):
        await library.images.find_in_trash(image.guid, audience)
        await library.images.find_in_trash_for_update(image.guid, audience)
        await library.images.lock_own(image.id, audience)
    await library.images.remove(hidden)


async def exercise_packing(library: Library) -> None:
    """The same questions once more, of what is in the index; then it is taken out again."""
    image = replace(IMAGE, looks="0f" * 8)
    image = replace(image, id=await library.images.add(image))
    other = replace(image, guid="zqguid-of-another")
    other = replace(other, id=await library.images.add(other))
    await library.pack(173)
    fox = a_search(prompt='zqword zqpre* "zqone zqtwo"', filename="zqname*", tag=["zqtag"])
    for audience in (ADMINISTRATOR, PUBLIC, seen_by("zqowner"), seen_by("zqviewer")):
        await library.images.list_(fox, audience, None)
        await library.images.count(a_search(prompt="zqword"), audience, 173)
        await library.images.tag_counts(audience, "zqta")
        await library.images.similar(image, "0f" * 8, audience, 174, 17)
    for each in (image, other):
        await library.images.remove(each)
    await library.pack(173)


async def exercise_work(library: Library) -> None:
    failure, cost = Failure("zqcode", "zqdetail"), Cost(Decimal("918.273"), "zqcost")
    attempt = an_attempt(
        918273, owner="zqowner", storage_key="zq/attempt", generator="zqgenerator", model="zqmodel"
    )
    closed = replace(attempt, id=await library.attempts.add(attempt), usage={"zq": 918273})
    await library.attempts.close(replace(closed, provider_request_id="zqrequest", failure=failure, cost=cost))
    await library.attempts.fail_started(918273, failure, NOON)
    await library.attempts.find("zq/attempt")
    await library.attempts.find_for_update("zq/attempt")
    await library.attempts.of_image(918273)
    await library.attempts.of_images([918273, 918274])
    await library.attempts.of_no_image(918273, 173)
    await library.attempts.images_of(["zq/attempt", "zq/other"])
    await library.attempts.tie("zq/attempt", 918274)
    await library.jobs.add(a_job(918273, asked={"zq": 918273}, holder="zqholder", token="zqtoken"), 918)
    await library.jobs.is_any_free(JobState.WAITING)
    await library.jobs.add(a_job(918274))
    await library.jobs.claim(JobState.WAITING, "zqholder", "zqtoken", 918)
    await library.jobs.take(918273, "zqholder", "zqtoken", 918)
    await library.jobs.renew([918273, 918274], "zqholder", 918)
    await library.jobs.find_for_update(918273)
    await library.jobs.exists(918273)
    await library.jobs.change_state(918273, JobState.SENT)
    await library.jobs.hand_back(918273)
    await library.jobs.count()
    await library.jobs.count_overdue(918)
    await library.jobs.remove(918273)
    await library.idempotency.add(a_kept_key("zqkey", owner="zqowner", route="zqroute", guid="zqguid"))
    await library.idempotency.find("zqowner", "zqroute", "zqkey")
    await library.idempotency.lock("zqguid")
    await library.idempotency.release("zqguid")
    await library.idempotency.remove_older(NOON)


async def exercise_upkeep(library: Library) -> None:
    kept = replace(IMAGE, guid="zqguid", status=Status.READY)
    kept = replace(kept, id=await library.images.add(kept))
    await library.attempts.add(an_attempt(kept.id, storage_key="zq/storage"))
    assert kept.content is not None
    for since in (None, NOON):
        await library.upkeep.count_ready(since)
        await library.upkeep.ready_page(0, since)
    await library.upkeep.is_ready(KeptBytes(kept.id, "zqguid", "zq/storage", 918275, "zq" * 32))
    await library.upkeep.stuck_page(918273, NOON)
    for gap in [gap async for gap in library.upkeep.unindexed()]:
        await library.upkeep.index_again(gap)
    await library.postpone_packing()
    await library.upkeep.due_page(replace(kept, id=918273, deleted_at=NOON), NOON, NOON)
    await library.upkeep.open_attempts_page(918273, NOON)
    await library.upkeep.belongings(["zq/storage", "zq/other"])
    await library.upkeep.in_making(["zqguid", "zqother"])
    await library.upkeep.named_among({"zq/storage", "zq/other"})
    await library.upkeep.is_content("zq/storage", "zq" * 32)
    await library.images.remove(kept)


async def exercise_the_rest(library: Library) -> None:
    await library.keys.add(a_key("zqkey", id="zqid", owner="zqowner", secret_sha256="zq" * 32, is_admin=True))
    await library.keys.find("zqid")
    await library.keys.list_()
    await library.keys.has_administrator()
    await library.keys.revoke("zqid", NOON)
    held = HeldKey("zqid", "zq" * 32)
    await library.sessions.add(Session("zqtoken", held, NOON, NOON))
    await library.sessions.find("zqtoken")
    await library.sessions.remove("zqtoken")
    await library.sessions.remove_of_key("zq" * 32)
    await library.sessions.add_sign_in(SignIn("zqcode", held, NOON))
    await library.sessions.find_sign_in("zqcode")
    await library.sessions.take_sign_in("zqcode")
    await library.sessions.remove_sign_ins_of_key("zq" * 32)
    await library.sessions.remove_expired(NOON)
    await library.secrets.get_or_add("zqsecret", "zqvalue")
    await library.secrets.get_or_add("zqsecret", "zqvalue")
    assert await library.secrets.all_of("zqsecret") == {"zqsecret": "zqvalue"}
    await library.secrets.remove(["zqsecret"])
    for by in UsageBy:
        await library.usage.calls(NOON, NOON + timedelta(days=1), by)
    await library.usage.failed(NOON)
    await library.operations.schema()
    await library.operations.in_making()
    await library.operations.kept()
    library.kind()
    await library.version()
    await library.weaknesses()
    await library.check()


EXERCISES = (exercise_images, exercise_packing, exercise_work, exercise_upkeep, exercise_the_rest)


@pytest.fixture
async def sent(database: Database) -> Sent:
    """Everything the repositories send, each of their methods asked."""
    recording = RecordingDatabase(database)
    await exercise_all(recording)
    return recording.sent


async def exercise_all(recording: Database) -> None:
    library = Library(recording)
    await library.transact(lambda repositories: exercise_images(replace_images(library, repositories.images)))
    library = Library(recording)
    for exercise in EXERCISES[1:]:
        await exercise(library)


def replace_images(library: Library, images: ImageRepository) -> Library:
    """The same library with the images of a transaction."""
    library.images = images
    return library


def kinds_that_ask() -> list[type]:
    """Every class of the data floor that is built over statements and asks them something."""
    modules = [
        importlib.import_module(f"pixyproxy.data.{each.name}")
        for each in pkgutil.iter_modules(pixyproxy.data.__path__)
    ]
    return [
        kind
        for module in modules
        for name, kind in inspect.getmembers(module, inspect.isclass)
        if name.endswith(("Repository", "Queries")) and kind.__module__ == module.__name__
    ]


SEARCHING = (Changes, Finding, Looks, Postings, Similarity, TagCounting, Walk)


def test_every_part_of_the_search_that_asks_is_known_here() -> None:
    modules = [
        importlib.import_module(f"pixyproxy.data.search.{each.name}")
        for each in pkgutil.iter_modules(pixyproxy.data.search.__path__)
    ]
    asking = {
        kind
        for module in modules
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if kind.__module__ == module.__name__ and "statements" in inspect.signature(kind).parameters
    }
    assert asking == set(SEARCHING)


async def test_the_exercise_asks_every_method_of_the_search(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are behind the repository, which is asked for them."""
    asked: set[tuple[type, str]] = set()

    def noting(kind: type, name: str) -> Callable[..., Any]:
        method = getattr(kind, name)

        def noted(*arguments: Any, **named: Any) -> Any:
            asked.add((kind, name))
            return method(*arguments, **named)

        return noted

    methods = {(kind, name) for kind in SEARCHING for name in vars(kind) if not name.startswith("_")}
    assert len(methods) > len(SEARCHING)
    for kind, name in methods:
        monkeypatch.setattr(kind, name, noting(kind, name))
    await exercise_all(RecordingDatabase(database))
    assert asked == methods


@pytest.mark.parametrize("kind", [*kinds_that_ask(), Library])
def test_the_exercise_asks_every_method_there_is(kind: type) -> None:
    exercise = "".join(map(inspect.getsource, EXERCISES))
    for name in vars(kind):
        if not name.startswith("_") and name not in {"close", "transact"}:
            assert f".{name}(" in exercise, name


async def test_no_value_is_in_the_text_of_a_statement(sent: Sent) -> None:
    assert len(sent) > 50
    for sql, _ in sent:
        assert not re.search(r"zq|9182|173|2026|%", sql, re.IGNORECASE), sql


async def test_every_text_and_number_in_a_statement_is_one_of_ours(sent: Sent) -> None:
    for sql, _ in sent:
        assert set(re.findall(r"'[^']*'", sql)) <= TEXTS_OF_OURS, sql
        assert '"' not in sql
        assert set(re.findall(r"(?<![\w@.])\d+(?![\w.])", PARTS.sub("", sql))) <= NUMBERS_OF_OURS, sql


async def test_every_name_in_a_statement_has_its_value(sent: Sent) -> None:
    for sql, parameters in sent:
        assert set(re.findall(r":(\w+)", sql)) <= set(parameters), sql


async def test_the_values_did_travel(sent: Sent) -> None:
    values = {value for _, parameters in sent for value in parameters.values()}
    assert {IMAGE.prompt, "zqname", "zqviewer", "% zqprompt %", "% zqpre%", "% zqone zqtwo %"} <= values
    assert {"word:zqword", "word:zqpre", "tag:zqtag", "author:zqauthor", "owner:zqviewer"} <= values
    assert {918273, 173, 918, "zq/attempt", "zqholder", "zqtoken", "zqroute", "zqguid"} <= values
