"""What may be asked for when images are listed."""

from datetime import UTC, datetime
from typing import Any

import pytest

from pixyproxy.core.models import Status
from pixyproxy.core.requests import ImageSearch
from tests.core.refusals import refused_field

GUID = "01939f2e-0000-7000-8000-000000000000"


def asked(**fields: Any) -> ImageSearch:
    return ImageSearch.model_validate(fields)


def test_a_search_for_nothing_lists_the_newest_50_that_are_ready() -> None:
    search = asked()
    assert (search.limit, search.order, search.status) == (50, "desc", Status.READY)


@pytest.mark.parametrize("limit", [1, 200, "7"])
def test_limits_from_1_to_200_are_taken(limit: Any) -> None:
    assert asked(limit=limit).limit == int(limit)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("limit", 0), ("limit", 201), ("limit", -1), ("limit", "many"), ("limit", None), ("limit", 1.5),
        ("order", "newest"), ("order", "DESC"),
        ("status", "done"), ("status", ""), ("visibility", "secret"),
        ("guid", ["x"]), ("guid", [GUID] * 201), ("guid", GUID),
        ("tag", [""]), ("tag", ["x" * 65]), ("tag", ["x"] * 33),
        ("prompt", "x" * 1001), ("filename", "x" * 1001), ("author", "x" * 1001),
        ("prompt", 7), ("prompt", "\ud83e"),
        ("created_after", "yesterday"), ("created_before", ""), ("created_before", "2026-13-01"),
        ("cursor", "x" * 1001), ("page", 2), ("owner", "alice"),
    ],
)  # fmt: skip
def test_filters_out_of_bounds_and_unknown_ones_are_refused_by_name(field: str, value: Any) -> None:
    assert refused_field(ImageSearch, {field: value}) == field


@pytest.mark.parametrize("field", ["prompt", "filename", "author", "model"])
@pytest.mark.parametrize("blank", ["", "  ", "\n"])
def test_a_blank_filter_is_none(field: str, blank: str) -> None:
    assert getattr(asked(**{field: blank}), field) is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-20T23:12:10Z", datetime(2026, 11, 20, 23, 12, 10, tzinfo=UTC)),
        ("2026-11-20T23:12:10+05:30", datetime(2026, 11, 20, 17, 42, 10, tzinfo=UTC)),
        ("2026-11-20T23:12:10.123456-01:00", datetime(2026, 11, 21, 0, 12, 10, 123456, tzinfo=UTC)),
        ("2026-11-20T23:12:10", datetime(2026, 11, 20, 23, 12, 10, tzinfo=UTC)),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
    ],
)
def test_moments_are_turned_to_utc(text: str, moment: datetime) -> None:
    for field in ("created_after", "created_before"):
        turned = getattr(asked(**{field: text}), field)
        assert turned == moment
        assert turned.tzinfo is UTC


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_outside_of_the_calendar_is_refused(text: str) -> None:
    assert refused_field(ImageSearch, {"created_after": text}) == "created_after"


def test_guids_are_read_however_they_are_written() -> None:
    assert [str(guid) for guid in asked(guid=[GUID.upper(), GUID.replace("-", "")]).guid] == [GUID, GUID]
