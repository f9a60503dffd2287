import re
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from pixyproxy.app import create_app
from pixyproxy.core.exceptions import CannotStart, PixyProxyException
from pixyproxy.core.picture_requests import VariantOptions
from pixyproxy.core.requests import ImagePrompt, ImageSearch
from pixyproxy.service.variants.plan import QUALITIES, SIDES
from pixyproxy.settings import Settings
from pixyproxy.web.errors import STATUS_OF

from .reading import in_code, table_rows, text_of

PAGE = "docs/api.md"


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    return create_app(Settings.from_environment({"PIXYPROXY_DATA_DIR": str(tmp_path)}))


def every_exception(kind: type[PixyProxyException] = PixyProxyException) -> list[type[PixyProxyException]]:
    return [each for sub in kind.__subclasses__() for each in (sub, *every_exception(sub))]


def status_of(kind: type[PixyProxyException]) -> int:
    """Its own, or that of what it is a kind of."""
    return next((STATUS_OF[each] for each in kind.__mro__ if each in STATUS_OF), 500)


def answered() -> dict[str, set[int]]:
    """The codes a caller can meet, each with its statuses; `CannotStart` answers nobody."""
    codes: dict[str, set[int]] = {}
    for kind in every_exception():
        if (
            kind.__module__ == PixyProxyException.__module__
            and kind is not CannotStart
            and hasattr(kind, "code")
        ):
            codes.setdefault(kind.code, set()).add(status_of(kind))
    codes["invalid_request"] |= {404, 405}  # no such address, not that method: Starlette's own
    return codes


def test_the_page_names_exactly_the_routes_of_the_application(app: FastAPI) -> None:
    written = {in_code(request)[0] for request, _, _ in table_rows(PAGE, "request")}
    routes = {
        f"{method.upper()} {path}"
        for path, operations in app.openapi()["paths"].items()
        for method in operations
    }
    assert written == routes


def test_the_page_names_exactly_the_codes_with_their_statuses() -> None:
    written = {
        in_code(code)[0]: {int(status) for status in re.findall(r"\d{3}", statuses)}
        for code, statuses, _ in table_rows(PAGE, "`code`")
    }
    assert written == answered()


def test_every_code_is_explained() -> None:
    assert all(meaning for _, _, meaning in table_rows(PAGE, "`code`"))


def parameters_of(section: str) -> set[str]:
    text = text_of(PAGE).partition(f"## {section}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`\w+=.*?) \|", text, re.MULTILINE)
    return {name for cell in rows for name in re.findall(r"`(\w+)=", cell)}


def test_the_page_names_every_parameter_of_a_copy() -> None:
    assert parameters_of("Getting the picture") == set(VariantOptions.model_fields)


def test_the_page_names_the_sizes_and_qualities_there_are() -> None:
    ladders = text_of(PAGE).partition("rounded **up** to the next of ")[2].partition(". Ask for")[0]
    sides, qualities = ladders.split("to the next of")
    assert list(map(int, re.findall(r"\d+", sides))) == list(SIDES)
    assert list(map(int, re.findall(r"\d+", qualities))) == list(QUALITIES)


def test_the_page_names_every_filter_and_every_field_of_a_prompt() -> None:
    filters = parameters_of("Finding images")
    assert filters | {"cursor"} == set(ImageSearch.model_fields)
    making = text_of(PAGE).partition("## Making an image")[2].partition("##")[0]
    assert set(ImagePrompt.model_fields) <= set(in_code(making))


async def test_what_the_page_says_is_at_these_addresses_is_there(app: FastAPI) -> None:
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://pixyproxy.test") as client:
        for address in ("/openapi.json", "/docs"):
            assert address in text_of(PAGE)
            assert (await client.get(address)).status_code == 200
