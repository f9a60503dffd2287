import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import openai
import pytest
from openai import AsyncOpenAI

from . import read_ledger, running_upstream
from .driving import KEY, answers, eventually, generate
from .process import CHECKOUT


async def test_the_ledger_file_has_the_call_before_the_answer_and_survives_a_kill(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    with running_upstream(ledger=file) as upstream:
        async with AsyncOpenAI(base_url=upstream.base_url, api_key=KEY, max_retries=0) as client:
            unanswered = asyncio.create_task(generate(client, "[scenario:hang]"))
            await eventually(lambda: bool(read_ledger(file)))
            upstream.kill()
            with pytest.raises(openai.APIConnectionError):
                await unanswered
    [call] = read_ledger(file)
    assert (call.scenario, call.billed) == ("hang", True)


STARTS_AND_WAITS = """
from tests.upstream import running_upstream
with running_upstream() as upstream:
    print(upstream.base_url, flush=True)
    input()
"""


@pytest.mark.parametrize("reason", [signal.SIGKILL, signal.SIGTERM])
def test_it_does_not_outlive_its_parent(reason: signal.Signals) -> None:
    command = [sys.executable, "-c", STARTS_AND_WAITS]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=CHECKOUT, stdin=pipe, stdout=pipe, text=True) as parent:
        assert parent.stdout is not None
        base_url = parent.stdout.readline().strip()
        assert answers(base_url)
        parent.send_signal(reason)
        parent.wait()
    asyncio.run(eventually(lambda: not answers(base_url)))
