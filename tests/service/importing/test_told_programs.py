"""What each program writes in a way of its own."""

import json
from collections.abc import Mapping

import pytest

from tests.service.importing.pictures_that_tell import (
    ASCII,
    IMAGE_DESCRIPTION,
    MODEL,
    UNDEFINED,
    USER_COMMENT,
    alternative,
    avif_with,
    chunk,
    commented,
    international_chunk,
    jpeg,
    jpeg_with,
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

SWARM = json.dumps(
    {
        "sui_image_params": {
            "prompt": "a red fox <lora:winter>\nin snow",
            "negativeprompt": "rain",
            "model": "OfficialStableDiffusion/sd_xl_base_1.0",
            "images": 1,
            "seed": 1234567,
            "steps": 20,
            "cfgscale": "7.5",
            "aspectratio": "1:1",
            "width": 1024,
            "height": 768,
            "sampler": "euler",
            "scheduler": "karras",
            "loras": "styles/winter.safetensors,detail",
            "loraweights": "0.8,1",
            "swarm_version": "0.9.3.1",
        },
        "sui_extra_data": {"date": "2026-11-20", "generation_time": "4.84 sec"},
        "sui_models": [{"name": "OfficialStableDiffusion/sd_xl_base_1.0.safetensors", "hash": "0xd7"}],
    },
    indent=4,
)
SWARM_TOLD = {
    "negative_prompt": "rain",
    "seed": 1234567,
    "steps": 20,
    "cfg_scale": 7.5,
    "sampler": "euler",
    "scheduler": "karras",
    "loras": ["winter", "detail"],
    "size": "1024x768",
}


@pytest.mark.parametrize(
    "content",
    [
        png(international_chunk("parameters", SWARM)),
        jpeg_with(commented(b"UNICODE\0" + SWARM.encode("utf-16-le"), "<")),
        jpeg_with(tiff([(MODEL, ASCII, SWARM.encode())])),
        webp((b"EXIF", b"Exif\0\0" + commented(b"ASCII\0\0\0" + SWARM.encode(), "<"))),
    ],
)
def test_swarmui(content: bytes) -> None:
    said = told(content)
    assert (said.source, said.prompt) == ("swarmui", "a red fox <lora:winter>\nin snow")
    assert said.model == "sd_xl_base_1.0"
    assert said.parameters == SWARM_TOLD


FOOOCUS = {
    "adm_guidance": "(1.5, 0.8, 0.3)",
    "base_model": "juggernautXL_v8Rundiffusion",
    "base_model_hash": "aeb7e9e689",
    "created_by": "maria",
    "full_negative_prompt": ["anime", "rain"],
    "full_prompt": ["cinematic still a red fox . emotional", "a red fox, intricate"],
    "guidance_scale": 4,
    "lora_combined_1": "sd_xl_offset_example-lora_1.0 : 0.1",
    "loras": [["sd_xl_offset_example-lora_1.0", 0.1, "4852686128"]],
    "metadata_scheme": "fooocus",
    "negative_prompt": "rain",
    "performance": "Speed",
    "prompt": "a red fox",
    "refiner_model": "None",
    "resolution": "(1152, 896)",
    "sampler": "dpmpp_2m_sde_gpu",
    "scheduler": "karras",
    "seed": "1989438453",
    "sharpness": 2,
    "steps": 30,
    "styles": "['Fooocus V2', 'Fooocus Sharp']",
    "vae": "Default (model)",
    "version": "Fooocus v2.5.5",
}


@pytest.mark.parametrize(
    "content",
    [
        png_of({"parameters": json.dumps(FOOOCUS), "fooocus_scheme": "fooocus"}),
        jpeg_with(tiff([], [(USER_COMMENT, UNDEFINED, json.dumps(FOOOCUS).encode())], "<")),
        jpeg(segment(0xFE, json.dumps(FOOOCUS).encode())),
    ],
)
def test_fooocus(content: bytes) -> None:
    said = told(content)
    assert (said.source, said.prompt, said.model) == ("fooocus", "a red fox", "juggernautXL_v8Rundiffusion")
    assert said.parameters == {
        "cfg_scale": 4,
        "loras": ["sd_xl_offset_example-lora_1.0"],
        "negative_prompt": "rain",
        "performance": "Speed",
        "sampler": "dpmpp_2m_sde_gpu",
        "scheduler": "karras",
        "seed": 1989438453,
        "sharpness": 2,
        "size": "1152x896",
        "steps": 30,
        "styles": "['Fooocus V2', 'Fooocus Sharp']",
        "vae": "Default (model)",
    }


def test_loras_of_an_older_fooocus() -> None:
    older = {name: value for name, value in FOOOCUS.items() if name != "loras"}
    said = told(png_of({"parameters": json.dumps(older)}))
    assert said.parameters["loras"] == ["sd_xl_offset_example-lora_1.0"]


def test_ruined_fooocus() -> None:
    written = {
        "Prompt": "a red fox",
        "Negative": "rain",
        "steps": 30,
        "base_model_name": "x.safetensors",
        "cfg": 8,
    }
    said = told(png_of({"parameters": json.dumps(written)}))
    assert (said.source, said.prompt, said.model) == ("fooocus", "a red fox", "x")
    assert said.parameters == {"negative_prompt": "rain", "steps": 30, "cfg_scale": 8}


def test_invokeai() -> None:
    metadata = {
        "generation_mode": "sdxl_txt2img",
        "positive_prompt": "a red fox",
        "negative_prompt": "rain",
        "width": 1024,
        "height": 768,
        "seed": 3184203491,
        "cfg_scale": 7.5,
        "steps": 30,
        "scheduler": "euler",
        "model": {
            "key": "4b2c",
            "hash": "blake3:1",
            "name": "Dreamshaper XL",
            "base": "sdxl",
            "type": "main",
        },
        "loras": [{"model": {"key": "1", "name": "winter", "base": "sdxl"}, "weight": 0.75}],
        "app_version": "5.4.2",
    }
    said = told(png_of({"invokeai_metadata": json.dumps(metadata), "invokeai_graph": '{"nodes": {}}'}))
    assert (said.source, said.prompt, said.model) == ("invokeai", "a red fox", "Dreamshaper XL")
    assert said.parameters == {
        "negative_prompt": "rain",
        "size": "1024x768",
        "seed": 3184203491,
        "cfg_scale": 7.5,
        "steps": 30,
        "scheduler": "euler",
        "loras": ["winter"],
    }


def test_invokeai_3_named_models_otherwise() -> None:
    metadata = {
        "app_version": "3.0.2",
        "positive_prompt": "a fox",
        "model": {"model_name": "sd-1", "base_model": "sd-1"},
        "loras": [{"lora": {"model_name": "winter", "base_model": "sd-1"}, "weight": 1}],
    }
    said = told(png_of({"invokeai_metadata": json.dumps(metadata)}))
    assert (said.model, said.parameters) == ("sd-1", {"loras": ["winter"]})


def test_invokeai_2_and_what_it_took_away() -> None:
    image = {
        "prompt": [{"prompt": "a red fox [rain, fog] in snow [people]", "weight": 1}],
        "steps": 50,
        "cfg_scale": 7.5,
        "sampler": "k_lms",
        "seed": 42,
        "height": 512,
        "width": 768,
    }
    metadata = {"model": "stable diffusion", "model_weights": "sd-1.5", "app_version": "2.3", "image": image}
    dream = '"a red fox [rain, fog] in snow [people]" -s 50 -S 42 -W 768 -H 512 -C 7.5 -A k_lms'
    expected = {
        "negative_prompt": "rain, fog, people",
        "steps": 50,
        "cfg_scale": 7.5,
        "sampler": "k_lms",
        "seed": 42,
        "size": "768x512",
    }
    newer = told(png_of({"sd-metadata": json.dumps(metadata), "Dream": dream}))
    older = told(png_of({"Dream": dream}))
    assert newer.prompt == older.prompt == "a red fox  in snow"
    assert (newer.model, older.model) == ("sd-1.5", None)
    assert newer.parameters == older.parameters == expected
    assert newer.source == older.source == "invokeai"


NOVELAI: Mapping[str, str] = {
    "Title": "NovelAI generated image",
    "Description": "1girl, red fox, 雪",
    "Software": "NovelAI",
    "Source": "NovelAI Diffusion V4.5 4BDE2A90",
    "Generation time": "6.9",
    "Comment": json.dumps(
        {
            "prompt": "1girl, red fox, 雪",
            "steps": 28,
            "height": 1216,
            "width": 832,
            "scale": 5.0,
            "uncond_scale": 0.0,
            "seed": 2714892101,
            "n_samples": 1,
            "noise_schedule": "karras",
            "sampler": "k_euler_ancestral",
            "v4_prompt": {
                "caption": {
                    "base_caption": "1girl, red fox, 雪",
                    "char_captions": [{"char_caption": "girl, red coat", "centers": [{"x": 0.5, "y": 0.5}]}],
                }
            },
            "uc": "lowres",
            "request_type": "PromptGenerateRequest",
            "signed_hash": "oWuPVpJ2",
        }
    ),
}


@pytest.mark.parametrize("content", [png_of(NOVELAI), jpeg_with(piexif_comment(json.dumps(NOVELAI)))])
def test_novelai(content: bytes) -> None:
    said = told(content)
    assert (said.source, said.model) == ("novelai", "NovelAI Diffusion V4.5")
    assert said.prompt == "1girl, red fox, 雪\ngirl, red coat"
    assert said.parameters == {
        "steps": 28,
        "cfg_scale": 5.0,
        "seed": 2714892101,
        "scheduler": "karras",
        "sampler": "k_euler_ancestral",
        "negative_prompt": "lowres",
        "size": "832x1216",
    }


def test_an_older_novelai_has_its_prompt_in_the_description() -> None:
    comment = (
        '{"steps": 28, "sampler": "k_euler_ancestral", "seed": 1, "strength": 0.7, "scale": 11.0, "uc": "x"}'
    )
    said = told(png_of({"Software": "NovelAI", "Description": "a fox ", "Comment": comment}))
    assert (said.source, said.prompt, said.parameters["cfg_scale"]) == ("novelai", "a fox", 11.0)


DRAW_THINGS = {
    "c": 'a red fox, "quoted" & <tagged>',
    "uc": "rain",
    "model": "jibmix_v8_f16.ckpt",
    "sampler": "DPM++ 2M AYS",
    "scale": 5,
    "seed": 3733439410,
    "seed_mode": "Scale Alike",
    "size": "832x1216",
    "steps": 20,
    "strength": 1,
    "lora": [{"model": "winter_lora_f16.ckpt", "weight": 0.6}],
    "v2": {"guidanceScale": 5, "loras": []},
}


@pytest.mark.parametrize("quote", ['"', "'"])
def test_draw_things(quote: str) -> None:
    document = xmp(
        alternative(
            "dc:description", "a red fox\n-rain\nSteps: 20, Sampler: DPM++ 2M AYS, Seed: 3, Size: 8x8"
        ),
        alternative("exif:UserComment", json.dumps(DRAW_THINGS)).replace(
            '"x-default"', f"{quote}x-default{quote}"
        ),
        "<xmp:CreatorTool>Draw Things</xmp:CreatorTool>",
    )
    in_jpeg = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + document.encode())
    kinds = (
        png(international_chunk("XML:com.adobe.xmp", document)),
        jpeg(in_jpeg),
        webp((b"XMP ", document.encode())),
    )
    for content in kinds:
        said = told(content)
        assert (said.source, said.prompt) == ("drawthings", 'a red fox, "quoted" & <tagged>')
        assert said.model == "jibmix_v8_f16"
        assert said.parameters == {
            "negative_prompt": "rain",
            "sampler": "DPM++ 2M AYS",
            "cfg_scale": 5,
            "seed": 3733439410,
            "size": "832x1216",
            "steps": 20,
            "denoising_strength": 1,
            "loras": ["winter_lora_f16"],
        }


