"""Ledger, attempts, images, bytes and what callers were told: whether they agree, and where they do not."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.faults.callers import Wish
from tests.faults.facts import AttemptRow, Facts, ImageRow
from tests.upstream import Call
from tests.upstream.order import Order

GRACE_S = 5.0
"""An answer that was sent longer than this before a kill must have been kept."""
_NO_ANSWER = {"drop", "reset", "cut", "stall", "hang"}
_NO_PICTURE = {"truncated", "invalid-json", "invalid-base64", "base64-of-text"}


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that must not be: its kind, and a sentence about the one case."""

    kind: str
    sentence: str


@dataclass(slots=True)
class Reconciliation:
    differences: list[Difference] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def kinds(self) -> set[str]:
        return {difference.kind for difference in self.differences}


def reconcile(facts: Facts) -> Reconciliation:
    found = Reconciliation()
    book = _Book(facts, found)
    for differences in (
        book.calls_without_their_image(),
        book.paid_twice(),
        book.rows_without_bytes(),
        book.bytes_without_rows(),
        book.broken_promises(),
        book.wrong_accounts(),
        book.left_over(),
    ):
        found.differences.extend(differences)
    return found


class _Book:
    """The facts, ordered by prompt: no two callers have the same."""

    def __init__(self, facts: Facts, found: Reconciliation) -> None:
        self._facts = facts
        self._counts = found.counts
        self._images: defaultdict[str, list[ImageRow]] = defaultdict(list)
        self._calls: defaultdict[str, list[Call]] = defaultdict(list)
        self._attempts: defaultdict[int, list[AttemptRow]] = defaultdict(list)
        self._wishes = {wish.prompt: wish for wish in facts.wishes}
        self._whole = {name for death in facts.deaths for name in death.whole}
        for image in facts.images:
            self._images[image.prompt].append(image)
        for call in facts.calls:
            self._calls[call.prompt].append(call)
        for attempt in facts.attempts:
            self._attempts[attempt.image_id].append(attempt)
        self._count()

    def _count(self) -> None:
        facts = self._facts
        self._counts["asked"] = len(facts.wishes)
        self._counts["acknowledged"] = sum(wish.is_acknowledged for wish in facts.wishes)
        self._counts["paid"] = sum(call.billed for call in facts.calls)
        self._counts["deaths"] = len(facts.deaths)
        saved = {attempt.image_id for attempt in facts.attempts if attempt.name in self._whole}
        self._counts["from a spool"] = sum(
            image.status == "ready" and image.id in saved for image in facts.images
        )
        self._counts["unfinished"] = facts.unfinished
        for image in facts.images:
            self._counts[image.status] += 1

    def calls_without_their_image(self) -> Iterator[Difference]:
        for call in self._facts.calls:
            if call.billed:
                yield from self._checked(call)

    def _checked(self, call: Call) -> Iterator[Difference]:
        attempts = self._attempts_of(call)
        if len(attempts) != 1:
            yield Difference("no attempt" if not attempts else "many attempts", _of(call))
            return
        [attempt] = attempts
        image = next((each for each in self._facts.images if each.id == attempt.image_id), None)
        if image is None:
            yield Difference("lost", f"{_of(call)} has no image")
        elif image.status == "ready":
            if image.sha256 not in call.pictures:
                yield Difference("wrong bytes", f"{_of(call)} is not what {image.guid} is")
        elif call.scenario in _NO_PICTURE:
            if image.status != "failed" or f"{attempt.storage_key}.quarantined" not in self._facts.objects:
                yield Difference("lost", f"what came of {_of(call)} is not put aside")
            self._counts["put aside"] += 1
        elif image.status == "unknown" and self._cannot_have_arrived(call, attempt):
            self._counts["unknown, paid"] += 1
            aside = self._facts.objects.get(f"{attempt.storage_key}.quarantined")
            self._counts["unknown, arrived, not flushed"] += aside is not None and aside.is_whole_answer
        else:
            yield Difference("lost", f"{_of(call)} was paid for and is {image.status}")

    def _attempts_of(self, call: Call) -> list[AttemptRow]:
        """By the id of its answer; where that never came, the one of its prompt that has none."""
        of_prompt = [each for image in self._images[call.prompt] for each in self._attempts[image.id]]
        named = [each for each in of_prompt if each.provider_request_id == call.id]
        nameless = [
            each for each in of_prompt if each.provider_request_id is None and each.status != "failed"
        ]
        return named or nameless

    def _cannot_have_arrived(self, call: Call, attempt: AttemptRow) -> bool:
        """It was never sent whole, or its replica was killed before it lay whole in the spool."""
        if call.scenario in _NO_ANSWER:
            return True
        if attempt.name in self._whole:
            return False
        return self._was_killed_at(
            call.received_at, call.received_at + self._facts.answer_seconds, call.prompt
        )

    def _was_killed_at(self, start: float, end: float, prompt: str) -> bool:
        asked = self._wishes[prompt].replicas if prompt in self._wishes else set()
        return any(
            death.replica in asked and death.after <= end + GRACE_S and death.at >= start - GRACE_S
            for death in self._facts.deaths
        )

    def paid_twice(self) -> Iterator[Difference]:
        for prompt, calls in self._calls.items():
            paid = sum(call.billed for call in calls)
            if paid > 1:
                yield Difference("paid twice", f"“{prompt}” was paid for {paid} times")

    def rows_without_bytes(self) -> Iterator[Difference]:
        for image in self._facts.images:
            if image.status != "ready":
                continue
            kept = self._facts.objects.get(image.storage_key or "")
            if kept is None:
                yield Difference("row without bytes", f"{image.guid} is ready and has no file")
            elif (kept.sha256, kept.size_bytes) != (image.sha256, image.size_bytes):
                yield Difference("wrong bytes", f"{image.guid} has another file than its row says")
            if not any(call.billed for call in self._calls[image.prompt]):
                yield Difference("no call", f"{image.guid} is ready and was never called for")

    def bytes_without_rows(self) -> Iterator[Difference]:
        named = {image.storage_key for image in self._facts.images if image.status == "ready"}
        named |= {f"{attempt.storage_key}.quarantined" for attempt in self._facts.attempts}
        for key in self._facts.objects.keys() - named:
            yield Difference("bytes without row", f"{key} belongs to no image")

    def broken_promises(self) -> Iterator[Difference]:
        by_guid = {image.guid: image for image in self._facts.images}
        for wish in self._facts.wishes:
            if wish.heard["gave up"]:
                yield Difference("no answer", f"“{wish.prompt}” was never answered: {dict(wish.heard)}")
            if wish.without_retry_after:
                yield Difference("no Retry-After", f"“{wish.prompt}” was told to come again, not when")
            if any(heard.startswith("500") for heard in wish.heard):
                yield Difference("internal error", f"“{wish.prompt}”: {dict(wish.heard)}")
            if not wish.is_acknowledged:
                yield from self._unacknowledged(wish)
                continue
            image = by_guid.get(wish.guid or "")
            if image is None or (image.status, image.sha256) != ("ready", wish.sha256):
                yield Difference("lost", f"{wish.guid} was acknowledged and is not there as it was")
            if self._facts.keys.get(wish.key) != wish.guid:
                yield Difference("key", f"the key of {wish.guid} stands for another image, or for none")

    def _unacknowledged(self, wish: Wish) -> Iterator[Difference]:
        """Given up as unknown although nothing was paid: only where a kill made it impossible to tell."""
        if any(call.billed for call in self._calls[wish.prompt]):
            return
        for image in self._images[wish.prompt]:
            if image.status == "unknown":
                self._counts["unknown, not paid"] += 1
                if not any(death.replica in wish.replicas for death in self._facts.deaths):
                    yield Difference("given up", f"“{wish.prompt}” is unknown, and was never sent")

    def wrong_accounts(self) -> Iterator[Difference]:
        calls = {call.id: call for call in self._facts.calls}
        images = {image.id: image for image in self._facts.images}
        for attempt in self._facts.attempts:
            if attempt.status != "succeeded":
                continue
            call, image = calls.get(attempt.provider_request_id or ""), images.get(attempt.image_id)
            if call is None:
                yield Difference("wrong account", f"attempt {attempt.id} succeeded without a call")
            elif attempt.usage != Order.read(call.body.encode()).usage(1):
                yield Difference("wrong account", f"attempt {attempt.id} has not the usage that was billed")
            if image is None or attempt.cost_nano_usd is None or attempt.cost_nano_usd != image.cost_nano_usd:
                yield Difference("wrong account", f"attempt {attempt.id} and its image differ in cost")

    def left_over(self) -> Iterator[Difference]:
        facts = self._facts
        if facts.jobs:
            yield Difference("left over", f"{facts.jobs} jobs")
        for image in facts.images:
            if image.status in {"queued", "generating"}:
                yield Difference("left over", f"{image.guid} is {image.status}")
        for attempt in facts.attempts:
            if attempt.status == "started":
                yield Difference("left over", f"attempt {attempt.id} never ended")
        for name in facts.spooled:
            yield Difference("left over", f"{name} is in a spool")


def _of(call: Call) -> str:
    return f"the call for “{call.prompt}”"
