"""What the words of a search find, one rule after the other. Each holds before, amid and after packing."""

import pytest

from tests.data.named_images import Finds


async def test_words_are_found_in_any_order_and_any_case_and_all_of_them(finds: Finds) -> None:
    images = {"fox": "A Red FOX on a chair", "cat": "a red cat", "foxes": "red foxes"}
    assert await finds(images, prompt="fox red") == ["fox"]
    assert await finds(prompt="CHAIR Fox") == ["fox"]
    assert await finds(prompt="red") == ["fox", "cat", "foxes"]
    assert await finds(prompt="red cat fox") == []
    assert await finds(prompt="red red RED") == ["fox", "cat", "foxes"]


async def test_accents_width_and_ligatures_do_not_matter(finds: Finds) -> None:
    images = {
        "cafe": "Café Zoë in Ångström",
        "decomposed": "cafe\u0301 zoe\u0308",
        "wide": "\uff23\uff41\uff46\uff45",
        "street": "Straße",
        "fish": "\ufb01sh",
    }
    for asked in ("cafe", "CAFÉ", "cafe\u0301", "\uff43\uff41\uff46\uff45"):
        assert await finds(images, prompt=asked) == ["cafe", "decomposed", "wide"]
        images = {}
    assert await finds(prompt="strasse") == ["street"]
    assert await finds(prompt="STRASSE fish") == []
    assert await finds(prompt="fish") == ["fish"]


async def test_what_lies_between_words_does_not_matter(finds: Finds) -> None:
    images = {"known": "a well-known cat's house, snake_case", "apart": "cat known well s"}
    assert await finds(images, prompt="well-known") == ["known"]
    assert await finds(prompt="known well") == ["known", "apart"]
    assert await finds(prompt="cat\u2019s") == ["known"]
    assert await finds(prompt="snake case") == ["known"]
    assert await finds(prompt="Snake_Case!") == ["known"]


async def test_quoted_words_are_found_one_after_the_other(finds: Finds) -> None:
    images = {
        "fox": "a red fox sleeps",
        "red": "the fox is red",
        "far": "red or fox",
        "infra": "infrared fox",
    }
    assert await finds(images, prompt='"red fox"') == ["fox"]
    assert await finds(prompt='"RED, Fox"') == ["fox"]
    assert await finds(prompt='"fox red"') == []
    assert await finds(prompt='"red fox" sleeps') == ["fox"]
    assert await finds(prompt='"a red fox sleeps"') == ["fox"]
    assert await finds(prompt='"red fox') == ["fox"]
    assert await finds(prompt='"red"') == ["fox", "red", "far"]


async def test_a_phrase_does_not_reach_from_one_prompt_into_the_other(finds: Finds) -> None:
    images = {"fox": {"prompt": "a red fox", "revised_prompt": "sleeps on a chair"}}
    assert await finds(images, prompt='"fox sleeps"') == []
    assert await finds(prompt="fox sleeps") == ["fox"]


async def test_a_star_at_the_end_of_a_word_finds_all_that_begin_so(finds: Finds) -> None:
    images = {"fox": "fox", "foxes": "foxes", "foxglove": "purple foxglove", "box": "a box"}
    assert await finds(images, prompt="fox*") == ["fox", "foxes", "foxglove"]
    assert await finds(prompt="f*") == ["fox", "foxes", "foxglove"]
    assert await finds(prompt="foxg*") == ["foxglove"]
    assert await finds(prompt="FOXGL* pu*") == ["foxglove"]
    assert await finds(prompt="ox*") == []
    assert await finds(prompt="*ox") == []
    assert await finds(prompt="f*x") == []
    assert await finds(prompt='"fox*"') == ["fox"]


async def test_a_long_word_is_found_whole_and_by_its_beginning(finds: Finds) -> None:
    long = "donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    assert await finds({"long": long, "other": "donau"}, prompt=long) == ["long"]
    assert await finds(prompt=f"{long[:40]}*") == ["long"]
    assert await finds(prompt="donau*") == ["long", "other"]


@pytest.mark.parametrize(
    ("text", "inside", "not_inside"),
    [
        ("一只红色的狐狸坐在椅子上", "红色的狐狸", "狐狸红色"),
        ("ねこが椅子に座っている", "椅子に", "子椅"),
        ("แมวสีแดงนั่งบนเก้าอี้", "สีแดง", "แดงสี"),
        ("ខ្មែរ", "ខ្មែ", "រខ្"),
    ],
    ids=["Chinese", "Japanese", "Thai", "Khmer"],
)
async def test_scripts_without_spaces_are_found_by_any_run_of_their_characters(
    finds: Finds, text: str, inside: str, not_inside: str
) -> None:
    images = {"it": text, "other": "something else 红"}
    assert await finds(images, prompt=text) == ["it"]
    assert await finds(prompt=inside) == ["it"]
    assert await finds(prompt=f'"{inside}"') == ["it"]
    assert await finds(prompt=f"{inside}*") == ["it"]
    assert await finds(prompt=not_inside) == []


async def test_scripts_with_spaces_are_found_by_their_words(finds: Finds) -> None:
    images = {
        "korean": "고양이가 의자에",
        "arabic": "قِطَّةٌ على كرسي",
        "hindi": "बिल्ली कुर्सी पर",
        "russian": "Ёлка",
    }
    assert await finds(images, prompt="의자에") == ["korean"]
    assert await finds(prompt="고양*") == ["korean"]
    assert await finds(prompt="قطة") == ["arabic"]
    assert await finds(prompt="कुर्सी बिल्ली") == ["hindi"]
    assert await finds(prompt="ЕЛКА") == ["russian"]


