"""What a browser has to complain about a page: nothing, or the test fails."""

import re
from dataclasses import dataclass, field

from playwright.async_api import BrowserContext, ConsoleMessage, Request, WebError

_INSIDE = ("data:", "blob:", "about:")
_GIVEN_UP_BY_THE_PAGE = "net::ERR_ABORTED"  # an EventSource closed, an image scrolled out of sight


@dataclass
class Complaints:
    """Errors and warnings of the console, what was not caught, requests that failed or went elsewhere."""

    made: list[str] = field(default_factory=list)
    _expected: list[str] = field(default_factory=list)

    def expect(self, pattern: str) -> None:
        """What this test brings about on purpose, `401` say."""
        self._expected.append(pattern)

    def follow(self, context: BrowserContext, home: str) -> None:
        context.on("console", self._heard)
        context.on("weberror", self._not_caught)
        context.on("requestfailed", self._failed)
        context.on("request", lambda request: self._asked(request, home))

    def unexpected(self) -> list[str]:
        return [each for each in self.made if not any(re.search(pattern, each) for pattern in self._expected)]

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            self.made.append(f"{message.type}: {message.text} ({message.location['url']})")

    def _not_caught(self, error: WebError) -> None:
        self.made.append(f"not caught: {error.error.stack or error.error}")

    def _failed(self, request: Request) -> None:
        if request.failure != _GIVEN_UP_BY_THE_PAGE:
            self.made.append(f"failed: {request.method} {request.url}: {request.failure}")

    def _asked(self, request: Request, home: str) -> None:
        if not request.url.startswith((f"{home}/", *_INSIDE)):
            self.made.append(f"asked elsewhere: {request.method} {request.url}")
