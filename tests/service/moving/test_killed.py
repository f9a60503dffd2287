"""A move that is killed, wherever in its life, can be gone on with: nothing is lost or done twice."""

import json
import subprocess
import sys
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest

from tests.live.service import clean_environment
from tools.s3_server import S3Server

from . import killed

POINTS = 20
CHECKOUT = Path(__file__).parents[3]


def killings(folder: Path, points: int, *location: str, **environment: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", killed.__name__, str(folder), str(points), *location]
    done = subprocess.run(
        command,
        cwd=CHECKOUT,
        env=clean_environment() | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def check_each(killings: list[dict[str, Any]]) -> None:
    for each in killings:
        assert each["was_killed"], each
        assert each["is_complete"], each
        assert each["are_equal"], each
        assert each["put_again"] == [], each
        assert each["not_read_back"] == [], each
    assert len({each["certain"] for each in killings}) > min(len(killings) - 2, 3)  # all over its life indeed


@pytest.mark.timeout(300)
def test_a_move_between_folders_that_is_killed_is_gone_on_with(tmp_path: Path) -> None:
    found = killings(tmp_path, POINTS)
    assert len(found) == POINTS
    check_each(found)


@pytest.mark.timeout(300)
def test_a_move_into_a_bucket_that_is_killed_is_gone_on_with(tmp_path: Path, s3: S3Server) -> None:
    """At few points here, for it takes a second each; `python -m tests.service.moving.killed` makes more."""
    environment = {name: value for name, value in s3.address.environment.items() if name.startswith("AWS_")}
    found = killings(tmp_path, 3, f"s3://{s3.address.bucket}/killed-{token_hex(4)}", **environment)
    assert len(found) == 3
    check_each(found)
