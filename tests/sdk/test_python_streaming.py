"""Pictures as streams, in OpenAI's SDK for Python."""

from typing import Any

import openai
import pytest
from openai import OpenAI

from tests.live.service import RunningService
from tests.upstream import RunningUpstream

from .library import decoded, guid_of, kept
from .pictures import CAT
from .tables import BROKEN_STREAMS, names

PREVIEWS_AND_PICTURE = ["partial_image", "partial_image", "completed"]
PREVIEW = "image_generation.partial_image"


def test_previews_come_before_the_picture_that_is_kept(sketching: OpenAI, sketch: RunningService) -> None:
    stream = sketching.images.generate(prompt="a harbour", size="256x256", stream=True, partial_images=2)
    events: list[Any] = list(stream)
    assert [event.type for event in events] == [f"image_generation.{kind}" for kind in PREVIEWS_AND_PICTURE]
    assert [event.partial_image_index for event in events[:2]] == [0, 1]
    assert len({event.b64_json for event in events}) == 3
    assert len({guid_of(event) for event in events}) == 1
    completed = events[2]
    kept(sketch, guid_of(completed), decoded(completed.b64_json))
    assert (completed.size, completed.output_format) == ("256x256", "png")


def test_an_edit_is_streamed_under_the_names_of_an_edit(sketching: OpenAI, sketch: RunningService) -> None:
    stream = sketching.images.edit(
        image=("cat.png", CAT), prompt="a hat", size="256x256", stream=True, partial_images=2
    )
    events: list[Any] = list(stream)
    assert [event.type for event in events] == [f"image_edit.{kind}" for kind in PREVIEWS_AND_PICTURE]
    kept(sketch, guid_of(events[2]), decoded(events[2].b64_json))


def test_what_a_provider_streams_is_handed_on_and_kept(
    client: OpenAI, gateway: RunningService, upstream: RunningUpstream
) -> None:
    events: list[Any] = list(client.images.generate(prompt="a harbour", stream=True, partial_images=2))
    assert [event.type for event in events] == [f"image_generation.{kind}" for kind in PREVIEWS_AND_PICTURE]
    image = kept(gateway, guid_of(events[2]), decoded(events[2].b64_json))
    [call] = upstream.ledger()
    assert call.pictures == (image["sha256"],)
    assert events[2].usage.output_tokens > 0


@pytest.mark.usefixtures("_failing")
@pytest.mark.parametrize("row", BROKEN_STREAMS, ids=names(BROKEN_STREAMS))
def test_a_stream_that_fails_raises_after_its_previews_and_is_not_asked_for_again(
    client: OpenAI, upstream: RunningUpstream, row: dict[str, Any]
) -> None:
    prompt = f"a fox [scenario:{row['scenario']}]"
    stream = client.images.generate(prompt=prompt, stream=True, partial_images=2)
    assert [next(stream).type for _ in range(row["previews"])] == [PREVIEW] * row["previews"]
    with pytest.raises(openai.APIError) as caught:
        next(stream)
    assert caught.value.code == row["code"]
    assert isinstance(caught.value.body, dict)
    assert caught.value.body.get("moderation_details") == row.get("moderation_details")
    assert len(upstream.ledger()) == 1
