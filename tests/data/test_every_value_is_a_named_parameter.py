"""What the repositories send: SQL of ours, and every value beside it under a name."""

import inspect
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from pixyproxy.core.models import Content, Failure, Visibility
from pixyproxy.data.attempt_repository import AttemptRepository
from pixyproxy.data.database import Database
from pixyproxy.data.image_repository import ImageRepository
from pixyproxy.data.key_repository import KeyRepository
from pixyproxy.data.library import Library
from pixyproxy.data.secret_repository import SecretRepository
from tests.data.builders import (
    ADMINISTRATOR,
    NOON,
    PUBLIC,
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
    content=Content("zq/storage", "zq/media", 918273, 918274, 918275, "zq" * 32),
    cost_usd=Decimal("918.273"),
    cost_source="zqcost",
    failure=Failure("zqcode", "zqdetail"),
)
TEXTS_OF_OURS = {
    "'p'", "'f'", "'public'", "'innodb_flush_log_at_trx_commit'", "'sync_binlog'",
}  # fmt: skip
NUMBERS_OF_OURS = {"1"}


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
        ):
            await library.images.list_(search, audience, None)
            await library.images.list_(search, audience, 918273)
    changed = replace(image, prompt="zqnew", filename="zqnew", tags=("zqnew",), visibility=Visibility.PUBLIC)
    await library.images.change(image, changed)
    await library.images.hide(image, NOON)
    await library.images.remove(image)


async def exercise_the_rest(library: Library) -> None:
    attempt = an_attempt(918273, storage_key="zq/attempt", generator="zqgenerator", model="zqmodel")
    id_ = await library.attempts.add(attempt)
    failure = Failure("zqcode", "zqdetail")
    await library.attempts.close(
        replace(attempt, id=id_, usage={"zq": 918273}, provider_request_id="zqrequest", failure=failure)
    )
    await library.attempts.of_image(918273)
    await library.keys.add(a_key("zqkey", id="zqid", owner="zqowner", secret_sha256="zq" * 32, is_admin=True))
    await library.keys.find("zqid")
    await library.keys.list_()
    await library.keys.has_administrator()
    await library.keys.revoke("zqid", NOON)
    await library.secrets.get_or_add("zqsecret", "zqvalue")
    await library.secrets.get_or_add("zqsecret", "zqvalue")
    await library.version()
    await library.weaknesses()
    await library.check()


@pytest.fixture
async def sent(database: Database) -> Sent:
    """Everything the repositories send, each of their methods asked."""
    recording = RecordingDatabase(database)
    library = Library(recording)
    await library.transact(lambda repositories: exercise_images(replace_images(library, repositories.images)))
    await exercise_the_rest(library)
    return recording.sent


def replace_images(library: Library, images: ImageRepository) -> Library:
    """The same library with the images of a transaction."""
    library.images = images
    return library


@pytest.mark.parametrize(
    "repository", [ImageRepository, AttemptRepository, KeyRepository, SecretRepository, Library]
)
def test_the_exercise_asks_every_method_there_is(repository: type) -> None:
    exercise = inspect.getsource(exercise_images) + inspect.getsource(exercise_the_rest)
    for name in vars(repository):
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
        assert set(re.findall(r"(?<![\w@.])\d+(?![\w.])", sql)) <= NUMBERS_OF_OURS, sql


async def test_every_name_in_a_statement_has_its_value(sent: Sent) -> None:
    for sql, parameters in sent:
        assert set(re.findall(r":(\w+)", sql)) <= set(parameters), sql


async def test_the_values_did_travel(sent: Sent) -> None:
    values = {value for _, parameters in sent for value in parameters.values()}
    assert {IMAGE.prompt, "zqword", "zqtag", "zqone", "zqpre", "zqname", "zqviewer"} <= values
    assert {918273, 174, "zq/attempt"} <= values
