"""The locked dependencies agree with each other. Seen red: Apprise left out, another version of one package."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def locked(name: str) -> set[str]:
    """``package==version`` of each package in a lock."""
    return set(re.findall(r"(?m)^([\w.-]+==\S+)", (ROOT / name).read_text(encoding="utf-8")))


def test_the_extra_adds_to_what_is_locked_and_changes_nothing_of_it() -> None:
    base, notify = locked("requirements.lock"), locked("requirements-notify.lock")

    assert base < notify <= locked("requirements-dev.lock")
    assert any(one.startswith("apprise==") for one in notify - base)
