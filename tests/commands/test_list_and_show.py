import json
import shutil
from pathlib import Path

import pytest

from .conftest import Run, pixyproxy, refused


def make(run: Run, prompt: str, *words: str) -> str:
    return str(run("generate", prompt, "--size", "64x64", *words).stdout.strip())


def guids(run: Run, *words: str) -> list[str]:
    return [line.split()[0] for line in run("list", *words).stdout.splitlines()]


def test_list_shows_an_image_a_line_newest_first(run: Run) -> None:
    run("init")
    assert run("list").stdout == ""
    first, second = make(run, "a red fox"), make(run, "a blue\nwhale " + "and the sea " * 20)
    lines = run("list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == [second, first]
    assert lines[1].endswith("64x64  a red fox")
    assert lines[0].endswith("…")
    assert "a blue whale and" in lines[0]
    assert max(map(len, lines)) <= 132


def test_list_finds_by_each_of_its_filters(run: Run) -> None:
    fox = make(run, "a red fox", "--tag", "woods", "--tag", "Autumn", "--author", "Ada")
    whale = make(run, "a blue whale", "--filename", "Moby.png")
    assert guids(run, "--prompt", "FOX") == guids(run, "--prompt", '"red fox"') == [fox]
    assert guids(run, "--tag", "woods", "--tag", "autumn") == guids(run, "--author", "Ada") == [fox]
    assert guids(run, "--filename", "Moby.png") == guids(run, "--filename", "mob*") == [whale]
    assert guids(run, "--model", "sketch") == [whale, fox]
    assert guids(run, "--status", "any") == guids(run)
    assert guids(run, "--status", "failed") == guids(run, "--model", "flux") == []


def test_a_list_that_is_cut_says_so_beside_the_list(run: Run) -> None:
    make(run, "a red fox")
    newest = make(run, "a blue whale")
    result = run("list", "--limit", "1")
    assert [line.split()[0] for line in result.stdout.splitlines()] == [newest]
    assert result.stderr == "… and more; raise --limit, or narrow the search.\n"
    assert run("list", "--limit", "2").stderr == ""


def test_json_is_one_object_a_line_as_the_api_answers_it(run: Run) -> None:
    guid = make(run, "un café\nnoir")
    [line] = run("list", "--json").stdout.splitlines()
    assert json.loads(line) == json.loads(run("show", guid, "--json").stdout)
    image = json.loads(line)
    assert (image["guid"], image["prompt"], image["status"]) == (guid, "un café\nnoir", "ready")
    assert image["content_url"] == f"/image/{guid}/content"


def test_show_names_what_is_known_and_leaves_out_what_is_not(run: Run) -> None:
    guid = make(run, "a red fox", "--tag", "woods", "--tag", "dawn")
    facts = dict(line.split(maxsplit=1) for line in run("show", guid).stdout.splitlines())
    assert (facts["guid"], facts["prompt"], facts["tags"]) == (guid, "a red fox", "woods, dawn")
    assert set(facts["parameters"].split(", ")) == {"size=64x64", "seed=0", "output_format=png"}
    assert not {"revised_prompt", "error"} & facts.keys()


@pytest.mark.parametrize("guid", ["nonsense", "01939f2e-7d7a-7cc3-98a1-3f5b0c6d2e11"])
def test_an_image_that_is_not_there_is_told_in_one_sentence(with_library: dict[str, str], guid: str) -> None:
    assert refused(with_library, "show", guid) == "There is no such image."


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--limit", "0"), "limit: should be greater than or equal to 1"),
        (("--limit", "201"), "limit: should be less than or equal to 200"),
        (
            ("--status", "lost"),
            "status: should be 'queued', 'generating', 'ready', 'failed', 'canceled', 'unknown' or 'any'",
        ),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(
    on_sqlite: dict[str, str], words: tuple[str, ...], reason: str
) -> None:
    assert refused(on_sqlite, "list", *words) == f"The request is not valid: {reason}."


def test_characters_that_steer_a_terminal_never_get_into_the_list(
    with_library: dict[str, str], in_own_folder: object
) -> None:
    _ = in_own_folder
    assert "control character" in refused(with_library, "generate", "a \x1b[31mfox")
    assert pixyproxy(with_library, "list").stdout == ""


def test_who_only_looks_creates_no_folder(with_library: dict[str, str]) -> None:
    folder = Path(with_library["PIXYPROXY_DATA_DIR"])
    for below in ("spool", "images"):
        shutil.rmtree(folder / below, ignore_errors=True)
    assert pixyproxy(with_library, "list").exit_code == 0
    assert refused(with_library, "show", "nonsense") == "There is no such image."
    assert [each for each in folder.iterdir() if each.is_dir()] == []
