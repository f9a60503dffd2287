"""Which images of a block of ids have a term: sets of places in the block, kept as bitmaps."""

from collections import Counter
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any

from pyroaring import BitMap

from pixyproxy.data.database import Parameters, Statements
from pixyproxy.data.named_parameters import any_of
from pixyproxy.data.search.terms import AnyOf

BLOCK = 65_536
_TERMS_AT_ONCE = 500
_PUT = "REPLACE INTO image_posting (block, term, images) VALUES (:block, :term, :images)"
_FEW_BLOCKS = 16
_MOST_SETS = 5_000
"""Of one range, in some blocks; a long prefix may be that of thousands of words."""


class Postings:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def meet(self, wanted: Sequence[AnyOf], blocks: Sequence[int]) -> dict[int, BitMap]:
        """The places of the images that have all that is wanted, in those of the blocks that hold any."""
        rare = [each for each in wanted if not each.is_dense]
        if not rare or len(rare) == len(wanted) or len(blocks) <= _FEW_BLOCKS:
            return await self._met(wanted, blocks)
        left = await self._met(rare, blocks)
        if not left:
            return {}
        dense = await self._met([each for each in wanted if each.is_dense], list(left))
        met = {block: left[block] & places for block, places in dense.items()}
        return {block: places for block, places in met.items() if places}

    async def _met(self, wanted: Sequence[AnyOf], blocks: Sequence[int]) -> dict[int, BitMap]:
        """Nothing is wanted of what is too much to be read."""
        asked, parameters = _question(wanted, blocks)
        rows = await self._statements.fetch_all(asked, parameters)
        counts = Counter(row["part"] for row in rows)
        left_out = {part for part in counts if counts[part] >= _MOST_SETS and wanted[part].may_be_many}
        found: dict[int, dict[int, BitMap]] = {}
        for row in rows:
            if row["part"] not in left_out:
                parts, images = found.setdefault(row["block"], {}), BitMap.deserialize(row["images"])
                parts[row["part"]] = parts[row["part"]] | images if row["part"] in parts else images
        complete = len(wanted) - len(left_out)
        if not complete:
            return {block: BitMap(range(BLOCK)) for block in blocks}
        met = {block: _all_of(parts) for block, parts in found.items() if len(parts) == complete}
        return {block: places for block, places in met.items() if places}

    async def of_terms(self, block: int, terms: Sequence[str], *, lock: str = "") -> dict[str, BitMap]:
        """The sets of these terms; an empty one where there is none yet."""
        found: dict[str, BitMap] = {}
        for start in range(0, len(terms), _TERMS_AT_ONCE):
            names, named = any_of("term", terms[start : start + _TERMS_AT_ONCE])
            rows = await self._statements.fetch_all(
                f"SELECT term, images FROM image_posting WHERE block = :block AND term IN ({names}){lock}",
                {**named, "block": block},
            )
            found |= {row["term"]: BitMap.deserialize(row["images"]) for row in rows}
        return {term: found.get(term) or BitMap() for term in terms}

    async def between(self, first: str, end: str, blocks: Sequence[int]) -> list[tuple[int, str, BitMap]]:
        """Block, term and set of each term from the first on, before the end."""
        names, named = any_of("block", blocks)
        rows = await self._statements.fetch_all(
            f"SELECT block, term, images FROM image_posting WHERE block IN ({names}) "
            "AND term >= :first AND term < :end",
            {**named, "first": first, "end": end},
        )
        return [(row["block"], row["term"], BitMap.deserialize(row["images"])) for row in rows]

    async def of_kind(self, kind: str, block: int) -> BitMap:
        """The places of the images that have any term of this kind."""
        sets = await self.between(f"{kind}:", f"{kind};", [block])
        return BitMap.union(*(places for _, _, places in sets)) if sets else BitMap()

    async def keep(self, block: int, sets: dict[str, BitMap]) -> None:
        full: list[Parameters] = []
        empty: list[str] = []
        for term, places in sorted(sets.items(), key=itemgetter(0)):
            if places:
                full.append({"block": block, "term": term, "images": _packed(places)})
            else:
                empty.append(term)
        for start in range(0, len(full), _TERMS_AT_ONCE):
            await self._statements.execute_many(_PUT, full[start : start + _TERMS_AT_ONCE])
        for start in range(0, len(empty), _TERMS_AT_ONCE):
            names, named = any_of("term", empty[start : start + _TERMS_AT_ONCE])
            drop = f"DELETE FROM image_posting WHERE block = :block AND term IN ({names})"
            await self._statements.execute(drop, {**named, "block": block})


def _question(wanted: Sequence[AnyOf], blocks: Sequence[int]) -> tuple[str, dict[str, Any]]:
    block_names, parameters = any_of("block", blocks)
    parameters["most_sets"] = _MOST_SETS
    parts: list[str] = []
    for number, each in enumerate(wanted):
        for condition, named in _conditions(number, each):
            parameters |= named
            part = (
                f"SELECT {number} AS part, block, images FROM image_posting "
                f"WHERE block IN ({block_names}) AND {condition}"
            )
            few = f"SELECT * FROM ({part} LIMIT :most_sets) AS few{len(parts)}"
            parts.append(few if each.may_be_many else part)
    return " UNION ALL ".join(parts), parameters


def _conditions(number: int, wanted: AnyOf) -> Iterator[tuple[str, dict[str, Any]]]:
    if wanted.terms:
        names, named = any_of(f"part{number}_", wanted.terms)
        yield f"term IN ({names})", named
    for place, (first, end) in enumerate(wanted.ranges):
        begins, ends = f"first{number}_{place}", f"end{number}_{place}"
        yield f"term >= :{begins} AND term < :{ends}", {begins: first, ends: end}


def _all_of(parts: dict[int, BitMap]) -> BitMap:
    """The smallest sets first: what they leave is met quickly."""
    first, *others = sorted(parts.values(), key=len)
    for each in others:
        first &= each
    return first


def _packed(places: BitMap) -> bytes:
    places.run_optimize()
    return bytes(places.serialize())
