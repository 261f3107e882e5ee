"""The live story on a real Jira, if one is named; and on the sandbox over HTTP, as there is no other here."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.sandbox.jira import SandboxJira
from connector.sandbox.jira.desk import ADMIN as SITE_ADMIN
from connector.sandbox.jira.furnished import ADMIN, BOT
from connector.sandbox.jira.seed import ADMIN_ROLE, TEAM_ROLE
from tests.live.jira import LiveJira
from tests.live.story import play
from tests.live.test_zammad import given

URL, NAMES = "INTERSPACE_LIVE_JIRA_URL", ("user", "admin_user", "api_url", "mapping")


@pytest.mark.slow
@pytest.mark.skipif(URL not in os.environ, reason=f"{URL} is not set: no real Jira to play on")
def test_the_story_on_a_real_jira(tmp_path: Path) -> None:
    more = {name: os.environ.get(f"INTERSPACE_LIVE_JIRA_{name.upper()}") for name in NAMES}
    settings = {
        "INTERSPACE_JIRA_URL": os.environ[URL],
        "INTERSPACE_JIRA_TOKEN": given("INTERSPACE_LIVE_JIRA_TOKEN"),
        "INTERSPACE_JIRA_ADMIN_TOKEN": given("INTERSPACE_LIVE_JIRA_ADMIN_TOKEN"),
        **{f"INTERSPACE_JIRA_{name.upper()}": value for name, value in more.items() if value},
    }
    play(LiveJira(settings), tmp_path, os.environ.get("INTERSPACE_LIVE_RECEIVER_URL"))


@pytest.mark.slow
def test_the_story_on_the_sandbox(tmp_path: Path) -> None:
    sandbox = SandboxJira(lambda: datetime.now(UTC), "cloud")
    sandbox.add_project("ISP", "Interspace Support")
    admin = sandbox.add_user(ADMIN, (SITE_ADMIN, ADMIN_ROLE, TEAM_ROLE), firstname="Ada")
    bot = sandbox.add_user(BOT, (), firstname="Bot", account_type="atlassian")
    with sandbox.serve(deliver=True) as server:
        settings = {
            "INTERSPACE_JIRA_URL": server.url,
            "INTERSPACE_JIRA_USER": BOT,
            "INTERSPACE_JIRA_TOKEN": bot,
            "INTERSPACE_JIRA_ADMIN_USER": ADMIN,
            "INTERSPACE_JIRA_ADMIN_TOKEN": admin,
        }
        system = LiveJira(settings)
        # The sandbox calls what a Cloud would not: a receiver without TLS.
        system.expected |= {"webhook"}
        play(system, tmp_path)

    assert sandbox.world.issues == {}
