"""As subprocesses: what a terminal is, is decided by real file descriptors."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.upstream import RunningUpstream, Scenario

COMMAND = [str(Path(sys.executable).with_name("pixyproxy")), "generate", "a slow fox", "-o", "fox.png"]


@pytest.fixture
def slow(upstream: RunningUpstream, tmp_path: Path) -> dict[str, str]:
    """An environment in which a picture takes longer than a person waits without a sign."""
    upstream.answer_with(Scenario(delay_seconds=1.5))
    given = {
        "PIXYPROXY_DATA_DIR": str(tmp_path / "data"),
        "OPENAI_API_KEY": "sk-test-of-the-progress-display",
        "OPENAI_BASE_URL": upstream.base_url,
    }
    return {**os.environ, **given}


def read_until_hung_up(descriptor: int) -> str:
    read = b""
    try:
        while some := os.read(descriptor, 4096):
            read += some
    except OSError:  # how a terminal says that nobody writes any more
        pass
    return read.decode()


def test_on_a_terminal_a_slow_picture_shows_that_it_is_under_way(
    slow: dict[str, str], tmp_path: Path
) -> None:
    ours, its = pty.openpty()
    with subprocess.Popen(COMMAND, cwd=tmp_path, env=slow, stdout=subprocess.PIPE, stderr=its) as process:
        os.close(its)
        seen = read_until_hung_up(ours)
        os.close(ours)
        assert process.stdout is not None
        printed = process.stdout.read().decode()
    assert process.returncode == 0
    assert "Making “a slow fox”  1 s" in seen
    assert seen.replace("\r\n", "\n").endswith("\r\033[KWritten to fox.png\n")
    assert len(printed.strip()) == 36


def test_in_a_pipe_nothing_is_shown_that_a_script_must_filter(slow: dict[str, str], tmp_path: Path) -> None:
    done = subprocess.run(COMMAND, cwd=tmp_path, env=slow, capture_output=True, text=True, check=True)
    assert done.stderr == "Written to fox.png\n"
    assert len(done.stdout.strip()) == 36
