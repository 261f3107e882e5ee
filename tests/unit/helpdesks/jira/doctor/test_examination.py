"""An examination of Jira as a whole: all well, what is skipped, what is removed."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from connector.doctor.finding import CheckStatus, Finding
from connector.doctor.writers import SECTION
from connector.helpdesks.jira.doctor.account import ADMIN_PERMISSIONS, BOT_PERMISSIONS, Permission, named
from connector.helpdesks.jira.doctor.checks import CHECKS
from connector.sandbox.faults import Fault
from connector.sandbox.jira import site
from connector.sandbox.jira.furnished import BOT
from connector.sandbox.jira.world import CLOUD_ID
from tests.jira_admin import add_scoped_token, add_sla
from tests.unit.helpdesks.jira.doctor.installation import JIRA, Installation
from tests.unit.policy.files import with_addresses

UNSEEN = {"checklist: goals", "checklist: notifications", "fields on edit screens", "organizations"}
"""Nothing to be seen before there is a request, and of the second never."""


OF_CLOUD = {f"{SECTION}automation rules", f"{SECTION}workflows"}


def not_ok(found: dict[str, Finding]) -> set[str]:
    return {name for name, finding in found.items() if finding.verdict is not CheckStatus.OK}


def test_all_is_well_and_nothing_is_left(installed: Installation) -> None:
    found = installed.examine()

    hidden = set() if installed.jira.flavour == "cloud" else {"signature", *OF_CLOUD}
    assert not_ok(found) == UNSEEN | hidden | {"escalation mail", "letterhead"}
    assert found["round trip"].seen.endswith("was made, delivered, worked on and removed")
    assert installed.traces() == []
    assert installed.table.dead_letters() == []


def test_all_is_well_on_a_cloud_before_field_schemes(sqlite_url: str) -> None:
    installed = Installation(sqlite_url, "cloud", migrated=False)

    found = installed.examine(test_tickets=False)

    assert found["project's fields"].seen.startswith("the field configuration of the project has all")
    assert not_ok(found) == UNSEEN | {"escalation mail", "letterhead", "round trip", "transitions"}
    installed.close()


def test_without_test_tickets_nothing_is_written(installed: Installation) -> None:
    served = len(installed.jira.requests)

    found = installed.examine(test_tickets=False)

    looks = {"GET", "HEAD"}
    asked = ("search", "/workflows")
    written = [
        one
        for one in installed.jira.requests[served:]
        if one.method not in looks and not any(word in one.path for word in asked)
    ]
    assert written == []
    assert {found[name].verdict for name in ("round trip", "transitions")} == {CheckStatus.SKIPPED}


def test_without_the_admins_token_the_rest_is_examined(installed: Installation) -> None:
    installed.settings["jira_admin_token"] = None

    found = installed.examine()

    assert {found.pop(name).verdict for name in ("escalation mail", "letterhead")} == {CheckStatus.WARN}
    assert {finding.verdict for finding in found.values()} == {CheckStatus.OK, CheckStatus.SKIPPED}
    assert found["options"].verdict is CheckStatus.OK
    assert found["round trip"].verdict is CheckStatus.SKIPPED
    assert "INTERSPACE_JIRA_ADMIN_TOKEN" in found["admin token"].seen


def test_contacts_whom_jira_cannot_mail_are_named(installed: Installation, tmp_path: Path) -> None:
    installed.settings["policy"] = with_addresses(tmp_path)

    unknown = installed.finding("escalation mail")

    assert unknown.verdict is CheckStatus.WARN
    assert unknown.seen.startswith("Jira shows no account with the address noc@isp.example: ")
    file = installed.settings["telling"] = tmp_path / "telling.yaml"
    file.write_text("mail: {host: 127.0.0.1, tls: none, sender: a@isp.example}\n")
    assert installed.finding("escalation mail").seen == "0 of 1 contacts by Jira, the others by the mail server"
    installed.jira.add_user("noc@isp.example", ["Service Desk Team"])
    file.unlink()
    installed.settings["telling"] = None
    assert installed.finding("escalation mail").seen == "all 1 contacts by Jira"


@pytest.mark.parametrize(
    ("days", "verdict", "said"),
    [
        (31, CheckStatus.OK, "it ends on"),
        (30, CheckStatus.WARN, "in 30 days"),
        (-1, CheckStatus.FAIL, "it ended on"),
        (None, CheckStatus.WARN, "INTERSPACE_JIRA_TOKEN_ENDS is not set"),
    ],
)
def test_the_end_of_the_token_is_told_in_time(
    cloud: Installation, days: int | None, verdict: CheckStatus, said: str
) -> None:
    cloud.settings["jira_token_ends"] = None if days is None else (cloud.clock() + timedelta(days=days)).date()

    found = cloud.finding("token's end")

    assert found.verdict is verdict
    assert said in found.seen


def test_a_service_accounts_token_works_at_the_gateway_alone(cloud: Installation) -> None:
    cloud.settings["jira_token"] = SecretStr(add_scoped_token(cloud.jira, BOT))
    at_the_site = cloud.finding("token")
    cloud.settings["jira_api_url"] = f"{JIRA}/ex/jira/{CLOUD_ID}"

    found = cloud.examine()

    assert at_the_site.verdict is CheckStatus.FAIL
    assert "read:jira-work" in at_the_site.do
    assert not_ok(found) == UNSEEN | {"escalation mail", "letterhead"}


def test_a_webhook_that_signs_nothing(cloud: Installation) -> None:
    next(iter(cloud.jira.world.webhooks.values())).secret = None

    found = cloud.examine(test_tickets=False)

    assert found["signature"].verdict is CheckStatus.FAIL
    assert found["installation"].verdict is CheckStatus.WARN


@pytest.mark.parametrize(
    ("change", "said"),
    [({"jira_user": None}, "INTERSPACE_JIRA_USER is not set"), ({"jira_url": "http://localhost:8080"}, "not like")],
)
def test_an_address_that_the_credentials_do_not_fit(cloud: Installation, change: dict[str, Any], said: str) -> None:
    cloud.settings.update(change)
    cloud.receiver_url = "http://localhost:8080"

    found = cloud.finding("Jira answers", test_tickets=False)

    assert found.verdict is CheckStatus.FAIL
    assert said in found.seen


def test_an_e_mail_address_is_too_much_for_data_center(data_center: Installation) -> None:
    data_center.settings["jira_user"] = BOT

    found = data_center.finding("Jira answers", test_tickets=False)

    assert found.verdict is CheckStatus.FAIL
    assert "take the variable away" in found.do


@pytest.mark.parametrize(
    ("told", "verdict"), [("9.12.1", CheckStatus.FAIL), ("10.3.0", CheckStatus.OK), ("11.3.1", CheckStatus.WARN)]
)
def test_the_version_of_data_center(
    data_center: Installation, monkeypatch: pytest.MonkeyPatch, told: str, verdict: CheckStatus
) -> None:
    monkeypatch.setattr(site, "DATA_CENTER_VERSION", told)

    assert data_center.finding("Jira's version", test_tickets=False).verdict is verdict


@pytest.mark.parametrize("permission", [*BOT_PERMISSIONS, *ADMIN_PERMISSIONS], ids=lambda one: one.key)
def test_a_permission_that_is_missing_is_named(
    installed: Installation, monkeypatch: pytest.MonkeyPatch, permission: Permission
) -> None:
    real = site._permission

    def without(call: Any, project: Any, name: str, number: int) -> dict[str, Any]:
        return real(call, project, name, number) | ({"havePermission": False} if name == permission.key else {})

    monkeypatch.setattr(site, "_permission", without)

    who = "connector" if permission in BOT_PERMISSIONS else "admin"
    finding = installed.finding(named(who, permission), test_tickets=False)
    assert finding.verdict is (CheckStatus.WARN if permission.key == "USER_PICKER" else CheckStatus.FAIL)
    assert permission.name in finding.do


@pytest.mark.parametrize("minutes", [15, 20])
def test_goals_are_compared_with_the_policy(installed: Installation, minutes: int) -> None:
    installed.worker_runs = False
    add_sla(installed.jira, "Interspace: first response", timedelta(minutes=minutes), "response")
    add_sla(installed.jira, "Interspace: repair", timedelta(hours=4))
    request = installed.jira.receive_mail("ada@harbour.example", "Line down", "Please help.")
    highest = next(held.id for held in installed.jira.world.priorities.values() if held.name == "Highest")
    issue = installed.jira.world.issue(request)
    issue.fields["priority"] = highest
    installed.jira.world.index.changed(issue)
    installed.passes(300)

    found = installed.finding("checklist: goals", test_tickets=False)

    if minutes == 15:
        assert found.verdict is CheckStatus.OK
        assert "as the policy says for P1" in found.seen
    else:
        assert found.verdict is CheckStatus.WARN
        assert "Interspace: first response is 20 min, the policy says 15 min" in found.seen


def test_goals_that_nobody_has_made(installed: Installation) -> None:
    installed.jira.receive_mail("ada@harbour.example", "Line down", "Please help.")
    installed.passes(300)

    found = installed.finding("checklist: goals", test_tickets=False)

    assert found.verdict is CheckStatus.WARN
    assert "Interspace: repair" in found.seen


def test_a_late_search_does_not_keep_a_test_issue(installed: Installation) -> None:
    installed.jira.world.index.lag = timedelta(hours=1)

    assert installed.finding("round trip").verdict is CheckStatus.OK
    assert installed.traces() == []


def test_what_an_earlier_examination_left_is_named(installed: Installation) -> None:
    installed.jira.faults.add(Fault("status", "DELETE", r"issue/\d+$", times=None))
    installed.examine()
    installed.jira.faults.clear()
    installed.passes(300)

    found = installed.examine(tuple(check for check in CHECKS if check.name != "round trip"), test_tickets=False)

    assert "issue ISP-" in found["test objects removed"].seen
