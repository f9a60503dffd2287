"""axe-core over a page as it is now."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tools.folders import CHECKOUT, LOCAL
from tools.node_package import installed

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})"


async def assert_accessible(page: Page) -> None:
    """WCAG 2.2 A and AA, and what is good practice."""
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(_axe())
    found = await page.evaluate(_RUN, _RULES)
    assert found["passes"], "axe-core has looked at nothing."
    assert not found["violations"], _readable(found["violations"])


@cache
def _axe() -> str:
    modules = installed(CHECKOUT / "tools" / "web", LOCAL / "web-tools") / "node_modules"
    return Path(modules / "axe-core" / "axe.min.js").read_text()


def _readable(violations: list[dict[str, Any]]) -> str:
    lines = [f"{len(violations)} rules are broken:"]
    for each in violations:
        lines.append(f"\n{each['id']} ({each['impact']}): {each['help']}")
        for node in each["nodes"]:
            lines += [f"  {' '.join(map(str, node['target']))}", f"    {node['html'][:200]}"]
            lines += [f"    {line.strip()}" for line in node["failureSummary"].splitlines()[1:]]
    return "\n".join(lines)
