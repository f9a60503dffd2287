"""What AUTOMATIC1111's web UI and its heirs write under a picture."""

import pytest

from tests.service.importing.pictures_that_tell import jpeg_with, piexif_comment, png_of, told

SETTINGS = "Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7, Seed: 965400086, Size: 512x768"
FULL = (
    "a red fox in the snow, <lora:winter_v2:0.8>, (masterpiece:1.2)\n"
    "golden hour, BREAK, wide shot\n"
    "Negative prompt: blurry, lowres\n"
    "bad anatomy\n"
    f"{SETTINGS}, Model hash: 6ce0161689, Model: v1-5-pruned-emaonly, Denoising strength: 0.4, Clip skip: 2,"
    ' Lora hashes: "winter_v2: 0b6d1c, detail: 99aa", TI hashes: "easy: 12", Version: v1.10.1'
)


def test_all_of_it_is_told() -> None:
    said = told(png_of({"parameters": FULL}))
    assert said.source == "a1111"
    assert said.prompt == (
        "a red fox in the snow, <lora:winter_v2:0.8>, (masterpiece:1.2)\ngolden hour, BREAK, wide shot"
    )
    assert said.model == "v1-5-pruned-emaonly"
    assert said.parameters == {
        "negative_prompt": "blurry, lowres\nbad anatomy",
        "steps": 20,
        "sampler": "DPM++ 2M",
        "scheduler": "Karras",
        "cfg_scale": 7,
        "seed": 965400086,
        "size": "512x768",
        "model_hash": "6ce0161689",
        "denoising_strength": 0.4,
        "clip_skip": 2,
        "lora_hashes": "winter_v2: 0b6d1c, detail: 99aa",
        "ti_hashes": "easy: 12",
        "version": "v1.10.1",
        "loras": ["winter_v2", "detail"],
    }


def test_in_a_jpeg_it_is_the_same() -> None:
    assert told(jpeg_with(piexif_comment(FULL))) == told(png_of({"parameters": FULL}))


@pytest.mark.parametrize(
    ("text", "prompt", "negative"),
    [
        (f"a fox\n{SETTINGS}", "a fox", None),
        (f"a fox\nNegative prompt: \n{SETTINGS}", "a fox", None),
        (f"Negative prompt: rain\n{SETTINGS}", None, "rain"),
        (
            f"a fox, Negative prompt: is a word here\n{SETTINGS}",
            "a fox, Negative prompt: is a word here",
            None,
        ),
        (
            f"a\nNegative prompt: b\nNegative prompt: c\n{SETTINGS}",
            "a",
            "b\nNegative prompt: c",
        ),
        (f"Steps: 12 stone steps, mossy\na fox\n{SETTINGS}", "Steps: 12 stone steps, mossy\na fox", None),
        (
            f"Steps: 1, Sampler: of sweets, Seed: of doubt\nsecond line\n{SETTINGS}",
            "Steps: 1, Sampler: of sweets, Seed: of doubt\nsecond line",
            None,
        ),
        (f"a fox\r\nNegative prompt: rain\r\n{SETTINGS}\r\n", "a fox", "rain"),
        ("only a prompt", "only a prompt", None),
        ("light: soft, camera: old, mood: calm", "light: soft, camera: old, mood: calm", None),
        ("a fox\nNegative prompt: rain", "a fox", "rain"),
        ("a fox\nSize: small, mood: calm", "a fox\nSize: small, mood: calm", None),
        ("{red|blue} fox", "{red|blue} fox", None),
        (f"\n\n  a fox\n\n\nin snow\n{SETTINGS}", "a fox\n\n\nin snow", None),
        (f"a fox\n{SETTINGS}\nTemplate: a {{fox|cat}}\nNegative Template: rain", "a fox", None),
    ],
)
def test_the_prompts_end_where_they_end(text: str, prompt: str | None, negative: str | None) -> None:
    said = told(png_of({"parameters": text}))
    assert (said.prompt, said.parameters.get("negative_prompt")) == (prompt, negative)
    assert (said.parameters.get("steps") == 20) is (SETTINGS in text)


