import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pixyproxy.core.names import new_guid
from pixyproxy.service.variants import sweep as sweeping
from pixyproxy.service.variants.sweep import SPARED_S, sweep

BYTES = 8192
DAY_S = 24 * 3600.0


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., Path]:
    """A copy that was last used so many seconds ago."""

    def put(age_s: float, size_bytes: int = BYTES, name: str = "100x75-webp-80.webp") -> Path:
        guid = new_guid()
        path = tmp_path / guid[-2:] / guid / name
        path.parent.mkdir(parents=True)
        path.write_bytes(bytes([7]) * size_bytes)
        os.utime(path, (time.time() - age_s, time.time() - age_s))
        return path

    return put


def test_the_longest_unused_go_until_nine_tenths_are_left(put: Callable[..., Path], tmp_path: Path) -> None:
    files = [put(age_s=1000 + 10 * age) for age in range(20)]
    assert sweep(tmp_path, 15 * BYTES) == 13 * BYTES
    assert [each.exists() for each in files] == [True] * 13 + [False] * 7


def test_under_the_bound_nothing_goes(put: Callable[..., Path], tmp_path: Path) -> None:
    files = [put(age_s=1000 * age) for age in range(10)]
    assert sweep(tmp_path, 10 * BYTES) == 10 * BYTES
    assert all(each.exists() for each in files)


def test_what_was_used_just_now_stays_whatever_the_bound(put: Callable[..., Path], tmp_path: Path) -> None:
    """Somebody may have been promised it."""
    new, old = put(age_s=SPARED_S - 3), put(age_s=SPARED_S + 3)
    sweep(tmp_path, 0)
    assert new.exists()
    assert not old.exists()


def test_what_is_used_while_it_sweeps_stays(
    put: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [put(age_s=1000), put(age_s=1010)]
    listed = sweeping._files_below

    def used_at_once(folder: Path) -> list[sweeping._File]:
        found = list(listed(folder))
        os.utime(files[1])
        return found

    monkeypatch.setattr(sweeping, "_files_below", used_at_once)
    sweep(tmp_path, BYTES)
    assert [each.exists() for each in files] == [False, True]


def test_what_nobody_wanted_for_a_month_goes(put: Callable[..., Path], tmp_path: Path) -> None:
    wanted, unwanted = put(age_s=29 * DAY_S), put(age_s=31 * DAY_S)
    sweep(tmp_path, 100 * BYTES)
    assert wanted.exists()
    assert not unwanted.exists()


def test_what_was_never_finished_goes_soon(put: Callable[..., Path], tmp_path: Path) -> None:
    left, in_work = put(300, name=".100x75.webp.1234abcd.part"), put(1, name=".100x75.webp.1234abcd.part")
    sweep(tmp_path, 100 * BYTES)
    assert not left.exists()
    assert in_work.exists()


def test_small_files_count_as_what_they_take(put: Callable[..., Path], tmp_path: Path) -> None:
    files = [put(age_s=1000 + age, size_bytes=1) for age in range(10)]
    if not files[0].stat().st_blocks:
        return
    sweep(tmp_path, 20 * 512)
    assert sum(each.exists() for each in files) < 10


def test_what_vanishes_meanwhile_is_gone_and_counts_as_gone(
    put: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [put(age_s=1000 + 10 * age) for age in range(10)]
    listed = sweeping._files_below

    def taken_by_another(folder: Path) -> list[sweeping._File]:
        found = list(listed(folder))
        for each in files[5:]:
            each.unlink()
            each.parent.rmdir()
        return found

    monkeypatch.setattr(sweeping, "_files_below", taken_by_another)
    sweep(tmp_path, 6 * BYTES)
    assert all(each.exists() for each in files[:5])


def test_folders_of_images_go_when_they_are_empty_and_not_about_to_be_used(
    put: Callable[..., Path], tmp_path: Path
) -> None:
    emptied, new = put(age_s=1000).parent, put(age_s=1000).parent
    for folder in (emptied, new):
        next(folder.iterdir()).unlink()
    os.utime(emptied, (0, 0))
    sweep(tmp_path, 100 * BYTES)
    assert not emptied.exists()
    assert new.exists()


def test_locks_and_other_people_s_files_stay(put: Callable[..., Path], tmp_path: Path) -> None:
    put(age_s=1000)
    lock, other = tmp_path / "locks" / "picture-07", tmp_path / "README"
    lock.parent.mkdir()
    for each in (lock, other):
        each.write_bytes(bytes(BYTES))
        os.utime(each, (0, 0))
    sweep(tmp_path, 0)
    assert lock.exists()
    assert other.exists()


def test_a_folder_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    assert sweep(tmp_path / "nowhere", 0) == 0


def test_many_may_sweep_at_once(put: Callable[..., Path], tmp_path: Path) -> None:
    files = [put(age_s=1000 + 10 * age) for age in range(100)]
    threads = [threading.Thread(target=sweep, args=(tmp_path, 50 * BYTES)) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [each.exists() for each in files] == [True] * 45 + [False] * 55
