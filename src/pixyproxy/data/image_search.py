"""Turns a search into one SELECT that walks the newest images (or the oldest) and stops after a page.

The longest word drives: its index rows lie in the order of the answer, and the other words are looked up
beside each. Own and public images are two walks, each in that order, merged.
"""

from dataclasses import dataclass, field
from typing import Any

from pixyproxy.core.models import Audience
from pixyproxy.core.requests import ImageSearch
from pixyproxy.core.search_terms import SearchTerms, parse_search
from pixyproxy.data.image_index import IN_FILENAME, IN_PROMPT
from pixyproxy.data.image_rows import filename_key, tag_key
from pixyproxy.data.values import to_timestamp

# A join that keeps the order it is written in; the planners do not know which word is rare.
_JOIN = {"sqlite": "CROSS JOIN", "mysql": "STRAIGHT_JOIN"}
# MySQL joins 61 tables and SQLite 64; what is asked beyond this many is looked up beside the row.
_MOST_JOINS = 16
_AFTER_ALL = "\U0010ffff"


def page_query(
    search: ImageSearch, audience: Audience, past_id: int | None, selected: str, dialect: str
) -> tuple[str, dict[str, Any]]:
    """The SQL of a page and its parameters; it asks for one image more than the page holds."""
    question = _Question(_JOIN[dialect])
    _ask_words(question, search)
    _ask_fields(question, search)
    question.parameters["most"] = search.limit + 1
    walk = f"{question.driver}.{'id' if question.driver == 'image' else 'image_id'}"
    order = search.order.upper()
    if past_id is not None:
        question.where(f"{walk} {'<' if search.order == 'desc' else '>'} :past_id", past_id=past_id)
    columns = ", ".join(f"image.{column}" for column in selected.split(", "))
    walks = [
        f"SELECT {columns} FROM {question.source} WHERE {' AND '.join([*question.conditions, seen])} "
        f"ORDER BY {walk} {order} LIMIT :most"
        for seen in _walks(question, audience)
    ]
    if len(walks) == 1:
        return walks[0], question.parameters
    merged = " UNION ALL ".join(f"SELECT * FROM ({walk}) AS walk_{n}" for n, walk in enumerate(walks))
    return f"{merged} ORDER BY id {order} LIMIT :most", question.parameters


@dataclass
class _Question:
    join: str
    source: str = "image"
    driver: str = "image"
    conditions: list[str] = field(default_factory=lambda: ["image.deleted_at IS NULL"])
    parameters: dict[str, Any] = field(default_factory=dict)

    def where(self, condition: str, **parameters: object) -> None:
        self.conditions.append(condition)
        self.parameters.update(parameters)

    def join_index(self, table: str, alias: str, key: str) -> None:
        """The first index joined drives, then comes the image, then the other indexes."""
        if self.driver == "image":
            self.driver = alias
            self.source = f"{table} AS {alias} {self.join} image ON image.id = {alias}.image_id"
            self.conditions.append(key)
        elif self.source.count(self.join) < _MOST_JOINS:
            self.source += f" {self.join} {table} AS {alias} ON {alias}.image_id = image.id AND {key}"
        else:
            self.conditions.append(
                f"EXISTS (SELECT 1 FROM {table} AS {alias} WHERE {alias}.image_id = image.id AND {key})"
            )


def _walks(question: _Question, audience: Audience) -> list[str]:
    if audience.sees_everything:
        return ["1 = 1"]
    public = "image.visibility = 'public'"
    if audience.owner is None:
        return [public]
    question.parameters["viewer"] = audience.owner
    return ["image.owner = :viewer", f"{public} AND image.owner <> :viewer"]


def _ask_words(question: _Question, search: ImageSearch) -> None:
    if search.prompt is not None:
        terms = parse_search(search.prompt)
        _join_words(question, IN_PROMPT, terms)
        _ask_phrases(question, terms)
    if search.filename is not None:
        _ask_filename(question, search.filename.strip())
    for n, tag in enumerate(search.tag):
        question.join_index("image_tag", f"tag_{n}", f"tag_{n}.tag = :tag_{n}")
        question.parameters[f"tag_{n}"] = tag_key(tag)


def _ask_filename(question: _Question, text: str) -> None:
    name = text.removesuffix("*")
    if text.endswith("*") and name and not any(blank in name for blank in ' "*'):
        question.where(
            "image.filename_key >= :name AND image.filename_key < :name_end",
            name=filename_key(name),
            name_end=filename_key(name) + _AFTER_ALL,
        )
        return
    terms = parse_search(text)
    if len(terms):
        _join_words(question, IN_FILENAME, terms)
    else:
        question.where("image.filename_key = :name", name=filename_key(text))


def _join_words(question: _Question, where: str, terms: SearchTerms) -> None:
    for n, word in enumerate(sorted(terms.words, key=len, reverse=True)):
        alias = f"{where}_{n}"
        question.join_index("image_word", alias, f"{alias}.field = '{where}' AND {alias}.word = :{alias}")
        question.parameters[alias] = word
    for n, prefix in enumerate(terms.prefixes):
        name = f"{where}_prefix_{n}"
        question.where(
            "EXISTS (SELECT 1 FROM image_word AS entry WHERE entry.image_id = image.id "
            f"AND entry.field = '{where}' AND entry.word >= :{name} AND entry.word < :{name}_end)",
            **{name: prefix, f"{name}_end": prefix + _AFTER_ALL},
        )
    if not len(terms):
        question.where("1 = 0")


def _ask_phrases(question: _Question, terms: SearchTerms) -> None:
    """Words hold no wildcard, so nothing needs escaping."""
    for n, phrase in enumerate(terms.phrases):
        question.where(f"image.search_text LIKE :phrase_{n}", **{f"phrase_{n}": f"% {' '.join(phrase)} %"})


def _ask_fields(question: _Question, search: ImageSearch) -> None:
    question.where("image.status = :status", status=search.status.value)
    for name in ("author", "model", "visibility"):
        if (value := getattr(search, name)) is not None:
            question.where(f"image.{name} = :{name}", **{name: str(value)})
    if search.guid:
        names = [f"guid_{n}" for n in range(len(search.guid))]
        question.where(
            f"image.guid IN ({', '.join(f':{name}' for name in names)})",
            **{name: str(guid) for name, guid in zip(names, search.guid, strict=True)},
        )
    if search.created_after is not None:
        question.where("image.created_at > :after", after=to_timestamp(search.created_after))
    if search.created_before is not None:
        question.where("image.created_at < :before", before=to_timestamp(search.created_before))
