"""The practice clock: it runs ahead for a helpdesk on this machine, and for no other."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connector import clock
from connector.settings import SettingsError, load

HERE = {"INTERSPACE_ZAMMAD_URL": "http://127.0.0.1:8765", "INTERSPACE_PRACTICE_CLOCK": "practice-clock"}


@pytest.fixture(autouse=True)
def back() -> Iterator[None]:
    """The time is this machine's again."""
    yield
    clock.practise(None)


@pytest.mark.parametrize(
    ("said", "seconds"), [("3600", 3600), ("-3600", 0), ("soon", 0), (None, 0), ("9" * 30, 100 * 365 * 86_400)]
)
def test_it_is_ahead_by_what_the_file_says_and_never_behind(tmp_path: Path, said: str | None, seconds: int) -> None:
    file = tmp_path / "practice-clock"
    if said is not None:
        file.write_text(said)
    clock.practise(file)
    assert abs(clock.now() - datetime.now(UTC) - timedelta(seconds=seconds)) < timedelta(seconds=60)


@pytest.mark.parametrize("url", ["http://localhost:8765", "http://[::1]:8765", "http://127.0.0.1"])
def test_it_is_for_a_helpdesk_on_this_machine(url: str) -> None:
    held = load({**HERE, "INTERSPACE_ZAMMAD_URL": url}, with_file=False)
    assert held.practice_clock == Path("practice-clock")


@pytest.mark.parametrize(
    "more",
    [
        {"INTERSPACE_ZAMMAD_URL": "https://support.example.com"},
        {"INTERSPACE_JIRA_URL": "https://example.atlassian.net"},
        {"INTERSPACE_ZAMMAD_URL": "https://127.0.0.1.example.com"},
        {"INTERSPACE_DATABASE_URL": "postgresql://connector@127.0.0.1/work"},
    ],
)
def test_with_a_living_helpdesk_or_a_server_of_databases_nothing_starts(more: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="INTERSPACE_PRACTICE_CLOCK: only"):
        load({**HERE, **more}, with_file=False)
