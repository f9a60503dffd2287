"""What a `Range` asks for, whatever it is."""

from hypothesis import given
from hypothesis import strategies as st

from pixyproxy.web.ranges import wanted_parts


@given(st.text("bytes=0123456789-, ", max_size=40), st.integers(1, 50))
def test_whatever_is_asked_no_byte_is_sent_twice_or_from_beyond_the_end(asked: str, size: int) -> None:
    for parts in (wanted_parts(asked, size), wanted_parts(f"bytes={asked}", size)):
        sent = [place for part in parts or [] for place in range(part.start, part.end)]
        assert len(set(sent)) == len(sent)
        assert set(sent) <= set(range(size))
