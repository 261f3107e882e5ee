"""The project's policy with a ladder of seconds, so that levels are due all the time while processes are killed."""

from datetime import timedelta
from pathlib import Path

from connector.policy.locate import MAPPINGS

AGE = timedelta(hours=1)
"""Of a ticket that is new to the connector; its levels follow within seconds."""

LAST_LEVEL_AFTER = timedelta(seconds=6)

_CHANGES = {
    # The tickets are an hour old at the first start.
    "# applies_since: 2026-12-01T08:00:00+01:00": "applies_since: 2020-01-01T00:00:00+00:00",
    "after: {P1: 1 h, P2: 2 h,": "after: {P1: 3601 s, P2: 2 h,",
    "after: {P1: 2 h, P2: 6 h,": "after: {P1: 3602 s, P2: 6 h,",
    "after: {P1: 4 h, P2: 12 h,": "after: {P1: 3604 s, P2: 12 h,",
    "after: {P1: 8 h, P2: 24 h,": "after: {P1: 3606 s, P2: 24 h,",
    "missed_targets: [first_response, repair]": "missed_targets: []",
}
"""As text: a program that reads and writes YAML takes 17:30 for a number."""


def quick_ladder(directory: Path) -> Path:
    """The file."""
    text = (MAPPINGS / "interspace.yaml").read_text(encoding="utf-8")
    for old, new in _CHANGES.items():
        assert text.count(old) == 1, f"the policy has changed: {old!r} is not there once"
        text = text.replace(old, new)
    path = directory / "quick.yaml"
    path.write_text(text, encoding="utf-8")
    return path
