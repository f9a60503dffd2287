from pixyproxy.data.seen_whole import SeenWhole


class Clock:
    """It stands still until a test moves it."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


def test_a_key_of_that_size_is_trusted_for_its_time_and_no_longer() -> None:
    clock = Clock()
    seen = SeenWhole(trusted_s=60, now=clock)
    assert not seen.is_trusted("a", 3)
    seen.note("a", 3)
    clock.time = 59.9
    assert seen.is_trusted("a", 3)
    assert not seen.is_trusted("a", 4)
    assert not seen.is_trusted("b", 3)
    clock.time = 60
    assert not seen.is_trusted("a", 3)


def test_what_is_forgotten_is_not_trusted() -> None:
    seen = SeenWhole()
    seen.note("a", 3)
    seen.forget("a")
    seen.forget("never seen")
    assert not seen.is_trusted("a", 3)


def test_the_oldest_goes_when_there_are_too_many_and_what_was_seen_again_is_young() -> None:
    seen = SeenWhole(most=3)
    for key in ["a", "b", "c", "a", "d"]:
        seen.note(key, 1)
    assert [key for key in "abcd" if seen.is_trusted(key, 1)] == ["a", "c", "d"]
    for n in range(100_000):
        seen.note(str(n), 1)
    assert len(seen._seen) == 3
