"""The texts that lie in a picture file beside its pixels, by the names they have there."""

from pixyproxy.service.importing.lenient_json import LONGEST_TEXT

_MOST_NOTES = 100
_MOST_CHARACTERS = 2 * LONGEST_TEXT


class Notes(dict[str, str]):
    """The first text of each name, and of texts no more than a person could have written."""

    def __init__(self) -> None:
        super().__init__()
        self._room = _MOST_CHARACTERS
        self.has_credentials = False
        """It carries a signed statement of its origin (C2PA), which is not read."""

    def note(self, name: str, text: str) -> None:
        text = text[: min(LONGEST_TEXT, self._room)].strip("\0 \t\r\n\ufeff")
        if text and name not in self and not self.is_full:
            self._room -= len(text)
            self[name] = text

    @property
    def is_full(self) -> bool:
        return self._room <= 0 or len(self) >= _MOST_NOTES


def decoded(raw: bytes) -> str:
    """Declared to be Latin-1 or ASCII, or nothing, and UTF-8 mostly."""
    raw = raw[:LONGEST_TEXT]
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        if len(raw) == LONGEST_TEXT and error.start >= LONGEST_TEXT - 4:  # cut amid a character
            return raw[: error.start].decode()
    return raw.decode("latin-1")
