import pytest

from pixyproxy.service.variants.accept import named_types


@pytest.mark.parametrize(
    ("accept", "named"),
    [
        ("", set()),
        ("image/avif,image/webp", {"image/avif", "image/webp"}),
        ("IMAGE/AVIF ; Q=1 , image/webp;q=0.8", {"image/avif", "image/webp"}),
        ("image/avif;q=0", set()),
        ("image/avif;q=0.000,image/webp;q=0.001", {"image/webp"}),
        ("image/avif;level=2;q=0", set()),
        ("image/avif;q=", set()),
        ("image/avif;q=high", set()),
        ("image/avif;q=-1", set()),
        ("image/avif;q=nan,image/webp;q=inf", set()),
        ("image/avif;q=²", set()),
        ("image/avif;;,,;q=0,image/webp;v=b", {"image/avif", "image/webp"}),
        ("image/avifs,ximage/webp", set()),
    ],
)
def test_a_kind_is_named_where_it_stands_in_full_with_a_weight(accept: str, named: set[str]) -> None:
    assert named_types(accept) & {"image/avif", "image/webp"} == named


@pytest.mark.parametrize("accept", ["*/*", "image/*", "image/*;q=0.8,*/*;q=0.5"])
def test_wildcards_name_no_new_kind(accept: str) -> None:
    assert not named_types(accept) & {"image/avif", "image/webp"}
