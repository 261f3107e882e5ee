"""The live story on a real Zammad, if one is named; and always on the sandbox over HTTP, as there is no other here."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.sandbox.zammad import SandboxZammad
from connector.sandbox.zammad.world import Version
from tests.live.story import play
from tests.live.zammad import WELCOME, LiveZammad

URL = "INTERSPACE_LIVE_ZAMMAD_URL"


def given(name: str) -> str:
    """A setting, or the text of the file that it names."""
    file = os.environ.get(f"{name}_FILE")
    return Path(file).read_text(encoding="utf-8").strip() if file else os.environ[name]


@pytest.mark.slow
@pytest.mark.skipif(URL not in os.environ, reason=f"{URL} is not set: no real Zammad to play on")
def test_the_story_on_a_real_zammad(tmp_path: Path) -> None:
    system = LiveZammad(
        os.environ[URL], given("INTERSPACE_LIVE_ZAMMAD_TOKEN"), given("INTERSPACE_LIVE_ZAMMAD_ADMIN_TOKEN")
    )
    play(system, tmp_path, os.environ.get("INTERSPACE_LIVE_RECEIVER_URL"))


def opened(version: Version) -> tuple[SandboxZammad, str, str]:
    """A Zammad as it comes, with an admin and the connector's user."""
    sandbox = SandboxZammad(lambda: datetime.now(UTC), version=version)
    return (
        sandbox,
        sandbox.add_user("bot@example.com", ("Agent",)),
        sandbox.add_user("a@example.com", ("Admin", "Agent")),
    )


@pytest.mark.slow
@pytest.mark.parametrize("version", ["5.5", "7"])
def test_the_story_on_the_sandbox(version: Version, tmp_path: Path) -> None:
    sandbox, bot, admin = opened(version)
    with sandbox.serve(deliver=True) as server:
        play(LiveZammad(server.url, bot, admin), tmp_path)

    assert [ticket["title"] for ticket in sandbox.world.table("Ticket").values()] == []


@pytest.mark.parametrize("titles", [["Line down"], [WELCOME, WELCOME], [WELCOME, "Line down"]])
def test_a_system_with_tickets_is_refused_before_anything_is_changed(titles: list[str], tmp_path: Path) -> None:
    sandbox, bot, admin = opened("6.4")
    with sandbox.serve() as server:
        system = LiveZammad(server.url, bot, admin)
        for title in titles:
            body = {"title": title, "group": "Users", "customer": "bot@example.com", "article": {"body": "x"}}
            system._admin.post("tickets", body)
        asked = len(sandbox.requests)

        with pytest.raises(SystemExit, match="not an empty test system"):
            play(system, tmp_path)

    assert {call.method for call in sandbox.requests[asked:]} == {"GET"}
