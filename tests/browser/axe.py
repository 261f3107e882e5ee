"""What axe-core finds against a page: WCAG 2.2 AA and its own best practices."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Frame, Page

_AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def findings(page: Page | Frame) -> list[str]:
    """Each finding with the first element it is about. No finding of a page is tolerated.

    The script is evaluated by the browser's debugger, so that no page has to allow it.
    """
    page.evaluate(_AXE)
    found: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", _RULES
    )
    return [f"{each['id']}: {each['help']}: {each['nodes'][0]['html']}" for each in found["violations"]]
