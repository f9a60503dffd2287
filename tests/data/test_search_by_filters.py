"""What the filters of a search find, one rule after the other. Each holds before, amid and after packing."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from pixyproxy.core.models import Audience, Status, Visibility
from tests.data.builders import ADMINISTRATOR, CONTENT, NOON, PUBLIC, seen_by
from tests.data.named_images import Finds

AS_ALICE = seen_by("alice")


async def test_of_several_tags_an_image_has_all(finds: Finds) -> None:
    images = {
        "both": {"tags": ("Sea", "evening light")},
        "sea": {"tags": ("sea",)},
        "seaside": {"tags": ("seaside",)},
        "none": {"tags": ()},
    }
    assert await finds(images, tag=["sea"]) == ["both", "sea"]
    assert await finds(tag=["SEA", "Evening Light"]) == ["both"]
    assert await finds(tag=["sea", "Sea"]) == ["both", "sea"]
    assert await finds(tag=["evening"]) == []
    assert await finds(tag=["sea", "land"]) == []


SAME_TAGS = [
    ("Café", "cafe\u0301"),
    ("Straße", "STRASSE"),
    ("\u0390", "\u03aa\u0301"),
    ("ΌΣΟΣ", "όσος"),
    ("\u1fb4", "\u0386\u0345"),
    ("狐狸", "狐狸"),
    ("🦊", "🦊"),
    ("100%", "100%"),
    ("a_b", "A_B"),
    ("it's", "It's"),
    ('"x"', '"X"'),
    ("a,b:c", "A,b:C"),
]


async def test_a_tag_is_the_same_however_its_case_and_its_accents_are_written(finds: Finds) -> None:
    images = {kept: {"tags": (kept, "more")} for kept, _ in SAME_TAGS}
    await finds({**images, "other": {"tags": ("axb", "cafe", "100", "狐", "more")}})
    for kept, asked in SAME_TAGS:
        assert await finds(tag=[asked]) == [kept]
        assert await finds(tag=[asked, kept, "MORE"]) == [kept]


async def test_author_and_model_are_found_by_their_whole_names_as_they_are_written(finds: Finds) -> None:
    images = {
        "ada": {"author": "Ada", "model": "gpt-image-2"},
        "adam": {"author": "Adam", "model": "gpt-image"},
    }
    assert await finds(images, author="Ada") == ["ada"]
    assert await finds(author="ada") == []
    assert await finds(author="Ad*") == []
    assert await finds(model="gpt-image") == ["adam"]
    assert await finds(model="GPT-image") == []
    assert await finds(author="Ada", model="gpt-image") == []


async def test_dates_leave_out_the_moments_they_name(finds: Finds) -> None:
    images = {f"day {n}": {"created_at": NOON + timedelta(days=n)} for n in range(4)}
    noon = [NOON + timedelta(days=n) for n in range(4)]
    instant = timedelta(microseconds=1)
    assert await finds(images, created_after=noon[1]) == ["day 2", "day 3"]
    assert await finds(created_after=noon[1] - instant) == ["day 1", "day 2", "day 3"]
    assert await finds(created_before=noon[1]) == ["day 0"]
    assert await finds(created_before=noon[1] + instant) == ["day 0", "day 1"]
    assert await finds(created_after=noon[0], created_before=noon[2]) == ["day 1"]
    assert await finds(created_after=noon[2], created_before=noon[0]) == []
    assert await finds(created_after="2026-11-21T13:00:00+01:00") == ["day 2", "day 3"]
    assert await finds(created_after="0001-01-01", created_before="9999-12-31") == list(images)


async def test_sizes_include_their_bounds_and_find_no_image_without_a_picture(finds: Finds) -> None:
    def sized(width: int, height: int, size_bytes: int) -> dict[str, Any]:
        kept = CONTENT.storage_key, CONTENT.media_type, width, height, size_bytes, CONTENT.sha256
        return {"content": type(CONTENT)(*kept)}

    images = {
        "icon": sized(64, 64, 900),
        "wide": sized(1024, 768, 1_500_000),
        "wider": sized(1030, 1024, 1_500_001),
        "none": {"content": None},
    }
    assert await finds(images, min_width=1024) == ["wide", "wider"]
    assert await finds(min_width=1025) == ["wider"]
    assert await finds(max_width=1024) == ["icon", "wide"]
    assert await finds(min_width=64, max_width=64) == ["icon"]
    assert await finds(min_height=769) == ["wider"]
    assert await finds(max_height=768, min_height=65) == ["wide"]
    assert await finds(min_size_bytes=1_500_001) == ["wider"]
    assert await finds(max_size_bytes=1_500_000) == ["icon", "wide"]
    assert await finds(min_size_bytes=0) == ["icon", "wide", "wider"]
    assert await finds(min_width=65, max_width=64) == []
    assert await finds(max_width=2**31 - 1, max_size_bytes=2**53 - 1) == ["icon", "wide", "wider"]


async def test_costs_are_exact_and_an_unknown_cost_is_not_zero(finds: Finds) -> None:
    images = {
        "free": {"cost_usd": Decimal(0)},
        "cheap": {"cost_usd": Decimal("0.000000001")},
        "dear": {"cost_usd": Decimal("0.19")},
        "unknown": {"cost_usd": None},
    }
    assert await finds(images, max_cost_usd="0") == ["free"]
    assert await finds(min_cost_usd="0") == ["free", "cheap", "dear"]
    assert await finds(min_cost_usd="0.000000001", max_cost_usd="0.189999999") == ["cheap"]
    assert await finds(min_cost_usd="0.19", max_cost_usd="0.19") == ["dear"]
    assert await finds(min_cost_usd="999999.999999999") == []


async def test_only_what_is_ready_is_found_unless_another_status_is_asked_for(finds: Finds) -> None:
    images = {status.value: {"status": status} for status in Status}
    assert await finds(images) == ["ready"]
    for status in Status:
        assert await finds(status=status) == [status.value]


async def test_any_status_is_every_status_but_what_lies_in_the_trash(finds: Finds) -> None:
    images: dict[str, dict[str, Any]] = {status.value: {"status": status} for status in Status}
    images |= {f"{status} once": {"status": status, "deleted_at": NOON} for status in Status}
    assert await finds(images, status="any") == [*Status]
    assert await finds(status="any", tag=["animal"]) == [*Status]
    assert await finds(status="any", deleted=True) == [f"{status} once" for status in Status]


MINE_AND_THEIRS = {
    "mine": {"owner": "alice"},
    "mine, public": {"owner": "alice", "visibility": Visibility.PUBLIC},
    "theirs": {"owner": "bob"},
    "theirs, public": {"owner": "bob", "visibility": Visibility.PUBLIC},
}


async def test_one_finds_what_one_may_see(finds: Finds) -> None:
    assert await finds(MINE_AND_THEIRS, AS_ALICE) == ["mine", "mine, public", "theirs, public"]
    assert await finds(audience=PUBLIC) == ["mine, public", "theirs, public"]
    assert await finds(audience=ADMINISTRATOR) == list(MINE_AND_THEIRS)
    assert await finds(audience=seen_by("carol")) == ["mine, public", "theirs, public"]
    assert await finds(audience=AS_ALICE, visibility="private") == ["mine"]
    assert await finds(audience=PUBLIC, visibility="private") == []
    assert await finds(audience=Audience(owner="alice", sees_public=False)) == ["mine", "mine, public"]
    assert await finds(audience=Audience(sees_public=False)) == []


async def test_the_trash_is_apart_and_its_owners_alone(finds: Finds) -> None:
    images = {f"{name}, deleted": {**known, "deleted_at": NOON} for name, known in MINE_AND_THEIRS.items()}
    assert await finds({**MINE_AND_THEIRS, **images}, AS_ALICE, deleted=True) == [
        "mine, deleted",
        "mine, public, deleted",
    ]
    assert await finds(audience=ADMINISTRATOR, deleted=True) == list(images)
    assert await finds(audience=PUBLIC, deleted=True) == []
    assert await finds(audience=ADMINISTRATOR) == list(MINE_AND_THEIRS)
    assert await finds(audience=AS_ALICE, deleted=True, guid=["mine", "mine, deleted"]) == ["mine, deleted"]


async def test_a_list_of_guids_is_one_filter_more(finds: Finds) -> None:
    images = {"fox": "a fox", "cat": "a cat", "failed": {"prompt": "a fox", "status": Status.FAILED}}
    await finds(images)
    assert await finds(guid=["cat", "fox"]) == ["fox", "cat"]
    assert await finds(guid=["cat", "fox", "failed"], prompt="fox") == ["fox"]
    assert await finds(guid=["cat"], prompt="fox") == []
    assert await finds(guid=["fox"], audience=PUBLIC) == []


FOX = {
    "prompt": "a red fox on a chair",
    "revised_prompt": "oil on canvas",
    "filename": "fox.png",
    "tags": ("animal", "red"),
    "author": "Ada",
    "model": "gpt",
    "visibility": Visibility.PUBLIC,
    "owner": "bob",
    "created_at": NOON,
    "cost_usd": Decimal("0.04"),
}
FILTERS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"prompt": 'red ch* "oil on"'}, {"prompt": "blue"}),
    ({"filename": "fox*"}, {"filename": "cat.png"}),
    ({"tag": ["RED", "animal"]}, {"tags": ("red",)}),
    ({"author": "Ada"}, {"author": "Bob"}),
    ({"model": "gpt"}, {"model": "sketch"}),
    ({"visibility": "public"}, {"visibility": Visibility.PRIVATE}),
    ({"created_after": "2026-11-20T11:59:59Z"}, {"created_at": NOON - timedelta(hours=1)}),
    ({"created_before": "2026-11-20T12:00:01Z"}, {"created_at": NOON + timedelta(hours=1)}),
    ({"min_width": 1024}, {"content": None}),
    ({"max_cost_usd": "0.04"}, {"cost_usd": Decimal("0.05")}),
]


async def test_filters_are_combined_freely_and_each_must_be_met(finds: Finds) -> None:
    """All at once find the one image that meets all, and each shuts out the one that lacks just that."""
    others = {f"not {n}": {**FOX, **lacking} for n, (_, lacking) in enumerate(FILTERS)}
    everything: dict[str, Any] = {}
    for asked, _ in FILTERS:
        everything |= asked
    assert await finds({**others, "fox": FOX}, **everything) == ["fox"]
    for number, (left_out, _) in enumerate(FILTERS):
        fewer = {name: value for name, value in everything.items() if name not in left_out}
        assert await finds(**fewer) == [f"not {number}", "fox"]