EASY = {
    "prompt": "a red fox",
    "negative_prompt": "rain",
    "seed": 42,
    "use_stable_diffusion_model": "C:\\Users\\maria\\EasyDiffusion\\models\\stable-diffusion\\sd-v1-4.ckpt",
    "clip_skip": False,
    "use_vae_model": "None",
    "sampler_name": "euler_a",
    "width": 512,
    "height": 768,
    "num_inference_steps": 25,
    "guidance_scale": 7.5,
    "use_lora_model": "/opt/easy/models/lora/winter.safetensors",
}
EASY_BY_LABEL = {
    "Prompt": "a red fox",
    "Negative Prompt": "rain",
    "Seed": "42",
    "Stable Diffusion model": "D:/models/sd-v1-4.ckpt",
    "Sampler": "euler_a",
    "Width": "512",
    "Height": "768",
    "Steps": "25",
    "Guidance Scale": "7.5",
    "LoRA model": "winter",
}


@pytest.mark.parametrize(
    "content",
    [
        png_of({name: str(value) for name, value in EASY.items()}),
        png_of(EASY_BY_LABEL),
        jpeg_with(piexif_comment(json.dumps(EASY))),
        webp((b"EXIF", piexif_comment(json.dumps(EASY)))),
        avif_with(piexif_comment(json.dumps(EASY))),
    ],
)
def test_easy_diffusion(content: bytes) -> None:
    said = told(content)
    assert (said.source, said.prompt, said.model) == ("easydiffusion", "a red fox", "sd-v1-4")
    wanted = ("negative_prompt", "seed", "sampler", "size", "steps", "cfg_scale", "loras")
    values = ["rain", 42, "euler_a", "512x768", 25, 7.5, ["winter"]]
    assert [said.parameters.get(name) for name in wanted] == values
    assert "maria" not in str(said)


