"""Whoever calls a generator in these tests: takes its answer in memory, and has it read."""

from dataclasses import dataclass, field

from pixyproxy.service.generators.generator import GeneratedPicture, Generator, PictureRequest


@dataclass
class Received:
    """What came, in the order in which it came."""

    is_watched: bool = False
    request_id: str | None = None
    answer: bytearray = field(default_factory=bytearray)
    previews: list[bytes] = field(default_factory=list)
    order: list[str] = field(default_factory=list)

    def note_request_id(self, request_id: str | None) -> None:
        self.request_id = request_id
        self.order.append("request id")

    async def write(self, chunk: bytes) -> None:
        self.answer += chunk
        self.order.append("bytes")

    def preview(self, content: bytes) -> None:
        self.previews.append(content)
        self.order.append("preview")


async def made_by(
    generator: Generator, request: PictureRequest, received: Received | None = None
) -> GeneratedPicture:
    """One call, and what its answer says."""
    received = received or Received()
    await generator.call(request, received)
    return generator.read(bytes(received.answer), request.model)


def content_of(picture: GeneratedPicture) -> bytes:
    assert picture.content is not None
    return picture.content
