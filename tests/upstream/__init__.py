"""A stand-in for OpenAI's Images API that can be told to fail, and remembers every call.

    with running_upstream(ledger=path) as upstream:
        upstream.answer_with("rate-limited", "ok")     # one call refused, then pictures
        client = AsyncOpenAI(base_url=upstream.base_url, api_key="sk-test", max_retries=0)
        ...
        [refused, paid] = upstream.ledger()

New pictures and edits, whole or as a stream; an edit's picture does not look like what it was made from.
"""

from .ledger import Call, Upload, read_ledger
from .process import RunningUpstream, running_upstream
from .scenarios import Scenario

__all__ = ["Call", "RunningUpstream", "Scenario", "Upload", "read_ledger", "running_upstream"]
