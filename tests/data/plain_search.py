"""What a search must find, said a second time and as plainly as can be: a filter over a list of images."""

import unicodedata
from decimal import Decimal

from pixyproxy.core.models import ERASED_AT, Audience, Image, Visibility
from pixyproxy.core.requests import ImageSearch
from pixyproxy.core.search_terms import SearchTerms, parse_search
from pixyproxy.core.words import words


def plainly_found(images: list[Image], search: ImageSearch, audience: Audience) -> list[Image]:
    """All pages of it, in order."""
    met = [image for image in images if _may_see(image, search, audience) and _meets(image, search)]
    return sorted(met, key=lambda image: image.id, reverse=search.order == "desc")


def _may_see(image: Image, search: ImageSearch, audience: Audience) -> bool:
    if audience.sees_everything or image.owner == audience.owner:
        return True
    return image.visibility is Visibility.PUBLIC and audience.sees_public and not search.deleted


def _meets(image: Image, search: ImageSearch) -> bool:
    return (
        (
            search.status in {image.status, "any"}
            or (search.deleted and "status" not in search.model_fields_set)
        )
        and _is_where_asked(image, search)
        and (search.author is None or image.author == search.author)
        and (search.model is None or image.model == search.model)
        and (search.visibility is None or image.visibility == search.visibility)
        and (not search.guid or image.guid in {str(guid) for guid in search.guid})
        and (search.created_after is None or image.created_at > search.created_after)
        and (search.created_before is None or image.created_at < search.created_before)
        and {_same(tag) for tag in search.tag} <= {_same(tag) for tag in image.tags}
        and _numbers_meet(image, search)
        and (search.prompt is None or _prompt_meets(image, parse_search(search.prompt)))
        and (search.filename is None or _filename_meets(image.filename, search.filename.strip()))
    )


def _is_where_asked(image: Image, search: ImageSearch) -> bool:
    """What is erased is not even in the trash."""
    if image.deleted_at is None:
        return not search.deleted
    return search.deleted and image.deleted_at > ERASED_AT


def _numbers_meet(image: Image, search: ImageSearch) -> bool:
    """What has no number is not found by one."""
    content = image.content
    width, height, size_bytes = (
        (None, None, None) if content is None else (content.width, content.height, content.size_bytes)
    )
    return (
        _within(width, search.min_width, search.max_width)
        and _within(height, search.min_height, search.max_height)
        and _within(size_bytes, search.min_size_bytes, search.max_size_bytes)
        and _within(image.cost_usd, search.min_cost_usd, search.max_cost_usd)
    )


def _within(number: int | Decimal | None, least: int | Decimal | None, most: int | Decimal | None) -> bool:
    if number is None:
        return least is None and most is None
    return (least is None or least <= number) and (most is None or number <= most)


def _same(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def _prompt_meets(image: Image, terms: SearchTerms) -> bool:
    texts = [words(image.prompt), words(image.revised_prompt or "")]
    return _words_meet([*texts[0], *texts[1]], terms) and all(
        any(_holds(text, phrase) for text in texts) for phrase in terms.phrases
    )


def _words_meet(found: list[str], terms: SearchTerms) -> bool:
    """A search that says nothing finds nothing."""
    return (
        bool(terms.words or terms.prefixes)
        and set(terms.words) <= set(found)
        and all(any(word.startswith(prefix) for word in found) for prefix in terms.prefixes)
    )


def _holds(text: list[str], phrase: tuple[str, ...]) -> bool:
    length = len(phrase)
    return any(tuple(text[start : start + length]) == phrase for start in range(len(text) - length + 1))


def _filename_meets(filename: str, asked: str) -> bool:
    quoted = asked[1:-1].strip()
    if asked[:1] == asked[-1:] == '"' and quoted and '"' not in quoted:
        return _same(filename) == _same(quoted)
    prefix = asked.removesuffix("*")
    if prefix and asked.endswith("*") and not set(prefix) & set(' "*'):
        return _same(filename).startswith(_same(prefix))
    terms = parse_search(asked)
    if not len(terms):
        return _same(filename) == _same(asked)
    return _words_meet(words(filename), terms)
