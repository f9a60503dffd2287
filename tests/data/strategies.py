"""Models drawn by hypothesis: everything a row can hold."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import strategies as st

from pixyproxy.core.models import (
    ApiKey,
    Attempt,
    AttemptStatus,
    Content,
    Cost,
    Failure,
    Image,
    Job,
    JobState,
    JsonValue,
    KeptKey,
    Status,
    Visibility,
)

# All of Unicode but lone surrogates, which no request lets in and no UTF-8 can hold.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
NAMES = TEXT.filter(bool)
ASCII = st.text("abcdefghijklmnopqrstuvwxyz0123456789-/.", min_size=1, max_size=32)
_FIRST, _LAST = datetime(2000, 1, 1), datetime(9999, 12, 31)  # noqa: DTZ001 - hypothesis adds the zone itself
MOMENTS = st.datetimes(_FIRST, _LAST, timezones=st.just(UTC))
NUMBERS = st.integers(-(2**53), 2**53) | st.floats(-1e6, 1e6).map(lambda number: round(number, 6) + 0.0)
JSON: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(TEXT, JSON, max_size=4)
FAILURES = st.builds(Failure, code=ASCII, detail=TEXT)
CONTENTS = st.builds(
    Content,
    storage_key=ASCII,
    media_type=ASCII,
    width=st.integers(1, 2**31),
    height=st.integers(1, 2**31),
    size_bytes=st.integers(0, 2**53),
    sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
)
LOOKS = st.just("") | st.binary(min_size=8, max_size=8).map(bytes.hex)
COLORS = st.just(()) | st.tuples(*[st.integers(0, 0xFFFFFF).map("#{:06x}".format)] * 4)
COSTS = st.decimals(Decimal(0), Decimal(1_000_000), places=9)
IMAGES = st.builds(
    Image,
    id=st.integers(1, 2**53),
    guid=st.uuids().map(str),
    owner=ASCII,
    filename=NAMES,
    prompt=TEXT,
    tags=st.lists(NAMES, max_size=4, unique_by=str.casefold).map(tuple),
    author=NAMES,
    status=st.sampled_from(Status),
    visibility=st.sampled_from(Visibility),
    generator=NAMES,
    model=NAMES,
    parameters=OBJECTS,
    revised_prompt=st.none() | TEXT,
    content=st.none() | CONTENTS,
    cost_usd=st.none() | COSTS,
    cost_source=st.none() | NAMES,
    failure=st.none() | FAILURES,
    created_at=MOMENTS,
    updated_at=MOMENTS,
    parents=st.lists(st.uuids().map(str), max_size=3, unique=True).map(tuple),
    batch=st.none() | st.uuids().map(str),
    looks=st.none() | LOOKS,
    colors=st.none() | COLORS,
    deleted_at=st.none() | MOMENTS,
)
ATTEMPTS = st.builds(
    Attempt,
    image_id=st.integers(1, 2**53),
    owner=ASCII,
    generator=NAMES,
    model=NAMES,
    storage_key=st.uuids().map(str),
    status=st.sampled_from(AttemptStatus),
    provider_request_id=st.none() | NAMES,
    usage=st.none() | OBJECTS,
    cost=st.none() | st.builds(Cost, usd=COSTS, source=NAMES),
    failure=st.none() | FAILURES,
    started_at=MOMENTS,
    ended_at=st.none() | MOMENTS,
)
JOBS = st.builds(
    Job,
    image_id=st.integers(1, 2**53),
    state=st.sampled_from(JobState),
    asked=OBJECTS,
    holder=st.none() | ASCII,
    token=st.none() | ASCII,
)
KEPT_KEYS = st.builds(
    KeptKey,
    owner=ASCII,
    route=st.sampled_from(["POST /image", "POST /v1/images/generations"]),
    key=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=255),
    fingerprint=st.text("0123456789abcdef", min_size=64, max_size=64),
    guid=st.uuids().map(str),
    created_at=MOMENTS,
)
KEYS = st.builds(
    ApiKey,
    id=st.uuids().map(lambda guid: guid.hex),
    owner=ASCII,
    name=NAMES,
    is_admin=st.booleans(),
    secret_sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
    created_at=MOMENTS,
    revoked_at=st.none() | MOMENTS,
)
