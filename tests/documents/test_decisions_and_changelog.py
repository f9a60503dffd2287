import re
import tomllib

from .reading import CHECKOUT, links, table_rows, text_of

DECISIONS = sorted((CHECKOUT / "docs" / "decisions").glob("0*.md"))


def test_every_decision_is_linked_by_its_title_in_order() -> None:
    listed = re.findall(r"^(\d+)\. \[(.+)\]\((.+)\)$", text_of("docs/decisions/README.md"), re.MULTILINE)
    found = []
    for number, page in enumerate(DECISIONS, start=1):
        title = page.read_text(encoding="utf-8").splitlines()[0].removeprefix(f"# {number}. ")
        assert page.name.startswith(f"{number:04}-")
        found.append((str(number), title, page.name))
    assert [(number, title, name) for number, title, name in listed] == found
    assert found


def test_every_decision_says_what_was_decided() -> None:
    for page in DECISIONS:
        if page.name == "0008-dependencies.md":
            continue  # a table, with a reason in each row
        assert "**Decided.**" in page.read_text(encoding="utf-8"), page.name


def test_every_dependency_has_its_line_and_no_other() -> None:
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    needed = {re.split(r"[^\w-]", requirement)[0] for requirement in project["dependencies"]}
    rows = table_rows("docs/decisions/0008-dependencies.md", "")
    assert {name for cell, *_ in rows for name in cell.split(", ")} == needed
    assert all(purpose and licence for _, purpose, licence, _ in rows)


def test_the_changelog_has_room_for_what_is_not_released() -> None:
    headings = re.findall(r"^## (.+)$", text_of("CHANGELOG.md"), re.MULTILINE)
    assert headings[0] == "Unreleased"
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.+)$", text_of("CHANGELOG.md"), re.MULTILINE)) <= kinds
    assert links(text_of("CHANGELOG.md"))
