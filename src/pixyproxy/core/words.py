"""How text becomes the words it is found by: folded, accents off, any script.

Scripts that write no spaces give one word per character; a run of them in a question is then a phrase.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

WORD_LENGTH = 64
_CACHED_LENGTH = 4_000
# A single sign can unfold to eighteen; what lies beyond this is not searched. No language's text unfolds so.
_MOST_CHARACTERS, _PIECE = 64_000, 1_000
_ASCII_WORD = re.compile(r"[a-z0-9]+")
# Marks that only ornament a letter: Latin, Greek, Cyrillic; Hebrew points; Arabic vowels; variants.
_ORNAMENT = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\ufe00-\ufe0f]")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Tibetan, Myanmar, Khmer
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff"  # kana, Chinese
    "\U0001b000-\U0001b16f\U00020000-\U000323af]"
)


def words(text: str) -> list[str]:
    """The words of a text in their order, repeated where they repeat."""
    return list(_cached_words(text) if len(text) <= _CACHED_LENGTH else _words(text))


def caseless(text: str) -> str:
    """What is the same but for case and the composition of its accents becomes the same.

    Decomposed first, for a mark can change its place by its case; composed at the end, for folding undoes it.
    """
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def is_unspaced(word: str) -> bool:
    """Whether it is of a script that writes no spaces between words."""
    return _UNSPACED.match(word) is not None


@lru_cache(maxsize=64)  # the row, the index and the name of one image ask for the same words
def _cached_words(text: str) -> tuple[str, ...]:
    return _words(text)


def _words(text: str) -> tuple[str, ...]:
    if text.isascii():
        return tuple(word[:WORD_LENGTH] for word in _ASCII_WORD.findall(text.lower()))
    return tuple(unicodedata.normalize("NFC", word)[:WORD_LENGTH] for word in _split(_fold(text)))


def _fold(text: str) -> str:
    """Piece by piece, so that what unfolds enormously is left where it is too much already."""
    folded = ""
    for start in range(0, len(text), _PIECE):
        folded += _fold_piece(text[start : start + _PIECE])
        if len(folded) > _MOST_CHARACTERS:
            break
    return unicodedata.normalize("NFC", folded[:_MOST_CHARACTERS])


def _fold_piece(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFC", _ORNAMENT.sub("", decomposed))


def _split(text: str) -> Iterator[str]:
    word = ""
    for character in text:
        kind = unicodedata.category(character)
        continues = kind[0] == "M" or (kind[0] in "LN" and not is_unspaced(character))
        if continues and not (word and _stands_alone(word[0]) and kind[0] != "M"):
            word += character
            continue
        if word:
            yield word
        word = character if kind[0] in "LN" or kind == "So" else ""
    if word:
        yield word


def _stands_alone(character: str) -> bool:
    return unicodedata.category(character) == "So" or is_unspaced(character)
