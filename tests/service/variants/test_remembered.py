from collections.abc import Callable
from dataclasses import replace

import pytest

from pixyproxy.core.models import Content
from pixyproxy.service.variants.remembered import Question, Remembered

CONTENT = Content("ff/guid/copy.webp", "image/webp", 100, 75, 10, "0" * 64)
QUESTION: Question = ("guid", "100x75", "75x100")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_it_is_remembered_for_a_minute() -> None:
    clock = Clock()
    remembered = Remembered(now=clock)
    remembered.note(QUESTION, CONTENT)
    clock.now += 59.9
    assert remembered.find(QUESTION) == CONTENT
    assert remembered.find(("guid", "100x75", "76x100")) is None
    clock.now += 0.1
    assert remembered.find(QUESTION) is None


@pytest.mark.parametrize(
    ("forget", "name"), [(Remembered.forget_image, "guid"), (Remembered.forget_file, CONTENT.storage_key)]
)
def test_it_is_forgotten_with_its_image_or_its_file(
    forget: Callable[[Remembered, str], None], name: str
) -> None:
    remembered = Remembered()
    remembered.note(QUESTION, CONTENT)
    remembered.note(("other", "", ""), replace(CONTENT, storage_key="other"))
    forget(remembered, name)
    assert remembered.find(QUESTION) is None
    assert remembered.find(("other", "", ""))


def test_not_more_are_remembered_than_may_be() -> None:
    remembered = Remembered(most=3)
    for number in range(5):
        remembered.note((str(number), "", ""), CONTENT)
        remembered.note(("0", "", ""), CONTENT)
    assert [bool(remembered.find((str(number), "", ""))) for number in range(5)] == [1, 0, 0, 1, 1]
