"""How every log line looks: the same facts in the same order, as text or as JSON."""

import json
import logging
import sys
import threading
from datetime import UTC, datetime
from functools import lru_cache

from pixyproxy.web.request_log import current_request_id


def configure_logs(level: str, form: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for talkative in ("httpx2", "httpcore2", "openai", "pyvips", "asyncio"):
        logging.getLogger(talkative).setLevel(max(root.level, logging.WARNING))


class TextLines(logging.Formatter):
    """For example `2026-11-20 23:12:10,123 INFO request-id [thread-id] [method:line] message`."""

    def format(self, record: logging.LogRecord) -> str:
        moment = f"{_second(int(record.created))},{int(record.msecs):03d}"
        thread, message = threading.get_native_id(), _one_line(record.getMessage())
        line = f"{moment} {record.levelname} {_request_id(record)} [{thread}] [{_place(record)}] {message}"
        if facts := getattr(record, "facts", None):
            line += f" {facts['http_method']} {facts['path']} {facts['status']} {facts['milliseconds']}ms"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonLines(logging.Formatter):
    """The same facts, one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        facts = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "request_id": _request_id(record),
            "thread_id": threading.get_native_id(),
            "place": _place(record),
            "message": record.getMessage(),
            **(getattr(record, "facts", None) or {}),
        }
        if record.exc_info:
            facts["exception"] = self.formatException(record.exc_info)
        return json.dumps(facts, ensure_ascii=False)


@lru_cache(maxsize=2)
def _second(timestamp: int) -> str:
    return f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%d %H:%M:%S}"


def _request_id(record: logging.LogRecord) -> str:
    return getattr(record, "request_id", None) or current_request_id.get()


def _place(record: logging.LogRecord) -> str:
    return getattr(record, "place", None) or f"{record.funcName}:{record.lineno}"


def _one_line(text: str) -> str:
    return text.replace("\r", "\\r").replace("\n", "\\n")
