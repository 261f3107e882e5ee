"""What ``interspace install`` leaves behind, examined."""

from collections.abc import Iterator

import pytest

from connector.doctor.finding import CheckStatus
from connector.helpdesks.zammad.install.webhook import CHANGED
from tests.unit.helpdesks.zammad.doctor.installation import RECEIVER, Installation


@pytest.fixture
def installed(sqlite_url: str) -> Iterator[Installation]:
    """Set up by the plan, the background worker restarted."""
    made = Installation(sqlite_url, by_plan=True)
    yield made
    made.close()


@pytest.fixture(params=["5.5", "7"])
def of_a_version(request: pytest.FixtureRequest, sqlite_url: str) -> Iterator[Installation]:
    """The same on the oldest and the newest Zammad."""
    made = Installation(sqlite_url, by_plan=True, version=request.param)
    yield made
    made.close()


def test_a_fresh_installation_is_well(of_a_version: Installation) -> None:
    installed = of_a_version
    found = installed.examine()

    not_ok = [finding for finding in found.values() if finding.verdict is not CheckStatus.OK]
    # The agents have no access to the intake. The delivered policy names nobody's address. There is no ticket yet
    # besides the tests' own.
    told = ["agents' access to groups", "letterhead", "escalation mail", "attributes of a ticket"]
    assert [finding.name for finding in not_ok] == told
    assert "may not work in Users" in found["agents' access to groups"].seen
    assert installed.traces() == []
    assert installed.zammad.mails == []


def test_a_worker_that_was_not_restarted_is_told(installed: Installation) -> None:
    installed.zammad.world.worker_attributes = set()

    found = installed.examine()

    failed = [finding.name for finding in found.values() if finding.verdict is CheckStatus.FAIL]
    assert failed == ["background worker stores attributes"]
    assert "Restart Zammad's background worker" in found[failed[0]].do


def test_one_of_two_triggers_that_is_switched_off_is_named(installed: Installation) -> None:
    changed = next(row for row in installed.zammad.world.tables["Trigger"].values() if row["name"] == CHANGED)
    changed["active"] = False

    found = installed.finding("trigger", test_tickets=False)

    assert (found.verdict, CHANGED in found.seen, found.do.startswith("Activate")) == (CheckStatus.FAIL, True, True)


def test_a_worker_that_delivers_nothing_is_told_from_a_receiver_that_does_not_run(installed: Installation) -> None:
    way = tuple(check for check in installed.checks if check.name == "round trip")
    installed.zammad.deliver_webhooks = lambda post=None: 0  # type: ignore[method-assign]

    (found,) = installed.examine(way).values()

    assert "its background worker delivers" in found.seen
    assert "zammad-worker" in found.do


def test_what_was_changed_by_hand_is_drift(installed: Installation) -> None:
    macro = next(iter(installed.zammad.world.tables["Macro"].values()))
    macro["perform"] = {"ticket.state_id": {"value": "4"}}

    found = installed.finding("installation", test_tickets=False)

    assert found.verdict is CheckStatus.WARN
    assert macro["name"] in found.seen
    assert "interspace install apply zammad" in found.do


def test_a_webhook_that_leads_to_another_receiver(installed: Installation) -> None:
    installed.settings["receiver_url"] = "https://connector.example.com"
    elsewhere = installed.finding("webhook", test_tickets=False)
    installed.settings["receiver_url"] = RECEIVER
    ours = installed.finding("webhook", test_tickets=False)

    assert elsewhere.verdict is CheckStatus.FAIL
    assert "https://connector.example.com/webhooks/zammad/main" in elsewhere.seen
    assert ours.verdict is CheckStatus.OK


def test_mandatory_fields_do_not_keep_the_test_tickets_out(installed: Installation) -> None:
    """The create mask asks agents for what R14 asks for; the API is bound by it too."""
    refused = {"title": "Line down", "group": "Users", "customer_id": 2, "article": {"body": "x"}}
    with pytest.raises(ValueError, match="422"):
        installed.admin("POST", "tickets", refused)

    assert installed.finding("round trip").verdict is CheckStatus.OK
