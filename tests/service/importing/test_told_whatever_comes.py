"""No bytes make the reader raise, wait, or say what could not be kept."""

import hashlib
import json
import random
import struct
import time
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.service.importing.pictures_that_tell import (
    ASCII,
    MODEL,
    alternative,
    avif_with,
    chunk,
    commented,
    international_chunk,
    jpeg,
    jpeg_with,
    packed_chunk,
    piexif_comment,
    png,
    png_of,
    segment,
    text_chunk,
    tiff,
    told,
    webp,
    xmp,
)
from tests.service.importing.test_told_comfyui import basic, saved
from tests.service.importing.test_told_infotext import FULL, SETTINGS
from tests.service.importing.test_told_programs import DRAW_THINGS, EASY, FOOOCUS, NOVELAI, SWARM
from tests.service.scenery import picture

REAL = [
    png_of({"parameters": FULL}),
    png(packed_chunk("parameters", FULL.encode()), international_chunk("Comment", FULL, is_packed=True)),
    saved(basic()),
    png_of(NOVELAI),
    png_of({"Dream": '"a [b] c" -s 5', "sd-metadata": '{"model_weights": "x", "image": {"prompt": "a"}}'}),
    png(international_chunk("parameters", SWARM), chunk(b"eXIf", piexif_comment(FULL))),
    png(
        international_chunk(
            "XML:com.adobe.xmp", xmp(alternative("exif:UserComment", json.dumps(DRAW_THINGS)))
        )
    ),
    jpeg_with(piexif_comment(FULL)),
    jpeg_with(commented(b"UNICODE\0" + SWARM.encode("utf-16-le"), "<")),
    jpeg(segment(0xFE, json.dumps(FOOOCUS).encode())),
    webp((b"EXIF", tiff([(MODEL, ASCII, b"prompt:" + json.dumps(basic()).encode())]))),
    avif_with(commented(b"JIS\0\0\0\0\0" + json.dumps(EASY).encode())),
]
WHATEVER = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
A_FEW = settings(WHATEVER, max_examples=30)
ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["1", "a, b", "8x8"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(max_size=5)
            | st.sampled_from(
                "prompt c uc image model model_weights sui_image_params positive_prompt loras lora size seed "
                "Comment Software class_type inputs positive negative text 1 v4_prompt caption".split()
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)


@given(st.binary(max_size=2_000), st.sampled_from([b"", *(real[:12] for real in REAL)]))
@WHATEVER
def test_any_bytes(content: bytes, start: bytes) -> None:
    told(start + content)


@given(st.randoms(use_true_random=False), st.sampled_from(REAL), st.integers(1, 12))
@WHATEVER
def test_real_pictures_with_wrong_bytes(chance: random.Random, real: bytes, times: int) -> None:
    """Mostly where the texts lie, and lengths."""
    content = bytearray(real)
    for _ in range(times):
        at = chance.randrange(min(len(content), 2_500))
        change = chance.randrange(3)
        if change == 0:
            content[at] = chance.randrange(256)
        elif change == 1:
            del content[at : at + chance.randrange(1, 20)]
        else:
            content[at:at] = chance.randbytes(chance.randrange(1, 20))
    told(bytes(content))


@given(st.text(max_size=300), st.sampled_from(["parameters", "prompt", "Dream", "Description", "Comment"]))
@WHATEVER
def test_any_text(text: str, keyword: str) -> None:
    told(png(international_chunk(keyword, text)))
    told(jpeg_with(piexif_comment(f"{text}\nNegative prompt: {text}\n{SETTINGS}, {text}: {text}")))


@given(st.dictionaries(st.sampled_from(["parameters", "prompt", "sd-metadata", "Comment", "x"]), ANY_JSON))
@A_FEW
def test_any_json(values: dict[str, object]) -> None:
    told(png_of({name: json.dumps(value) for name, value in values.items()}))


@given(
    st.dictionaries(
        st.sampled_from("123456"), st.fixed_dictionaries({"class_type": st.text(), "inputs": ANY_JSON})
    )
)
@A_FEW
def test_any_graph(graph: dict[str, object]) -> None:
    told(png_of({"prompt": json.dumps(graph)}))


def deep(opening: str, closing: str = "") -> str:
    return opening * 200_000 + closing * 200_000


def wide_graph() -> bytes:
    graph = {
        str(number): {
            "class_type": "KSampler",
            "inputs": {
                name: [str((number * 7 + step) % 3000), 0]
                for step, name in enumerate(["positive", "negative"])
            }
            | {"steps": 1, "images": ["5", 0]},
        }
        for number in range(3000)
    }
    return png_of({"prompt": json.dumps(graph)})


MEGABYTE = 1024**2
PACKED_ZEROS = zlib.compress(bytes(100 * MEGABYTE), 1)
PACKED_LETTERS = zlib.compress(b"a" * (4 * MEGABYTE), 1)
BOMBS: dict[str, Callable[[], bytes]] = {
    "packed zeros": lambda: png(chunk(b"zTXt", b"parameters\0\0" + PACKED_ZEROS)),
    "packed zeros, many": lambda: png(
        *[chunk(b"zTXt", f"n{n}".encode() + b"\0\0" + PACKED_LETTERS) for n in range(150)]
    ),
    "packed zeros, international": lambda: png(chunk(b"iTXt", b"parameters\0\1\0\0\0" + PACKED_ZEROS)),
    "deep lists": lambda: png_of({"parameters": deep("[", "]")}),
    "deep lists without an end": lambda: png_of({"parameters": "{" + deep('"a":{'), "prompt": deep("[")}),
    "a deep setting": lambda: png_of({"parameters": f"a\n{SETTINGS}, Odd: {deep('[')}"}),
    "many deep settings": lambda: png_of({"parameters": f"a\n{SETTINGS}, " + "O: [[[[[1,1,1,1, " * 60_000}),
    "a wide graph": wide_graph,
    "a long key": lambda: png_of({"parameters": f"a\n{SETTINGS}, " + "k " * 500_000}),
    "letters only": lambda: png_of({"parameters": "a" * MEGABYTE, "Description": "a" * MEGABYTE}),
    "blanks only": lambda: png_of({"Description": "a" + " " * (MEGABYTE - 2) + "b"}),
    "lines only": lambda: png_of({"parameters": "a\n" * 500_000}),
    "negative prompts only": lambda: png_of({"parameters": "Negative prompt:\n" * 60_000}),
    "brackets": lambda: png_of({"Dream": '"' + "[" * MEGABYTE + '"'}),
    "backslashes": lambda: png_of({"parameters": f"a\n{SETTINGS}, P: " + "\\" * MEGABYTE}),
    "slashes": lambda: png_of({"parameters": f"a\n{SETTINGS}, P: " + " /a" * 300_000}),
    "quotes": lambda: png_of({"parameters": f"a\n{SETTINGS}, P: " + '"\\' * 500_000}),
    "loras": lambda: png_of({"parameters": "<lora:" * 160_000}),
    "tags": lambda: png(international_chunk("XML:com.adobe.xmp", xmp("<dc:description>" + "<a" * 500_000))),
    "entities": lambda: png(
        international_chunk("XML:com.adobe.xmp", alternative("dc:description", "&#" * 200_000))
    ),
    "a number": lambda: png_of({"Comment": '{"prompt": "a", "seed": ' + "9" * 100_000 + "}"}),
    "chunks": lambda: png(chunk(b"tEXt", b"") * 300_000),
    "texts": lambda: png(*[text_chunk(f"n{number}", '{"prompt": 1}') for number in range(20_000)]),
    "segments": lambda: jpeg(segment(0xFE, b"") * 200_000),
    "parts": lambda: webp(*[(b"EXIF", b"")] * 200_000),
    "directories": lambda: avif_with(b"II*\0\x08\0\0\0\xff\xff" * 200_000),
    "job ids": lambda: png_of({"Description": "Job ID: 0" * 100_000}),
    "job ids after blanks": lambda: png_of({"Description": "x" + " " * 200_000 + "Job ID"}),
}


@pytest.mark.parametrize("name", BOMBS)
def test_no_bomb_goes_off(name: str) -> None:
    content = BOMBS[name]()
    start = time.process_time()
    told(content)
    assert time.process_time() - start < 1


@pytest.mark.parametrize("name", [name for name in BOMBS if name.startswith("packed")])
def test_a_bomb_takes_little_room(name: str) -> None:
    content = BOMBS[name]()
    tracemalloc.start()
    told(content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * MEGABYTE


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("a\0b\x07c\x7fd\x85e\tf", "abcde\tf"),
        ("\ufeffa fox\0\0", "a fox"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("a\ud83d b", "a b"),
        ("\0\x01 \n", None),
    ],
)
def test_prompts_are_cleaned(text: str, prompt: str | None) -> None:
    assert told(png_of({"Comment": json.dumps({"prompt": text})})).prompt == prompt


def test_what_is_too_long_is_cut() -> None:
    long = "狐" * 40_000
    said = told(
        png_of(
            {"parameters": f"{long}\nNegative prompt: {long}\n{SETTINGS}, Model: {'m' * 300}, Note: {long}"}
        )
    )
    assert said.prompt == long[:32_000]
    assert said.parameters["negative_prompt"] == said.parameters["note"] == long[:2_000]
    assert said.model == "m" * 200


def test_there_are_only_so_many_parameters() -> None:
    many = ", ".join(f"Name {number}: {number}" for number in range(200))
    said = told(png_of({"parameters": f"a fox\n{SETTINGS}, {many}"}))
    assert len(said.parameters) == 50
    assert said.parameters["seed"] == 965400086


def test_no_picture_says_nothing() -> None:
    for content in (b"", b"II*\0", b"GIF89a", picture("gif"), b"<svg/>", FULL.encode()):
        said = told(content)
        assert (said.prompt, said.model, dict(said.parameters), said.source) == (None, None, {}, None)


def test_a_large_picture_is_read_in_no_time() -> None:
    """Of 1.5 MB, its pixels in the 190 pieces that libpng makes of them."""
    pixels = hashlib.shake_128(b"pixels").digest(8192)
    content = png(text_chunk("parameters", FULL), *[chunk(b"IDAT", pixels)] * 190)
    assert len(content) > 1_500_000

    def timed() -> float:
        start = time.perf_counter()
        told(content)
        return time.perf_counter() - start

    assert min(timed() for _ in range(5)) < 0.005


def test_the_lengths_a_file_claims_are_not_believed() -> None:
    for claimed in (0, 1, 2**31, 2**32 - 1):
        told(png(struct.pack(">I4s", claimed, b"tEXt") + b"parameters\0a fox"))
        told(webp((b"EXIF", b""))[:-4] + struct.pack("<I", claimed))
        told(jpeg_with(b"MM\0*" + struct.pack(">I", claimed) + bytes(100)))