def test_midjourney() -> None:
    description = "a red fox --ar 3:2 --v 6.1 Job ID: 0a1b2c3d-0000-4000-8000-00112233aabb"
    said = told(png_of({"Description": description, "Author": "maria", "Creation Time": "Mon"}))
    assert (said.source, said.prompt) == ("midjourney", "a red fox --ar 3:2 --v 6.1")
    assert "maria" not in str(said)


@pytest.mark.parametrize(
    "content",
    [
        png_of({"prompt": "a red fox", "seed": "5"}),
        png_of({"metadata": '{"prompt": "a red fox", "seed": 5, "nested": {"a": NaN}}'}),
        png_of({"generation": '{"positive_prompt": "a red fox", "seed": 5}'}),
    ],
)
def test_who_uses_the_same_words_is_understood(content: bytes) -> None:
    said = told(content)
    assert (said.source, said.prompt, said.parameters) == (None, "a red fox", {"seed": 5})


@pytest.mark.parametrize(
    "content",
    [
        png_of({"Description": "a red fox", "Software": "x"}),
        png_of({"Title": "a red fox", "Comment": "Created with GIMP"}),
        png_of({"Comment": "a red fox"}),
        jpeg_with(tiff([(IMAGE_DESCRIPTION, ASCII, b"a red fox\0")])),
        jpeg(segment(0xFE, b"a red fox")),
        png(international_chunk("XML:com.adobe.xmp", xmp(alternative("dc:description", "a red fox")))),
    ],
)
def test_a_description_is_the_last_resort(content: bytes) -> None:
    said = told(content)
    assert (said.source, said.prompt, said.parameters) == (None, "a red fox", {})


