"""No code outside a helpdesk's own folders knows it by name."""

import re
from pathlib import Path

from connector.helpdesks import registry

ROOT = Path(__file__).resolve().parents[3]
ALLOWED = {"connector/helpdesks/registry.py": 1}
"""File → lines that may name helpdesks: here the list of those that come along."""


def test_only_its_own_folders_name_a_helpdesk() -> None:
    names = re.compile("|".join({*registry.names(), *(plugin.title for plugin in registry.plugins())}), re.IGNORECASE)
    own = tuple(f"connector/{part}/{name}/" for part in ("helpdesks", "sandbox") for name in registry.names())

    found: dict[str, list[str]] = {}
    for path in sorted(file for folder in ("connector", "webhooks") for file in (ROOT / folder).rglob("*.py")):
        place = str(path.relative_to(ROOT))
        if not place.startswith(own):
            lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if names.search(line)]
            if len(lines) > ALLOWED.get(place, 0):
                found[place] = lines

    assert found == {}
