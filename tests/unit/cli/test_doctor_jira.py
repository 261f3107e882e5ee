"""``interspace doctor`` on Jira as a user sees it: JSON, exit codes, the choice of a helpdesk, no secret."""

import json

from connector.sandbox.jira.furnished import ADMIN
from tests.unit.cli.conftest import LiveJira, Run

SECRET = "0123456789abcdef-doctor"


def environment(live: LiveJira) -> dict[str, str]:
    """All settings of an examination."""
    admin = {"INTERSPACE_JIRA_ADMIN_USER": ADMIN} if live.desk.flavour == "cloud" else {}
    own = {"INTERSPACE_JIRA_ADMIN_TOKEN": live.accounts.admin, "INTERSPACE_JIRA_WEBHOOK_SECRET": SECRET}
    return {**live.environment, **own, **admin}


def test_what_is_wrong_is_told_with_what_to_do(run: Run, live_jira: LiveJira) -> None:
    ran = run("doctor", "--json", "--no-round-trip", **environment(live_jira))

    assert ran.returncode == 1, ran.stderr
    found = {finding["name"]: finding for finding in json.loads(ran.stdout)}
    assert found["token"]["verdict"] == found["custom fields"]["verdict"] == found["options"]["verdict"] == "ok"
    assert found["webhook"]["verdict"] == "fail"
    assert "interspace install apply jira" in found["webhook"]["do"]
    held = (SECRET, live_jira.accounts.bot, live_jira.accounts.admin)
    assert not [text for text in held if text in ran.stdout + ran.stderr]


def test_of_two_helpdesks_one_has_to_be_chosen(run: Run, live_jira: LiveJira) -> None:
    both = {**environment(live_jira), "INTERSPACE_ZAMMAD_URL": "http://127.0.0.1:1"}

    unsure = run("doctor", "--json", **both)
    chosen = run("doctor", "--json", "--no-round-trip", "--helpdesk", "jira", **both)

    assert unsure.returncode == 2
    assert "choose one with --helpdesk" in unsure.stderr
    assert "Jira answers" in chosen.stdout


def test_the_table_shows_what_to_do(run: Run, live_jira: LiveJira) -> None:
    ran = run("doctor", "--no-round-trip", **environment(live_jira))

    assert ran.returncode == 1
    assert "→ interspace install apply jira" in ran.stdout
    assert "Traceback" not in ran.stderr
