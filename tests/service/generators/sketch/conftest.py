from collections.abc import AsyncIterator

import pytest

from pixyproxy.service.generators.sketch import Sketch


@pytest.fixture
async def sketch() -> AsyncIterator[Sketch]:
    generator = Sketch()
    yield generator
    await generator.close()
