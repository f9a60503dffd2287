"""What is found in the graphs ComfyUI keeps in its pictures."""

import json
from typing import Any

import pytest

from tests.service.importing.pictures_that_tell import (
    ASCII,
    MAKE,
    MODEL,
    chunk,
    png,
    png_of,
    text_chunk,
    tiff,
    told,
    webp,
)

Graph = dict[str, Any]


def node(kind: str, **inputs: object) -> dict[str, object]:
    return {"inputs": inputs, "class_type": kind, "_meta": {"title": kind}}


def basic(**others: object) -> Graph:
    graph: Graph = {
        "3": node(
            "KSampler",
            seed=156680208700286,
            steps=20,
            cfg=8,
            sampler_name="euler",
            scheduler="normal",
            denoise=1,
            model=["4", 0],
            positive=["6", 0],
            negative=["7", 0],
            latent_image=["5", 0],
        ),
        "4": node("CheckpointLoaderSimple", ckpt_name="SDXL\\v1-5-pruned.safetensors"),
        "5": node("EmptyLatentImage", width=512, height=768, batch_size=1),
        "6": node("CLIPTextEncode", text="a red fox,\nin snow", clip=["4", 1]),
        "7": node("CLIPTextEncode", text="text, watermark", clip=["4", 1]),
        "8": node("VAEDecode", samples=["3", 0], vae=["4", 2]),
        "9": node("SaveImage", filename_prefix="ComfyUI", images=["8", 0]),
    }
    return {**graph, **others}


def saved(graph: Graph) -> bytes:
    return png_of({"prompt": json.dumps(graph), "workflow": '{"nodes": [], "links": [], "version": 0.4}'})


def test_the_graph_that_comes_with_it() -> None:
    said = told(saved(basic()))
    assert (said.source, said.prompt, said.model) == ("comfyui", "a red fox,\nin snow", "v1-5-pruned")
    assert said.parameters == {
        "seed": 156680208700286,
        "steps": 20,
        "cfg_scale": 8,
        "sampler": "euler",
        "scheduler": "normal",
        "denoising_strength": 1,
        "negative_prompt": "text, watermark",
        "size": "512x768",
    }


@pytest.mark.parametrize("order", ["<", ">"])
def test_in_a_webp_it_lies_where_a_cameras_name_would(order: str) -> None:
    entries = [
        (MAKE, ASCII, b'workflow:{"nodes": []}\0'),
        (MODEL, ASCII, f"prompt:{json.dumps(basic())}\0".encode()),
    ]
    assert told(webp((b"EXIF", tiff(entries, order=order)))) == told(saved(basic()))


def test_in_pictures_that_move_it_lies_in_a_chunk_of_its_own() -> None:
    assert told(png(chunk(b"comf", b"prompt\0" + json.dumps(basic()).encode()))) == told(saved(basic()))


def test_what_a_saver_wrote_for_others_is_preferred() -> None:
    text = "what was painted\nSteps: 4, Sampler: lcm, Seed: 1, Size: 8x8"
    said = told(png(text_chunk("prompt", json.dumps(basic())), text_chunk("parameters", text)))
    assert (said.source, said.prompt) == ("a1111", "what was painted")


def test_a_seed_no_reader_of_json_would_keep_is_kept_as_digits() -> None:
    graph = basic()
    graph["3"]["inputs"]["seed"] = 2**64 - 1
    assert told(saved(graph)).parameters["seed"] == "18446744073709551615"


