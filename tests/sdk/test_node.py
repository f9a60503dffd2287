"""OpenAI's SDK for Node; the checks themselves are in `node/`."""

import json

import pytest

from tests.live.service import RunningService
from tests.upstream import RunningUpstream

from .node_sdk import SCRIPTS, check_names, run_checks

NAMES = check_names()


@pytest.fixture(scope="module")
def outcomes(
    tmp_path_factory: pytest.TempPathFactory,
    sketch: RunningService,
    shared_gateway: RunningService,
    shared_upstream: RunningUpstream,
) -> dict[str, str | None]:
    folder = tmp_path_factory.mktemp("node")
    return run_checks(folder, sketch.url, shared_gateway.url, shared_upstream.root_url)


def test_every_check_was_run(outcomes: dict[str, str | None]) -> None:
    assert sorted(outcomes) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_node(outcomes: dict[str, str | None], name: str) -> None:
    wrong = outcomes[name]
    if wrong is not None:
        pytest.fail(wrong, pytrace=False)


def test_the_package_is_pinned_by_its_hash_and_no_registry_is_named() -> None:
    lock = json.loads((SCRIPTS / "package-lock.json").read_text())
    project, *packages = lock["packages"].values()
    wanted = json.loads((SCRIPTS / "package.json").read_text())["dependencies"]
    assert project["dependencies"] == wanted == {"openai": packages[0]["version"]}
    for package in packages:
        assert package["integrity"].startswith("sha512-")
        assert "resolved" not in package
