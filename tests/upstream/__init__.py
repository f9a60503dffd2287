"""A stand-in for OpenAI's Images API that can be told to fail, and remembers every call.

    with running_upstream(ledger=path) as upstream:
        upstream.answer_with("rate-limited", "ok")     # one call refused, then pictures
        client = AsyncOpenAI(base_url=upstream.base_url, api_key="sk-test", max_retries=0)
        ...
        [refused, paid] = upstream.ledger()

Edits and streaming are not built yet: an edit is a second path in `app.py` with its own reading of the order,
a stream a body in `plays.py` made of events.
"""

from .ledger import Call, read_ledger
from .process import RunningUpstream, running_upstream
from .scenarios import Scenario

__all__ = ["Call", "RunningUpstream", "Scenario", "read_ledger", "running_upstream"]
