"""The locked dependencies agree with each other. Seen red: Apprise left out, another version of one package."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def locked(name: str) -> set[str]:
    """``package==version`` of each package in a lock."""
    return set(re.findall(r"(?m)^([\w.-]+==\S+)", (ROOT / name).read_text(encoding="utf-8")))


@pytest.mark.parametrize(("extra", "package"), [("notify", "apprise"), ("telemetry", "opentelemetry-sdk")])
def test_an_extra_adds_to_what_is_locked_and_changes_nothing_of_it(extra: str, package: str) -> None:
    base, more = locked("requirements.lock"), locked(f"requirements-{extra}.lock")

    assert base < more <= locked("requirements-dev.lock"), "so both extras fit together, too"
    assert any(one.startswith(f"{package}==") for one in more - base)
