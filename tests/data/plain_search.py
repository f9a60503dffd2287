"""What a search must find, said a second time and as plainly as can be: a filter over a list of images."""

from pixyproxy.core.models import Audience, Image, Visibility
from pixyproxy.core.requests import ImageSearch
from pixyproxy.core.search_terms import SearchTerms, parse_search
from pixyproxy.core.words import words


def plainly_found(images: list[Image], search: ImageSearch, audience: Audience) -> list[Image]:
    """All pages of it, in order."""
    met = [image for image in images if _may_see(image, audience) and _meets(image, search)]
    return sorted(met, key=lambda image: image.id, reverse=search.order == "desc")


def _may_see(image: Image, audience: Audience) -> bool:
    if audience.sees_everything or image.visibility is Visibility.PUBLIC:
        return True
    return image.owner == audience.owner


def _meets(image: Image, search: ImageSearch) -> bool:
    return (
        image.status == search.status
        and (search.author is None or image.author == search.author)
        and (search.model is None or image.model == search.model)
        and (search.visibility is None or image.visibility == search.visibility)
        and (not search.guid or image.guid in {str(guid) for guid in search.guid})
        and (search.created_after is None or image.created_at > search.created_after)
        and (search.created_before is None or image.created_at < search.created_before)
        and {tag.casefold() for tag in search.tag} <= {tag.casefold() for tag in image.tags}
        and (search.prompt is None or _prompt_meets(image, parse_search(search.prompt)))
        and (search.filename is None or _filename_meets(image.filename, search.filename.strip()))
    )


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
    prefix = asked.removesuffix("*")
    if prefix and asked.endswith("*") and not set(prefix) & set(' "*'):
        return filename.casefold().startswith(prefix.casefold())
    terms = parse_search(asked)
    if not len(terms):
        return filename.casefold() == asked.casefold()
    return _words_meet(words(filename), terms)
