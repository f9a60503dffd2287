"""Where images lie has one name, and no place is within the other."""

from pathlib import Path

import pytest

from pixyproxy.core.exceptions import CannotStart, Unavailable
from pixyproxy.data.places import Ground, check_apart, check_folder_is_there, name_of
from tests.data.disks import mounted


def test_a_folder_goes_by_the_path_it_truly_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "link").symlink_to("images")
    monkeypatch.chdir(tmp_path)
    names = {name_of(each) for each in ("images", "./images/", "link", f"{tmp_path}/x/../images")}
    assert names == {str((tmp_path / "images").resolve())}


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("s3://bucket", "s3://bucket"),
        ("s3://bucket/", "s3://bucket"),
        ("s3://bucket/a/b/", "s3://bucket/a/b"),
    ],
)
def test_a_part_of_a_bucket_goes_by_its_url(written: str, name: str) -> None:
    assert name_of(written) == name


@pytest.mark.parametrize("location", ["http://bucket/x", "s3://", "s3:///x", "s3://bucket/../x", "file:///x"])
def test_what_is_no_place_is_refused(location: str) -> None:
    with pytest.raises(CannotStart, match="is no place for images: it must "):
        name_of(location)


@pytest.mark.parametrize(
    ("one", "other"),
    [("/a", "/a"), ("/a", "/a/b"), ("/", "/a"), ("s3://b/x", "s3://b/x/y"), ("s3://b", "s3://b/x")],
)
def test_nothing_is_moved_into_itself(one: str, other: str) -> None:
    for source, target in ((one, other), (other, one)):
        with pytest.raises(CannotStart, match="one is within the other"):
            check_apart(source, target)


@pytest.mark.parametrize(
    ("one", "other"),
    [("/a", "/ab"), ("/a/b", "/a/c"), ("s3://b/x", "s3://b/xy"), ("s3://b", "s3://bc"), ("/", "s3://b")],
)
def test_neighbours_are_apart(one: str, other: str) -> None:
    check_apart(one, other)
    check_apart(other, one)


def test_a_folder_must_be_there_and_a_bucket_is_asked_later(tmp_path: Path) -> None:
    check_folder_is_there(str(tmp_path))
    check_folder_is_there("s3://bucket")
    (tmp_path / "file").touch()
    for each in ("missing", "file"):
        with pytest.raises(CannotStart, match="There is no folder"):
            check_folder_is_there(f"{tmp_path}/{each}")


async def test_a_folder_is_the_same_one_until_it_or_what_it_lies_on_goes(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    ground = Ground(str(folder))
    (folder / "picture").touch()
    await ground.check()
    folder.rename(tmp_path / "gone")
    with pytest.raises(Unavailable):
        await ground.check()
    await Ground("s3://bucket").check()


async def test_a_mount_point_is_not_the_disk(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "size=160k") as disk:
        ground = Ground(str(disk))
        await ground.check()
    disk.mkdir(exist_ok=True)
    with pytest.raises(Unavailable):
        await ground.check()


async def test_links_are_named_wherever_they_are(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    for name in ("a/b/dangling", "2025", "a/itself"):
        (tmp_path / name).symlink_to(tmp_path / ("nowhere" if name == "a/b/dangling" else "a"))
    assert sorted(await Ground(str(tmp_path)).links(9)) == ["2025", "a/b/dangling", "a/itself"]
    assert len(await Ground(str(tmp_path)).links(2)) == 2
    assert await Ground("s3://bucket").links(9) == await Ground(f"{tmp_path}/nowhere").links(9) == []