@pytest.mark.parametrize(
    ("written", "name", "value"),
    [
        (
            'Hires prompt: "a fox, Steps: 3, \\"red\\"\\nnew line"',
            "hires_prompt",
            'a fox, Steps: 3, "red"\nnew line',
        ),
        ('Wildcard: "unclosed', "wildcard", '"unclosed'),
        ("Eta: , Steps: 4", "eta", None),
        ("ControlNet 0: preprocessor", "controlnet_0", "preprocessor"),
        ("Hires upscale: 2, Hires upscaler: 4x-UltraSharp", "hires_upscaler", "4x-UltraSharp"),
        ('Civitai resources: [{"type":"checkpoint","modelVersionId":1}], Tail: 9', "tail", "9"),
        ("Schmidt·Größe: 3 µm", "schmidt", None),
        ("Version: 1.10", "version", "1.10"),
        ("Discard penultimate sigma: True", "discard_penultimate_sigma", "True"),
    ],
)
def test_settings_are_told_one_by_one(written: str, name: str, value: object) -> None:
    said = told(png_of({"parameters": f"a fox\n{SETTINGS}, {written}"}))
    assert said.parameters.get(name) == value
    assert said.parameters["seed"] == 965400086


def test_settings_behind_a_strange_one_are_told() -> None:
    strange = 'Odd: [1, {"a": 2}, x], Quote: "a, b" and more, Last: yes'
    said = told(png_of({"parameters": f"a fox\n{SETTINGS}, {strange}, Model: m"}))
    assert (said.model, said.parameters["last"], said.parameters["quote"]) == ("m", "yes", "a, b")


@pytest.mark.parametrize(
    ("version", "source"),
    [
        ("Version: v1.9.4", "a1111"),
        ("Version: f2.0.1v1.10.1-previous-665-gae278f79", "forge"),
        ("Version: neo", "forge"),
        ("App: SD.Next, Version: 21cb9c6", "sdnext"),
        ("Version: Fooocus v2.5.0", "fooocus"),
        ("Model: x", "a1111"),
    ],
)
def test_the_program_is_told_from_its_version(version: str, source: str) -> None:
    assert told(png_of({"parameters": f"a fox\n{SETTINGS}, {version}"})).source == source


def test_what_was_typed_into_fooocus_is_its_prompt_and_who_typed_it_is_left_out() -> None:
    text = (
        "cinematic still a red fox . emotional, harmonious\nNegative prompt: anime, cartoon\n"
        "Steps: 30, Sampler: DPM++ 2M SDE Karras, Seed: 7, Size: 1152x896, CFG scale: 4, Sharpness: 2,"
        ' Model: juggernautXL, Performance: Speed, Raw prompt: "a red fox\\nin snow", Raw negative prompt: ,'
        ' Lora weights: "offset: 0.1", Version: Fooocus v2.5.5, User: maria'
    )
    said = told(png_of({"parameters": text, "fooocus_scheme": "a1111"}))
    assert said.prompt == "a red fox\nin snow"
    assert said.parameters["negative_prompt"] == "anime, cartoon"
    assert said.parameters["sharpness"] == 2
    assert "maria" not in str(said)


@pytest.mark.parametrize(
    "prompt",
    [
        "狐狸在雪地里、高清",
        "лисица в снегу",
        "لثعلب الأحمر في الثلج",
        "लाल लोमड़ी",
        "きつね、雪",
        "🦊❄️ 👩‍👩‍👧",
        "Füchse · «rot»",
    ],
)
def test_prompts_are_of_any_script(prompt: str) -> None:
    text = f"{prompt}\nNegative prompt: {prompt}\n{SETTINGS}"
    for content in (png_of({"parameters": text}), jpeg_with(piexif_comment(text))):
        said = told(content)
        assert (said.prompt, said.parameters["negative_prompt"]) == (prompt, prompt)


def test_folders_of_somebodys_machine_are_left_out() -> None:
    said = told(
        png_of(
            {
                "parameters": f"a fox\n{SETTINGS}, Model: C:\\Users\\maria\\models\\fox.safetensors,"
                ' VAE: /srv/maria/vae/ae.sft, Mask: "see C:\\\\Users\\\\maria\\\\x.png, or ~/maria/y.png",'
                ' Net: "\\\\\\\\nas\\\\maria\\\\n.pt", Either: and/or, Web: https://example.org/a/b'
            }
        )
    )
    assert "maria" not in str(said)
    assert said.model == "fox"
    assert said.parameters["vae"] == "ae.sft"
    assert said.parameters["mask"] == "see x.png, or y.png"
    assert said.parameters["net"] == "n.pt"
    assert said.parameters["either"] == "and/or"
    assert said.parameters["web"] == "https://example.org/a/b"