async def test_an_emoji_is_a_word_and_harms_nothing_beside_it(finds: Finds) -> None:
    images = {"fox": "a fox🦊 runs", "family": "👨‍👩‍👧 at home", "heart": "love ❤️", "plain": "a fox runs"}
    assert await finds(images, prompt="fox") == ["fox", "plain"]
    assert await finds(prompt="🦊") == ["fox"]
    assert await finds(prompt="fox 🦊") == ["fox"]
    assert await finds(prompt="👨‍👩‍👧") == ["family"]
    assert await finds(prompt="❤") == ["heart"]
    assert await finds(prompt="👍🏽") == []


async def test_the_prompt_a_generator_made_of_it_is_searched_too(finds: Finds) -> None:
    images = {"fox": {"prompt": "a fox", "revised_prompt": "An oil painting of a vixen"}, "cat": "a cat"}
    assert await finds(images, prompt="vixen") == ["fox"]
    assert await finds(prompt="fox vixen") == ["fox"]
    assert await finds(prompt='"oil painting"') == ["fox"]
    assert await finds(prompt="paint*") == ["fox"]


async def test_a_search_of_signs_alone_finds_nothing(finds: Finds) -> None:
    images = {"fox": "a 100% red_fox * \\ ' -- !?", "cat": "a cat"}
    assert await finds(images) == ["fox", "cat"]
    for asked in ("*", '"', '""', "**", '"*"', "%", "_", "\\", "-", "()", "!?", "' --"):
        assert await finds(prompt=asked) == [], asked


async def test_a_filename_is_found_whole_in_any_case(finds: Finds) -> None:
    images = {
        "fox": {"filename": "Red Fox-01.PNG"},
        "longer": {"filename": "red fox-011.png"},
        "signs": {"filename": "%_!.*"},
        "accent": {"filename": "Café.png"},
    }
    assert await finds(images, filename="red fox-01.png") == ["fox"]
    assert await finds(filename="RED FOX-01.png") == ["fox"]
    assert await finds(filename="%_!.*") == ["signs"]
    assert await finds(filename="%_!.") == []
    assert await finds(filename="cafe\u0301.PNG") == ["accent"]


async def test_a_star_at_the_end_finds_filenames_that_begin_so(finds: Finds) -> None:
    images = {
        "fox": {"filename": "Fox-on-chair.png"},
        "foxes": {"filename": "foxes.png"},
        "100": {"filename": "100%_x.png"},
        "1000": {"filename": "1000.png"},
        "far": {"filename": "a-fox.png"},
    }
    assert await finds(images, filename="fox*") == ["fox", "foxes"]
    assert await finds(filename="FOX-on-c*") == ["fox"]
    assert await finds(filename="fox-*") == ["fox"]
    assert await finds(filename="f*") == ["fox", "foxes"]
    assert await finds(filename="100%*") == ["100"]
    assert await finds(filename="100%_*") == ["100"]
    assert await finds(filename="100*") == ["100", "1000"]
    assert await finds(filename="%*") == []
    assert await finds(filename="x.png*") == []


async def test_words_of_a_filename_are_found_in_any_order(finds: Finds) -> None:
    images = {"fox": {"filename": "red-fox_on chair.png"}, "cat": {"filename": "cat.png"}}
    assert await finds(images, filename="chair fox") == ["fox"]
    assert await finds(filename="png") == ["fox", "cat"]
    assert await finds(filename="fox ch*") == ["fox"]
    assert await finds(filename="hair") == []
    assert await finds(prompt="chair", filename="fox.png") == ["fox"]
    assert await finds(prompt="chair", filename="cat fox") == []


async def test_a_filename_in_a_script_without_spaces_is_found_whole_and_by_its_beginning(
    finds: Finds,
) -> None:
    name = "一只红色的狐狸坐在木头椅子上看着窗外飘落的雪花想起故乡的山和水以及远方的朋友-01939f2e.png"
    assert await finds({"it": {"filename": name}, "other": {"filename": "一只.png"}}, filename=name) == ["it"]
    assert await finds(filename="一只红*") == ["it"]
    assert await finds(filename="狐狸") == ["it"]


SEVERAL_HUNDRED = 499


@pytest.mark.parametrize(
    "prompt",
    [
        f'"{"a " * SEVERAL_HUNDRED}"',
        "狐" * 1000,
        "".join(chr(0x72D0 + (number * number * 2_654_435_761 >> 11) % 31) for number in range(1000)),
        "\ufdfa" * 1000,
    ],
    ids=["a phrase", "one character", "many pairs", "what unfolds"],
)
async def test_the_longest_phrases_are_found(finds: Finds, prompt: str) -> None:
    assert await finds({"it": prompt, "other": "a 狐 \ufdfa"}, prompt=prompt) == ["it"]


async def test_the_longest_beginnings_of_filenames_are_found(finds: Finds) -> None:
    name = "a-b-" * 50
    images = {"it": {"filename": name}, "shorter": {"filename": name[:-2]}}
    assert await finds(images, filename=f"{name}*") == ["it"]
    assert await finds(filename=f"{name[:-2]}*") == ["it", "shorter"]
    assert await finds(filename=f"{'a-b-' * 249}*") == []
    assert await finds(filename=f"{'a b ' * 249}a*") == ["it", "shorter"]
