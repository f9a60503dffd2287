"""/control: how a test directs the stand-in and asks what it saw."""

import json
from dataclasses import asdict
from http import HTTPStatus

from .ledger import Ledger
from .messages import Answer, json_answer
from .scenarios import Scenario, Script


class Control:
    def __init__(self, script: Script, ledger: Ledger) -> None:
        self._script = script
        self._ledger = ledger

    def answer(self, method: str, rest: list[str], body: bytes) -> Answer:
        match method, rest:
            case "GET", []:
                return self._show()
            case "POST", []:
                return self._direct(body)
            case "POST", ["reset"]:
                return self._reset()
            case "GET", ["ledger"]:
                return Answer(HTTPStatus.OK, (self._ledger.calls_as_json(),))
            case "GET", ["abandoned"]:
                return json_answer(self._ledger.abandoned())
        offered = "GET or POST /control, GET /control/ledger or /control/abandoned, POST /control/reset"
        return json_answer({"detail": offered}, HTTPStatus.NOT_FOUND)

    def _show(self) -> Answer:
        return json_answer({"scenarios": [asdict(each) for each in self._script.coming()]})

    def _direct(self, body: bytes) -> Answer:
        """One scenario, or a list of them under `scenarios`."""
        try:
            content = json.loads(body)
            self._script.set([Scenario(**each) for each in content.get("scenarios", [content])])
        except (AttributeError, TypeError, ValueError) as mistake:
            return json_answer({"detail": str(mistake)}, HTTPStatus.UNPROCESSABLE_ENTITY)
        return self._show()

    def _reset(self) -> Answer:
        self._ledger.clear()
        self._script.reset()
        return self._show()
