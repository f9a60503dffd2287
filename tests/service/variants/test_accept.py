import pytest

from pixyproxy.service.variants.accept import weights_in


@pytest.mark.parametrize(
    ("accept", "weights"),
    [
        ("", {}),
        ("image/avif,image/webp", {"image/avif": 1, "image/webp": 1}),
        ("IMAGE/AVIF ; Q=1 , image/webp;q=0.8", {"image/avif": 1, "image/webp": 0.8}),
        ("image/avif;q=0", {}),
        ("image/avif;q=0.000,image/webp;q=0.001", {"image/webp": 0.001}),
        ("image/avif;level=2;q=0", {}),
        ("image/avif;q=", {}),
        ("image/avif;q=high", {}),
        ("image/avif;q=-1", {}),
        ("image/avif;q=nan,image/webp;q=inf", {}),
        ("image/avif;q=²", {}),
        ("image/avif;q=7", {"image/avif": 1}),
        ("image/avif;;,,;q=0,image/webp;v=b", {"image/avif": 1, "image/webp": 1}),
        ("image/avifs,ximage/webp", {}),
    ],
)
def test_a_kind_has_the_weight_with_which_it_stands_there_in_full(
    accept: str, weights: dict[str, float]
) -> None:
    found = weights_in(accept)
    assert {kind: found[kind] for kind in ("image/avif", "image/webp") if found.get(kind)} == weights


def test_wildcards_are_no_new_kind() -> None:
    assert weights_in("image/*;q=0.8,*/*;q=0.5") == {"image/*": 0.8, "*/*": 0.5}
