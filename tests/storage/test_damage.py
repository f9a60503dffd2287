"""A scrub finds what is damaged, all of it and nothing else. The large form of it: `make storage`."""

from pixyproxy.service.services import Services
from tests.service.scenery import ON_SQLITE
from tests.storage.damage import scrubbed

pytestmark = ON_SQLITE


async def test_a_scrub_finds_all_that_is_damaged_and_nothing_else(services: Services) -> None:
    result = await scrubbed(services, images=150, damaged=21)
    assert len(result.damaged) == 21
    assert result.is_right
    assert result.images == 150
