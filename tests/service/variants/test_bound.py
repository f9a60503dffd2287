from pixyproxy.service.variants.bound import Bound

KIB, MIB = 1024, 1024**2


def write(bound: Bound, size_bytes: int = 50 * KIB) -> bool:
    is_taken = bound.takes(size_bytes)
    if is_taken:
        bound.note_written(size_bytes)
    return is_taken


def full(bound: Bound, size_bytes: int = 50 * KIB) -> int:
    """So many it has taken."""
    return next(number for number in range(1000) if not write(bound, size_bytes))


def test_a_tenth_above_it_nothing_is_taken() -> None:
    bound = Bound(MIB)
    assert 1.1 * MIB < full(bound, 52 * KIB) * 52 * KIB <= 1.1 * MIB + 52 * KIB


def test_what_a_sweep_has_left_counts_and_what_came_before_it_does_no_more() -> None:
    bound = Bound(MIB)
    full(bound)
    bound.note_left(MIB, counted_bytes=bound.written_bytes)
    assert full(bound) == 2
    bound.note_left(0, counted_bytes=bound.written_bytes)
    assert full(bound) == 22


def test_it_tells_how_much_is_kept_as_far_as_it_knows() -> None:
    bound = Bound(MIB)
    assert bound.kept_bytes == 0
    write(bound)
    assert bound.kept_bytes == 52 * KIB
    bound.note_left(100 * KIB, counted_bytes=bound.written_bytes)
    write(bound)
    assert bound.kept_bytes == 152 * KIB


def test_what_came_while_it_was_swept_counts() -> None:
    bound = Bound(MIB)
    before = bound.written_bytes
    full(bound)
    bound.note_left(0, counted_bytes=before)
    assert not bound.takes(1)


def test_what_is_being_written_counts_also_when_a_sweep_has_not_seen_it() -> None:
    bound = Bound(MIB)
    while bound.takes(50 * KIB):
        pass
    bound.note_left(0, counted_bytes=bound.written_bytes)
    assert not bound.takes(1)
    bound.note_written(50 * KIB)
    assert not bound.takes(1)


def test_what_is_larger_than_all_is_never_taken_and_nothing_is_swept_for_it() -> None:
    bound = Bound(MIB)
    assert not bound.takes(MIB + 1)
    assert not Bound(0).takes(1)
    assert not bound.is_sweep_due
    assert bound.takes(MIB)


def test_small_files_count_as_what_they_take() -> None:
    assert full(Bound(400 * KIB), 1) == 111


def test_a_sweep_is_due_when_a_twentieth_was_written_or_something_refused() -> None:
    bound = Bound(MIB)
    write(bound, 40 * KIB)
    assert not bound.is_sweep_due
    write(bound, 40 * KIB)
    assert bound.is_sweep_due
    bound.note_left(2 * MIB, counted_bytes=bound.written_bytes)
    assert not bound.is_sweep_due
    bound.takes(1)
    assert bound.is_sweep_due
