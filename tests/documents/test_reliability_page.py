"""What is promised about failures is what the code does."""

import re
from textwrap import dedent

from pixyproxy.core import life
from pixyproxy.data import mysql
from pixyproxy.service.generators import openai
from pixyproxy.service.making import calls, circuits, recovery, settling
from pixyproxy.service.making.generation import Limits

from .reading import text_of

PAGE = text_of("docs/reliability.md")
SENTENCES = " ".join(PAGE.split())


def drawing(text: str) -> str:
    lines = text.splitlines()
    drawn = [number for number, line in enumerate(lines) if re.search("[│┌└┘▶▼]", line)]
    return dedent("\n".join(line.rstrip() for line in lines[drawn[0] : drawn[-1] + 1]))


def test_the_life_of_an_image_is_drawn_as_in_the_code() -> None:
    assert life.__doc__ is not None
    assert drawing(PAGE) == drawing(life.__doc__)


def test_the_leases_are_as_long_as_told() -> None:
    assert f"by a lease of {Limits().lease_s} seconds" in SENTENCES
    assert Limits().lease_s / 3 == 10
    assert "renews it every ten" in SENTENCES


def test_calls_are_repeated_as_told() -> None:
    assert calls._PAUSES_S == (0.5, 2.0)
    assert "Up to three times, after half a second and two" in SENTENCES
    assert f"`Retry-After` says up to {calls._LONGEST_PAUSE_S:g} seconds" in SENTENCES


def test_generators_rest_as_told() -> None:
    assert circuits._FAILURES == 5
    assert f"failed five times in a row is left in peace for {circuits._REST_S:g} seconds" in SENTENCES


def test_the_deadlines_are_as_told() -> None:
    assert f"Connecting {openai._CONNECT_S:g} s, a free connection {openai._POOL_S:g} s" in SENTENCES
    assert f"the whole answer {openai.DEADLINE_S:g} s" in SENTENCES
    assert f"A request to the database {mysql._STATEMENT_TIMEOUT_S} s" in SENTENCES


def test_what_waits_is_tried_again_as_told() -> None:
    assert f"at most {settling._LONGEST_PAUSE_S:g} seconds apart" in SENTENCES


def test_keys_are_kept_as_long_as_told() -> None:
    assert f"for {recovery.KEYS_KEPT.total_seconds() / 3600:g} hours" in " ".join(
        text_of("docs/api.md").split()
    )
