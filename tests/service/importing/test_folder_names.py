"""Names in any script, and such as are no text at all, become names of ours."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from pixyproxy.core.requests import Filename, ImagePrompt
from pixyproxy.service.importing.naming import NAMELESS, filename_of, words_of

FILENAME: TypeAdapter[str] = TypeAdapter(Filename)
NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=300)
BYTES = st.binary(min_size=1, max_size=255).map(lambda name: name.replace(b"/", b"x").replace(b"\0", b"x"))


@given(name=NAMES | BYTES.map(os.fsdecode))
def test_whatever_a_file_is_called_its_name_and_words_are_valid(name: str) -> None:
    filename = filename_of(name, "image/png")
    assert FILENAME.validate_python(filename) == filename
    filename.encode()
    prompt = words_of(filename)
    assert ImagePrompt(prompt=prompt).prompt == prompt


@given(name=st.text("abcäöü狐 赤い-_.0123456789", min_size=1, max_size=150).map("fox{}".format))
def test_a_name_that_may_be_kept_is_kept(name: str) -> None:
    try:
        expected = FILENAME.validate_python(name)
    except ValueError:
        return
    assert filename_of(name, "image/png") == expected


@pytest.mark.parametrize(
    ("name", "filename", "words"),
    [
        ("IMG_2041.png", "IMG_2041.png", "IMG 2041"),
        ("a-red_fox.on+a  chair.PNG", "a-red_fox.on+a chair.PNG", "a red fox on a chair"),
        ("赤い狐.webp", "赤い狐.webp", "赤い狐"),
        ("हिन्दी चित्र.jpg", "हिन्दी चित्र.jpg", "हिन्दी चित्र"),
        ("u\u0308ber.png", "über.png", "über"),
        ("fox.赤い", "fox.赤い", "fox 赤い"),
        ("\udcff\udcfe.png", "��.png", NAMELESS),
        ("a\x1b[2Jb\u202egnp.png", "a[2Jbgnp.png", "a[2Jbgnp"),
        ("a\\b.png", "ab.png", "ab"),
        ("\u200b.png", "imported-picture.png", NAMELESS),
        ("...", "imported-picture.png", "imported picture"),
        ("!!!.png", "!!!.png", NAMELESS),
        ("x" * 250 + ".jpeg", "x" * 195 + ".jpeg", "x" * 195),
    ],
)
def test_what_becomes_of_a_name(name: str, filename: str, words: str) -> None:
    assert filename_of(name, "image/png") == filename
    assert words_of(filename) == words
