from pixyproxy.core.models import Content
from pixyproxy.service.variants.remembered import Question, Remembered

CONTENT = Content("ff/guid/copy.webp", "image/webp", 100, 75, 10, "0" * 64)
QUESTION: Question = ("guid", "100x75", "75x100")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_it_is_trusted_for_a_second_and_known_for_longer() -> None:
    clock = Clock()
    remembered = Remembered(now=clock)
    remembered.note(QUESTION, CONTENT)
    clock.now += 0.9
    assert remembered.find_trusted(QUESTION) == CONTENT
    assert remembered.find_trusted(("guid", "100x75", "76x100")) is None
    clock.now += 0.1
    assert remembered.find_trusted(QUESTION) is None
    assert remembered.find(QUESTION) == CONTENT
    assert remembered.find(("guid", "100x75", "76x100")) is None


def test_it_is_forgotten_with_its_image() -> None:
    remembered = Remembered()
    remembered.note(QUESTION, CONTENT)
    remembered.note(("other", "", ""), CONTENT)
    remembered.forget_image("guid")
    assert remembered.find(QUESTION) is None
    assert remembered.find(("other", "", ""))


def test_not_more_are_remembered_than_may_be() -> None:
    remembered = Remembered(most=3)
    for number in range(5):
        remembered.note((str(number), "", ""), CONTENT)
        remembered.note(("0", "", ""), CONTENT)
    assert [bool(remembered.find((str(number), "", ""))) for number in range(5)] == [1, 0, 0, 1, 1]
