"""The life of an image: which step may follow which, as the code has it and as the drawing tells it."""

import re
from itertools import product

import pytest

from pixyproxy.core import life
from pixyproxy.core.exceptions import InternalError
from pixyproxy.core.life import NEXT, is_settled, step
from pixyproxy.core.models import Failure, Status
from tests.data.builders import NOON, an_image

ALLOWED = {
    ("queued", "generating"),
    ("queued", "canceled"),
    ("queued", "failed"),
    ("generating", "queued"),
    ("generating", "ready"),
    ("generating", "failed"),
    ("generating", "unknown"),
    ("generating", "canceled"),
    ("unknown", "ready"),
    ("unknown", "failed"),
}
PAIRS = list(product(Status, Status))


@pytest.mark.parametrize(("before", "after"), [pair for pair in PAIRS if pair in ALLOWED])
def test_a_step_of_its_life_changes_the_status_and_the_time(before: Status, after: Status) -> None:
    later = NOON.replace(hour=13)
    stepped = step(an_image(status=before), after, later)
    assert (stepped.status, stepped.updated_at, stepped.created_at) == (after, later, NOON)


@pytest.mark.parametrize(("before", "after"), [pair for pair in PAIRS if pair not in ALLOWED])
def test_every_other_step_is_a_defect_of_ours(before: Status, after: Status) -> None:
    with pytest.raises(InternalError, match=f"that is {before} does not become {after}"):
        step(an_image(status=before), after, NOON)


def test_what_is_known_by_then_is_in_the_image_and_the_rest_stays() -> None:
    image, failure = an_image(status=Status.GENERATING), Failure("generator_failed", "No picture.")
    stepped = step(image, Status.FAILED, NOON, failure=failure)
    assert stepped.failure == failure
    assert (stepped.guid, stepped.prompt, stepped.tags) == (image.guid, image.prompt, image.tags)
    assert image.status is Status.GENERATING


def test_every_status_says_what_may_follow() -> None:
    assert set(NEXT) == set(Status)


@pytest.mark.parametrize("status", Status)
def test_nothing_more_happens_by_itself_to_what_is_settled(status: Status) -> None:
    assert is_settled(status) is (status not in {Status.QUEUED, Status.GENERATING})


def test_the_drawing_has_every_status_and_calls_final_what_nothing_follows() -> None:
    drawing = life.__doc__ or ""
    assert set(Status) <= set(re.findall(r"[a-z]+", drawing))
    final = {status for status, followers in NEXT.items() if not followers}
    [said] = re.findall(r"^(.*) are final\.", drawing, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", said)) == final


def test_the_drawing_has_no_word_in_place_of_a_status_that_there_is_not() -> None:
    """What an arrow points to is a status."""
    pointed_at = re.findall(r"▶ (\w+)", life.__doc__ or "")
    assert set(pointed_at) == set(Status)