def test_words_come_through_the_nodes_between() -> None:
    graph = basic(
        **{
            "6": node("CLIPTextEncode", text=["20", 0], clip=["4", 1]),
            "20": node("StringConcatenate", string_a=["21", 0], string_b="in snow", delimiter=", "),
            "21": node("PrimitiveStringMultiline", value="a red fox"),
            "30": node(
                "ControlNetApplyAdvanced", positive=["31", 0], negative=["7", 0], control_net=["32", 0]
            ),
            "31": node("ConditioningCombine", conditioning_1=["6", 0], conditioning_2=["33", 0]),
            "32": node("ControlNetLoader", control_net_name="canny.pth"),
            "33": node("ConditioningSetArea", conditioning=["34", 0], width=64, height=64, strength=1),
            "34": node(
                "CLIPTextEncodeSDXL", text_g="golden hour", text_l="golden hour", width=1024, clip=["4", 1]
            ),
        }
    )
    graph["3"]["inputs"] |= {"positive": ["30", 0], "negative": ["30", 1]}
    said = told(saved(graph))
    assert said.prompt == "a red fox\nin snow\ngolden hour"
    assert said.parameters["negative_prompt"] == "text, watermark"


def test_a_sampler_that_follows_a_guide() -> None:
    """As FLUX is painted: no negative prompt, and each setting in a node of its own."""
    graph: Graph = {
        "13": node(
            "SamplerCustomAdvanced",
            noise=["25", 0], guider=["22", 0], sampler=["16", 0], sigmas=["17", 0], latent_image=["27", 0]
        ),
        "25": node("RandomNoise", noise_seed=["60", 0]),
        "60": node("PrimitiveInt", value=77),
        "22": node("BasicGuider", model=["30", 0], conditioning=["26", 0]),
        "26": node("FluxGuidance", guidance=3.5, conditioning=["6", 0]),
        "6": node("CLIPTextEncodeFlux", clip_l="fox", t5xxl="a red fox in snow", clip=["11", 0]),
        "11": node("DualCLIPLoader", clip_name1="t5.safetensors", clip_name2="clip_l.safetensors"),
        "16": node("KSamplerSelect", sampler_name="euler"),
        "17": node("BasicScheduler", scheduler="simple", steps=28, denoise=1, model=["30", 0]),
        "27": node("EmptySD3LatentImage", width=1024, height=["61", 0], batch_size=1),
        "61": node("PrimitiveInt", value=768),
        "30": node("LoraLoaderModelOnly", lora_name="flux/winter.safetensors", model=["31", 0]),
        "31": node(
            "Power Lora Loader (rgthree)",
            lora_1={"on": True, "lora": "detail.safetensors", "strength": 1},
            lora_2={"on": False, "lora": "off.safetensors", "strength": 1},
            model=["12", 0],
        ),
        "12": node("UNETLoader", unet_name="flux1-dev.sft", weight_dtype="default"),
        "8": node("VAEDecode", samples=["13", 0]),
        "9": node("SaveImage", images=["8", 0]),
    }  # fmt: skip
    said = told(saved(graph))
    assert (said.prompt, said.model) == ("fox\na red fox in snow", "flux1-dev")
    assert said.parameters == {
        "seed": 77,
        "steps": 28,
        "sampler": "euler",
        "scheduler": "simple",
        "denoising_strength": 1,
        "guidance": 3.5,
        "loras": ["winter", "detail"],
        "size": "1024x768",
    }


def test_what_was_zeroed_is_no_negative_prompt() -> None:
    graph = basic(**{"7": node("ConditioningZeroOut", conditioning=["6", 0])})
    assert "negative_prompt" not in told(saved(graph)).parameters


def test_the_sampler_nearest_to_the_kept_picture_is_asked() -> None:
    graph = basic(
        **{
            "1": node("KSampler", steps=4, positive=["2", 0], negative=["7", 0], model=["4", 0]),
            "2": node("CLIPTextEncode", text="a preview nobody kept"),
            "0": node("PreviewImage", images=["1", 0]),
            "40": node(
                "FaceDetailer", image=["8", 0], positive=["41", 0], negative=["7", 0], steps=9, seed=9
            ),
            "41": node("CLIPTextEncode", text="a detailed face"),
            "9": node("SaveImage", images=["40", 0]),
        }
    )
    said = told(saved(graph))
    assert (said.prompt, said.parameters["steps"]) == ("a red fox,\nin snow", 20)


