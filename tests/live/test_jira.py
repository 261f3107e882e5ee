"""The live story on a real Jira Cloud, if one is named; and always on the sandbox over HTTP: no other is here."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from connector.sandbox.jira import SandboxJira
from connector.sandbox.jira.deliveries import over_http
from connector.sandbox.jira.desk import ADMIN as SITE_ADMIN
from connector.sandbox.jira.furnished import ADMIN, BOT, request
from connector.sandbox.jira.seed import ADMIN_ROLE, TEAM_ROLE
from tests.live.jira import LiveJira
from tests.live.story import play
from tests.live.test_zammad import given
from tests.ports import free_port

URL = "INTERSPACE_LIVE_JIRA_URL"


@pytest.mark.slow
@pytest.mark.skipif(URL not in os.environ, reason=f"{URL} is not set: no real Jira to play on")
def test_the_story_on_a_real_jira(tmp_path: Path) -> None:
    names = ("USER", "TOKEN", "ADMIN_USER", "ADMIN_TOKEN")
    system = LiveJira(os.environ[URL], *(given(f"INTERSPACE_LIVE_JIRA_{name}") for name in names))
    play(system, tmp_path, os.environ["INTERSPACE_LIVE_RECEIVER_URL"])


def opened(*, migrated: bool = True) -> tuple[SandboxJira, dict[str, Any]]:
    """A Cloud as it comes, with a service project, an admin and the connector's user."""
    sandbox = SandboxJira(lambda: datetime.now(UTC), migrated=migrated)
    sandbox.add_project("ISP")
    admin = sandbox.add_user(ADMIN, (SITE_ADMIN, ADMIN_ROLE, TEAM_ROLE))
    bot = sandbox.add_user(BOT, (TEAM_ROLE,), account_type="atlassian")
    return sandbox, {"user": BOT, "token": bot, "admin_user": ADMIN, "admin_token": admin}


def without_tls(url: str, headers: Mapping[str, str], body: bytes) -> int:
    """Cloud calls https only; the receiver of the story speaks plain HTTP."""
    return over_http(url.replace("https://", "http://", 1), headers, body)


@pytest.mark.slow
@pytest.mark.parametrize("migrated", [False, True], ids=["field configurations", "field schemes"])
def test_the_story_on_the_sandbox(migrated: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox, accounts = opened(migrated=migrated)
    monkeypatch.setattr(sandbox, "deliver_webhooks", partial(sandbox.deliver_webhooks, without_tls))
    with sandbox.serve(deliver=True) as server:
        play(LiveJira(server.url, **accounts), tmp_path, f"https://127.0.0.1:{free_port()}")

    assert sandbox.world.issues == {}


def test_a_system_with_issues_is_refused_before_anything_is_changed(tmp_path: Path) -> None:
    sandbox, accounts = opened()
    issue = {"project": {"key": "ISP"}, "issuetype": {"name": "Incident"}, "summary": "Line down"}
    assert request(sandbox, accounts["admin_token"], "POST", "issue", {"fields": issue}).status == 201
    sandbox.world.index.lag = sandbox.world.index.lag * 0
    with sandbox.serve() as server:
        asked = len(sandbox.requests)

        with pytest.raises(SystemExit, match="not an empty test system"):
            play(LiveJira(server.url, **accounts), tmp_path, "https://127.0.0.1:1")

    assert {(call.method, "search" in call.path) for call in sandbox.requests[asked:]} <= {
        ("GET", False),
        ("POST", True),
    }