@pytest.mark.parametrize(
    "text",
    [
        "Created with GIMP",
        "CREATOR: gd-jpeg v1.0 (using IJG JPEG v62), quality = 90",
        "OLYMPUS DIGITAL CAMERA         ",
        "DCIM\\100MEDIA\\DJI_0001.JPG",
        "IMG_2041.jpg",
        "/srv/maria/pictures/fox",
        "C:\\Users\\maria\\fox",
        "Screenshot",
        "----  42",
        '{"nothing": "of use"}',
        "<svg>",
    ],
)
def test_what_is_written_unasked_is_no_prompt(text: str) -> None:
    assert told(png_of({"Comment": text})) == told(jpeg(segment(0xFE, text.encode()))) == told(png())
    assert told(png()).prompt is None


def test_signed_statements_are_noticed() -> None:
    box = b"\0\0\0\x20jumb\0\0\0\x10jumdc2pa"
    for content in (
        png(chunk(b"caBX", box)),
        jpeg(segment(0xEB, b"JP\0\1\0\0\0\1" + box)),
        webp((b"C2PA", box)),
    ):
        assert (told(content).source, told(content).prompt) == ("c2pa", None)
    assert told(png(chunk(b"caBX", box), text_chunk("parameters", "a fox"))).prompt == "a fox"
