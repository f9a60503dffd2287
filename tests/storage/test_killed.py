"""A move that is killed, wherever in its life, can be gone on with: nothing is lost or done twice."""

from pathlib import Path
from secrets import token_hex

import pytest

from tests.storage.killed import Killing
from tests.storage.killing import kill_in_turn
from tools.s3_server import S3Server

POINTS = 20


def check_each(lives: list[Killing], points: int) -> None:
    assert len(lives) == points
    assert [each for each in lives if not each.is_right] == []
    assert len({each.certain for each in lives}) > min(points - 2, 3), "all over its life"


@pytest.mark.timeout(300)
def test_a_move_between_folders_that_is_killed_is_gone_on_with(tmp_path: Path) -> None:
    check_each(kill_in_turn(tmp_path, POINTS), POINTS)


@pytest.mark.timeout(300)
def test_a_move_into_a_bucket_that_is_killed_is_gone_on_with(tmp_path: Path, s3: S3Server) -> None:
    """At few points here, for it takes a second each; `make storage` makes more."""
    location = f"s3://{s3.address.bucket}/killed-{token_hex(4)}"
    check_each(kill_in_turn(tmp_path, 3, location, s3.address.environment), 3)
