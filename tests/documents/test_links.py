import re

import pytest

from .reading import CHECKOUT, links, pages, text_of


def anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", pages())
def test_every_relative_link_leads_somewhere(page: str) -> None:
    here = (CHECKOUT / page).parent
    for link in links(text_of(page)):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = here / file if file else CHECKOUT / page
        assert target.resolve().is_relative_to(CHECKOUT)
        assert target.exists(), f"{link} leads nowhere"
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), f"{link} has no such heading"


def test_links_are_found() -> None:
    """So that the test above does not pass by looking nowhere."""
    assert {"docs/api.md", "docs/gallery-library.webp"} <= set(links(text_of("README.md")))


def test_every_page_of_the_docs_can_be_reached_from_the_readme() -> None:
    reached, unread = set(), ["README.md"]
    while unread:
        page = unread.pop()
        if page in reached or not page.endswith(".md"):
            continue
        reached.add(page)
        for link in links(text_of(page)):
            target = ((CHECKOUT / page).parent / link.partition("#")[0]).resolve()
            if target.is_dir():
                target /= "README.md"
            if ":" not in link and target.is_file():
                unread.append(str(target.relative_to(CHECKOUT)))
    assert {page for page in pages() if page.startswith("docs/")} <= reached
