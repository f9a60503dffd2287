"""The stand-in behind its server: OpenAI's paths, the pictures it gives urls for, and /control."""

import time
import uuid
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from .control import Control
from .ledger import Call, Ledger
from .messages import Answer, Request, json_answer
from .order import Order
from .pictures import Painter, Picture
from .plays import PLAYS, Scene
from .refusals import CHUNKED, NO_KEY, REFUSALS, Refused, unknown_url, wrong_key, wrong_marker
from .rules import MODELS
from .scenarios import Script
from .submissions import File, Submission, without_pictures

MODELS_CREATED_AT = 1_780_000_000


@dataclass(frozen=True, slots=True)
class _Outcome:
    scenario: str
    answer: Answer
    pictures: list[Picture] = field(default_factory=list)
    previews: list[Picture] = field(default_factory=list)


class Upstream:
    def __init__(self, port: int, painter: Painter, script: Script, ledger: Ledger) -> None:
        self._pictures_url = f"http://127.0.0.1:{port}/pictures/"
        self._painter = painter
        self._script = script
        self._ledger = ledger
        self._control = Control(script, ledger)
        self._by_url: dict[str, Picture] = {}

    def client_left(self, call_id: str) -> None:
        if call_id:
            self._ledger.abandon(call_id)

    def answer(self, request: Request) -> Answer:
        if request.is_chunked:
            return CHUNKED.answer()
        try:
            return self._route(request, urlsplit(request.path).path)
        except Refused as refused:
            return refused.refusal.answer()

    def _route(self, request: Request, path: str) -> Answer:
        match request.method, path.split("/")[1:]:
            case "POST", ["v1", "images", ("generations" | "edits") as task]:
                return self._make(request, task)
            case "GET", ["v1", "models"]:
                return _list_models(request)
            case "GET", ["pictures", name] if name in self._by_url:
                return Answer(200, (self._by_url[name].content(),), "application/octet-stream")
            case method, ["control", *rest]:
                return self._control.answer(method, rest, request.body)
        raise Refused(unknown_url(request.method, path))

    def _make(self, request: Request, task: str) -> Answer:
        """One call: decide what becomes of it, write that down, then answer."""
        call_id = f"req_{uuid.uuid4().hex}"
        submission = Submission.of(request)
        files = submission.files
        try:
            _authorize(request)
            files = files or _files_in(submission)
            is_edit = task == "edits"
            order = Order.of_edit(submission, files) if is_edit else Order.of(submission)
            outcome = self._perform(call_id, order)
        except Refused as refused:
            outcome = _Outcome("refused", refused.refusal.answer())
        self._ledger.record(_call(call_id, request, submission, files, outcome))
        milliseconds = round(1000 * outcome.answer.delay_seconds) + 1
        headers = {
            **outcome.answer.headers,
            "x-request-id": call_id,
            "openai-processing-ms": str(milliseconds),
            "openai-version": "2020-10-01",
        }
        return replace(outcome.answer, headers=headers, call_id=call_id)

    def _perform(self, call_id: str, order: Order) -> _Outcome:
        try:
            scenario = self._script.take(order.prompt)
        except ValueError as mistake:
            raise Refused(wrong_marker(str(mistake))) from None
        if refusal := REFUSALS.get(scenario.name):
            answer = refusal.answer(scenario.retry_after_seconds)
            return _Outcome(scenario.name, replace(answer, delay_seconds=scenario.delay_seconds))
        scene = Scene(call_id, order, scenario, self._painter, self._pictures_url)
        performed = PLAYS[scenario.name].perform(scene)
        pictures, answer = performed.pictures, performed.answer
        if scenario.name == "url":
            self._by_url |= {scene.name_of(number): picture for number, picture in enumerate(pictures)}
        answer = replace(answer, delay_seconds=scenario.delay_seconds)
        return _Outcome(scenario.name, answer, pictures, performed.previews)


def _authorize(request: Request) -> None:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise Refused(NO_KEY)
    if not key.startswith("sk-"):
        raise Refused(wrong_key(key))


def _list_models(request: Request) -> Answer:
    _authorize(request)
    about = {"object": "model", "created": MODELS_CREATED_AT, "owned_by": "system"}
    return json_answer({"object": "list", "data": [{"id": model, **about} for model in MODELS]})


def _files_in(submission: Submission) -> tuple[File, ...]:
    return without_pictures(submission.given())[1] if submission.body else ()


def _call(
    call_id: str, request: Request, submission: Submission, files: tuple[File, ...], outcome: _Outcome
) -> Call:
    try:
        given = submission.given()
    except Refused:
        given = {}
    return Call(
        id=call_id,
        received_at=time.time(),
        path=request.path,
        scenario=outcome.scenario,
        status=outcome.answer.status,
        model=str(given.get("model") or ""),
        prompt=str(given.get("prompt") or ""),
        body=submission.body,
        key_ending=request.headers.get("authorization", "")[-4:],
        idempotency_key=request.headers.get("idempotency-key"),
        retry_count=request.headers.get("x-stainless-retry-count"),
        user_agent=request.headers.get("user-agent"),
        pictures=tuple(picture.sha256 for picture in outcome.pictures),
        billed=bool(outcome.pictures),
        form=submission.texts,
        uploads=tuple(each.upload for each in files),
        previews=tuple(preview.sha256 for preview in outcome.previews),
    )
