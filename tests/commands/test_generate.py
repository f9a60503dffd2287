import json
from pathlib import Path
from uuid import UUID

import pytest

from tests.upstream import RunningUpstream

from .conftest import Run, pixyproxy, refused

PNG = b"\x89PNG\r\n\x1a\n"


def made(run: Run, *words: str) -> str:
    return str(run("generate", "a red fox", "--size", "64x64", *words).stdout.strip())


def shown(run: Run, guid: str) -> dict[str, object]:
    facts: dict[str, object] = json.loads(run("show", guid, "--json").stdout)
    return facts


def test_generate_writes_the_file_here_and_prints_the_guid_alone(run: Run, in_own_folder: Path) -> None:
    result = run("generate", "a red fox", "--size", "64x64")
    guid = result.stdout.removesuffix("\n")
    assert UUID(guid).version == 7
    [file] = in_own_folder.iterdir()
    assert file.read_bytes().startswith(PNG)
    assert file.name == shown(run, guid)["filename"]
    assert result.stderr == f"Written to {file.name}\n"


def test_generate_writes_to_the_file_it_is_told(run: Run, in_own_folder: Path, tmp_path: Path) -> None:
    made(run, "-o", str(tmp_path / "fox.png"))
    assert (tmp_path / "fox.png").read_bytes().startswith(PNG)
    assert list(in_own_folder.iterdir()) == []


def test_without_being_told_no_file_is_written_over(run: Run, in_own_folder: Path) -> None:
    written = [run("generate", "a fox", "--size", "64x64", "--filename", "fox.png").stderr for _ in range(3)]
    assert written == [f"Written to {name}\n" for name in ("fox.png", "fox-2.png", "fox-3.png")]
    (in_own_folder / "owl").write_text("mine")
    made(run, "--filename", "owl")
    assert (in_own_folder / "owl").read_text() == "mine"
    assert (in_own_folder / "owl-2").read_bytes().startswith(PNG)


def test_the_file_it_is_told_is_written_over(run: Run, in_own_folder: Path) -> None:
    (in_own_folder / "fox.png").write_text("old")
    made(run, "-o", "fox.png")
    [file] = in_own_folder.iterdir()
    assert file.read_bytes().startswith(PNG)


def test_every_option_reaches_the_image(run: Run) -> None:
    guid = made(run, *"--seed 7 --tag sea --tag dawn --author Ada --filename fox --public".split())
    image = shown(run, guid)
    assert image["parameters"] == {"size": "64x64", "seed": 7, "output_format": "png"}
    assert (image["tags"], image["author"]) == (["sea", "dawn"], "Ada")
    assert (image["filename"], image["visibility"]) == ("fox", "public")
    assert image["model"] == "sketch"


def test_an_image_belongs_to_the_administrator_and_is_private_unless_told(run: Run) -> None:
    image = shown(run, made(run))
    assert (image["author"], image["visibility"]) == ("admin", "private")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("a fox", "--size", "5x5"), "size: each side must be 64 to 4096, for example 1024x1024"),
        (("a fox", "--size", "big"), "size: must be auto or WxH, for example 1024x1024"),
        (("",), "prompt: should have at least 1 character"),
        (("  ",), "prompt: must not be blank"),
        (("a fox", "--seed", "-1"), "seed: should be greater than or equal to 0"),
        (("a fox", "--filename", "../fox"), "filename: must be a name, not a path: no slashes"),
    ],
)
def test_what_cannot_be_made_is_refused_in_one_sentence(
    on_sqlite: dict[str, str], words: tuple[str, ...], reason: str
) -> None:
    assert refused(on_sqlite, "generate", *words) == f"The request is not valid: {reason}."


def test_a_model_nobody_has_is_refused(on_sqlite: dict[str, str]) -> None:
    sentence = refused(on_sqlite, "generate", "a fox", "--model", "flux")
    assert sentence == "No configured generator has this model."


def test_a_folder_that_is_not_there_is_refused_before_anything_is_made(
    with_library: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "nowhere" / "fox.png"
    assert refused(with_library, "generate", "a fox", "-o", str(file)) == (
        f"There is no folder {file.parent} to write fox.png in."
    )
    assert pixyproxy(with_library, "list").stdout == ""


def test_an_image_whose_file_cannot_be_written_is_told_by_its_guid(on_sqlite: dict[str, str]) -> None:
    result = pixyproxy(on_sqlite, "generate", "a fox", "--size", "64x64", "-o", "/dev/full")
    assert result.exit_code == 1
    assert "made and kept, but not written to /dev/full: No space left on device." in result.stderr
    assert pixyproxy(on_sqlite, "show", result.stdout.strip()).exit_code == 0


def test_a_refusal_of_the_provider_is_one_sentence(
    on_sqlite: dict[str, str], upstream: RunningUpstream
) -> None:
    upstream.answer_with("moderation-blocked")
    openai = {"OPENAI_API_KEY": "sk-test-of-the-command-line", "OPENAI_BASE_URL": upstream.base_url}
    sentence = refused(on_sqlite | openai, "generate", "something vile")
    assert sentence == "The generator's safety system refused this prompt."
