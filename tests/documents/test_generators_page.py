import inspect
import re

from pixyproxy.app import make_catalogue
from pixyproxy.service.generators.generator import Generator
from pixyproxy.settings import Settings

from .reading import CHECKOUT, in_code, table_rows, text_of

PAGE = "docs/generators.md"
CATALOGUE = make_catalogue(Settings.from_environment({"OPENAI_API_KEY": "sk-test-of-the-documents"}))


def test_the_page_names_exactly_the_generators() -> None:
    rows = table_rows(PAGE, "name")
    assert {in_code(name)[0] for name, *_ in rows} == {each.name for each in CATALOGUE.generators}


def test_the_page_names_exactly_the_models_of_each() -> None:
    """Dated ones, `name-YYYY-MM-DD`, are told of but not listed."""
    written = {in_code(name)[0]: models for name, models, *_ in table_rows(PAGE, "name")}
    for generator in CATALOGUE.generators:
        dated = {model for model in generator.models if re.search(r"-\d{4}-\d\d-\d\d$", model)}
        assert set(in_code(written[generator.name])) == set(generator.models) - dated
        assert ("dated ones" in written[generator.name]) == bool(dated)


def test_how_to_add_one_names_all_the_protocol_asks_for() -> None:
    adding = text_of(PAGE).partition("## Adding one")[2]
    asked = {name for name, _ in inspect.getmembers(Generator) if not name.startswith("_")}
    assert asked <= set(in_code(adding))


def test_the_places_it_points_to_are_there() -> None:
    places = re.findall(r"`((?:src|tests|docs)/[\w./]+)`", text_of(PAGE))
    assert places
    assert [place for place in places if not (CHECKOUT / place).exists()] == []