def test_texts_that_nodes_made_as_they_ran_are_preferred() -> None:
    graph = basic(
        **{
            "6": node("CLIPTextEncode", text=["20", 0]),
            "20": node(
                "ImpactWildcardProcessor",
                wildcard_text="a __colour__ fox",
                populated_text="a red fox",
                seed=1,
            ),
        }
    )
    assert told(saved(graph)).prompt == "a red fox"


def test_loaders_that_hold_both_prompts() -> None:
    graph = basic(
        **{
            "6": node(
                "Efficient Loader",
                ckpt_name="x/y.ckpt",
                positive="a red fox",
                negative="rain",
                lora_name="None",
            )
        }
    )
    graph["3"]["inputs"] |= {"positive": ["6", 1], "negative": ["6", 2], "model": ["6", 0]}
    said = told(saved(graph))
    assert (said.prompt, said.parameters["negative_prompt"], said.model) == ("a red fox", "rain", "y")
    assert "loras" not in said.parameters


def test_words_find_their_way_through_nodes_nobody_knows() -> None:
    graph = basic(**{"50": node("SomebodysSwitch", select=1, input1=["6", 0], model=["4", 0])})
    graph["3"]["inputs"]["positive"] = ["50", 0]
    assert told(saved(graph)).prompt == "a red fox,\nin snow"


def test_a_service_that_was_asked_has_its_prompt_itself() -> None:
    graph = {
        "1": node("OpenAIGPTImage1", prompt="a red fox", seed=3, quality="low", size="1024x1024"),
        "2": node("SaveImage", images=["1", 0]),
    }
    said = told(saved(graph))
    assert (said.source, said.prompt, said.parameters) == ("comfyui", "a red fox", {"seed": 3})


@pytest.mark.parametrize("wrapped", [True, False])
def test_it_may_lie_in_a_comment_whole_or_by_itself(wrapped: bool) -> None:
    graph = {"prompt": basic(), "workflow": {}} if wrapped else basic()
    assert told(png_of({"Comment": json.dumps(graph)})).prompt == "a red fox,\nin snow"


def test_what_is_no_number_does_no_harm() -> None:
    text = (
        json.dumps(basic()).replace('"cfg": 8', '"cfg": NaN').replace('"denoise": 1', '"denoise": -Infinity')
    )
    said = told(png_of({"prompt": text}))
    assert said.prompt == "a red fox,\nin snow"
    assert "cfg_scale" not in said.parameters


def test_circles_end() -> None:
    graph = basic(
        **{
            "6": node("ConditioningCombine", conditioning_1=["6", 0], conditioning_2=["30", 0]),
            "30": node("ConditioningConcat", conditioning_to=["6", 0], conditioning_from=["31", 0]),
            "31": node("CLIPTextEncode", text=["32", 0]),
            "32": node("StringConcatenate", string_a=["31", 0], string_b="found"),
            "33": node("PrimitiveInt", value=["33", 0]),
        }
    )
    graph["3"]["inputs"] |= {"seed": ["33", 0], "latent_image": ["9", 0]}
    said = told(saved(graph))
    assert said.prompt == "found"
    assert "seed" not in said.parameters


@pytest.mark.parametrize(
    "graph",
    [
        {"1": {"class_type": "KSampler", "inputs": {"positive": [{}, 0], "negative": [[], 0]}}},
        {"1": {"class_type": "KSampler", "inputs": {"positive": ["gone", 0], "steps": 1}}},
        {"1": {"class_type": 7, "inputs": []}, "2": None, "3": []},
        {"1": {"class_type": "KSampler", "inputs": {"positive": ["1", 0], "steps": ["1", 0]}}},
    ],
)
def test_graphs_that_lead_nowhere_say_nothing(graph: Graph) -> None:
    assert told(saved(graph)).prompt is None
