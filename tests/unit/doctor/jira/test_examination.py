"""An examination of Jira as a whole: all well, each way of being broken, what is skipped, what is removed."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from connector.doctor.finding import Finding, Verdict
from connector.doctor.jira.account import ADMIN_PERMISSIONS, BOT_PERMISSIONS, Permission, named
from connector.doctor.jira.checks import CHECKS
from connector.sandbox.faults import Fault
from connector.sandbox.jira import site
from connector.sandbox.jira.furnished import BOT
from connector.sandbox.jira.records import CustomField
from tests.unit.doctor.jira.installation import SECRET, Installation

Break = Callable[[Installation], None]
UNSEEN = {"checklist: goals", "checklist: notifications"}
"""Nothing to be seen before there is a customer's request, and never."""


def not_ok(found: dict[str, Finding]) -> set[str]:
    return {name for name, finding in found.items() if finding.verdict is not Verdict.OK}


def field(at: Installation, name: str) -> CustomField:
    return next(held for held in at.jira.world.custom_fields.values() if held.name == name)


def test_all_is_well_and_nothing_is_left(installed: Installation) -> None:
    found = installed.examine()

    hidden = set() if installed.jira.flavour == "cloud" else {"signature"}
    assert not_ok(found) == UNSEEN | hidden
    assert found["round trip"].seen.endswith("was made, delivered, worked on and removed")
    assert installed.traces() == []
    assert installed.table.dead_letters() == []


def test_without_test_tickets_nothing_is_written(installed: Installation) -> None:
    served = len(installed.jira.requests)

    found = installed.examine(test_tickets=False)

    looks = {"GET", "HEAD"}
    written = [one for one in installed.jira.requests[served:] if one.method not in looks and "search" not in one.path]
    assert written == []
    assert {found[name].verdict for name in ("round trip", "transitions")} == {Verdict.SKIPPED}


def test_without_the_admins_token_the_rest_is_examined(installed: Installation) -> None:
    installed.settings["jira_admin_token"] = None

    found = installed.examine()

    assert {finding.verdict for finding in found.values()} == {Verdict.OK, Verdict.SKIPPED}
    assert found["options"].verdict is Verdict.OK
    assert found["round trip"].verdict is Verdict.SKIPPED
    assert "INTERSPACE_JIRA_ADMIN_TOKEN" in found["admin token"].seen


def revoke_bot(at: Installation) -> None:
    del at.jira.world.tokens[at.bench.tokens["bot"]]


def revoke_admin(at: Installation) -> None:
    del at.jira.world.tokens[at.bench.tokens["admin"]]


def one_user_for_both(at: Installation) -> None:
    at.settings["jira_token"] = at.settings["jira_admin_token"]
    at.settings["jira_user"] = at.settings["jira_admin_user"]


def a_customer(at: Installation) -> None:
    user = at.jira.world.tokens[at.bench.tokens["bot"]]
    user.kind = "customer"
    user.shown.clear()


def no_project(at: Installation) -> None:
    next(iter(at.jira.world.projects.values())).key = "OTHER"


def no_task_type(at: Installation) -> None:
    number = next(kind.id for kind in at.jira.world.issue_types.values() if kind.name == "Task")
    next(iter(at.jira.world.projects.values())).issue_type_ids.remove(number)


def unknown_status(at: Installation) -> None:
    at.jira.add_status("Parked", "indeterminate")


def no_way_back(at: Installation) -> None:
    at.jira.allow_only("Work in progress", ["Open"])


def no_priority(at: Installation) -> None:
    next(held for held in at.jira.world.priorities.values() if held.name == "High").name = "Very high"


def a_further_priority(at: Installation) -> None:
    at.jira.add_priority("Blocker")


def no_role(at: Installation) -> None:
    next(held for held in at.jira.world.roles.values() if held.name == "Escalation Manager").name = "Boss"


def nobody_in_a_role(at: Installation) -> None:
    project = next(iter(at.jira.world.projects.values()))
    number = next(held.id for held in at.jira.world.roles.values() if held.name == "Escalation Manager")
    project.role_users[number].clear()


def no_link_type(at: Installation) -> None:
    next(held for held in at.jira.world.link_types.values() if held.name == "Relates").name = "Has to do with"


def no_field(at: Installation) -> None:
    field(at, "RFO due").name = "RFO until"


def wrong_type(at: Installation) -> None:
    made = field(at, "RFO due")
    made.type = made.type.replace("datetime", "textfield")


def off_the_screen(at: Installation) -> None:
    for screen in at.jira.world.screens.values():
        for tab in screen.tabs.values():
            tab.fields = [name for name in tab.fields if name != field(at, "RFO due").id]


def no_option(at: Installation) -> None:
    for context in field(at, "Impact on service").contexts.values():
        context.options = {number: held for number, held in context.options.items() if held.value != "degradation"}


def no_webhook(at: Installation) -> None:
    at.jira.world.webhooks.clear()


def sleeping_webhook(at: Installation) -> None:
    next(iter(at.jira.world.webhooks.values())).enabled = False


def webhook_elsewhere(at: Installation) -> None:
    next(iter(at.jira.world.webhooks.values())).url = f"{at.receiver_url}/webhooks/jira/other"


def fewer_events(at: Installation) -> None:
    next(iter(at.jira.world.webhooks.values())).events.remove("comment_created")


def no_bodies(at: Installation) -> None:
    next(iter(at.jira.world.webhooks.values())).exclude_body = True


def another_project(at: Installation) -> None:
    next(iter(at.jira.world.webhooks.values())).filter = 'project = "OPS"'


def another_secret(at: Installation) -> None:
    next(iter(at.jira.world.webhooks.values())).secret = "somebody else's secret"


def receiver_with_another_secret(at: Installation) -> None:
    at.settings["jira_webhook_secret"] = SecretStr("another-secret-of-this-test")


def no_receiver(at: Installation) -> None:
    at.receiver = None


def no_worker(at: Installation) -> None:
    at.worker_runs = False


def no_request_type(at: Installation) -> None:
    at.jira.world.request_types.clear()


def a_shorter_form(at: Installation) -> None:
    next(iter(at.jira.world.request_types.values())).fields.pop(field(at, "Kind of fault").id)


def nothing_required(at: Installation) -> None:
    form = next(iter(at.jira.world.request_types.values())).fields
    form.update(dict.fromkeys(form, False))


def no_queue(at: Installation) -> None:
    at.jira.world.queues.pop(next(iter(at.jira.world.queues)))


def another_queue(at: Installation) -> None:
    next(iter(at.jira.world.queues.values())).jql = "status = Open"


def changed_by_hand(at: Installation) -> None:
    next(iter(at.jira.world.filters.values())).jql = "project = ISP"


FAIL, WARN = Verdict.FAIL, Verdict.WARN
BROKEN: tuple[tuple[Break, str, Verdict, str], ...] = (
    (revoke_bot, "token", FAIL, "401"),
    (revoke_admin, "admin token", FAIL, "401"),
    (one_user_for_both, "admin token", FAIL, "the connector's own user"),
    (no_project, "project", FAIL, "ISP"),
    (no_task_type, "issue types", FAIL, "Task"),
    (unknown_status, "statuses", FAIL, "Parked"),
    (no_way_back, "transitions", FAIL, "Work in progress"),
    (no_priority, "priorities", FAIL, "High"),
    (a_further_priority, "priorities", WARN, "Blocker"),
    (no_role, "roles", FAIL, "Escalation Manager"),
    (nobody_in_a_role, "roles", WARN, "Escalation Manager"),
    (no_link_type, "link type", FAIL, "Relates"),
    (no_field, "custom fields", FAIL, "'RFO due'"),
    (wrong_type, "custom fields", FAIL, "'RFO due' is of type textfield, not datetime"),
    (off_the_screen, "fields on screens", FAIL, "RFO due"),
    (no_option, "options", FAIL, "'Impact on service' has no option degradation"),
    (no_webhook, "webhook", FAIL, "none leads to"),
    (sleeping_webhook, "webhook", FAIL, "not active"),
    (webhook_elsewhere, "webhook", FAIL, "/webhooks/jira/other"),
    (fewer_events, "webhook's events", FAIL, "comment_created"),
    (no_bodies, "webhook's events", FAIL, "no bodies"),
    (another_project, "webhook's events", FAIL, "OPS"),
    (another_secret, "round trip", FAIL, "no delivery reached the work table"),
    (receiver_with_another_secret, "receiver", FAIL, "another secret"),
    (no_receiver, "receiver", WARN, "no answer here"),
    (no_worker, "round trip", WARN, "no worker has taken it"),
    (no_request_type, "checklist: request types", WARN, "no request type"),
    (a_shorter_form, "checklist: request types", WARN, "Kind of fault"),
    (nothing_required, "checklist: required details", WARN, "Service reference"),
    (no_queue, "checklist: queues", WARN, "missing: Interspace: Service Desk"),
    (another_queue, "checklist: queues", WARN, "shows something else: Interspace: Service Desk"),
    (changed_by_hand, "installation", WARN, "filter"),
)


@pytest.mark.parametrize(("breaks", "check", "verdict", "said"), BROKEN, ids=[one[0].__name__ for one in BROKEN])
def test_what_is_broken_is_named_with_what_to_do(
    installed: Installation, breaks: Break, check: str, verdict: Verdict, said: str
) -> None:
    breaks(installed)

    found = installed.examine()

    assert found[check].verdict is verdict, found[check]
    assert said in found[check].seen
    assert found[check].do.endswith(".")
    assert installed.traces() == []
    assert SECRET not in json.dumps(found)
    assert not any(token in json.dumps(found) for token in installed.bench.tokens.values())


def test_a_portal_customers_account_is_refused(cloud: Installation) -> None:
    a_customer(cloud)

    assert cloud.examine(test_tickets=False)["token"].verdict is Verdict.FAIL


def test_a_webhook_that_signs_nothing(cloud: Installation) -> None:
    next(iter(cloud.jira.world.webhooks.values())).secret = None

    found = cloud.examine(test_tickets=False)

    assert found["signature"].verdict is Verdict.FAIL
    assert found["installation"].verdict is Verdict.WARN


@pytest.mark.parametrize(
    ("change", "said"),
    [({"jira_user": None}, "INTERSPACE_JIRA_USER is not set"), ({"jira_url": "http://localhost:8080"}, "not like")],
)
def test_an_address_that_the_credentials_do_not_fit(cloud: Installation, change: dict[str, Any], said: str) -> None:
    cloud.settings.update(change)
    cloud.receiver_url = "http://localhost:8080"

    found = cloud.examine(test_tickets=False)["Jira answers"]

    assert found.verdict is Verdict.FAIL
    assert said in found.seen


def test_an_e_mail_address_is_too_much_for_data_center(data_center: Installation) -> None:
    data_center.settings["jira_user"] = BOT

    found = data_center.examine(test_tickets=False)["Jira answers"]

    assert found.verdict is Verdict.FAIL
    assert "take the variable away" in found.do


@pytest.mark.parametrize(
    ("told", "verdict"), [("9.12.1", Verdict.FAIL), ("10.3.0", Verdict.OK), ("13.0.0", Verdict.WARN)]
)
def test_the_version_of_data_center(
    data_center: Installation, monkeypatch: pytest.MonkeyPatch, told: str, verdict: Verdict
) -> None:
    monkeypatch.setattr(site, "DATA_CENTER_VERSION", told)

    assert data_center.examine(test_tickets=False)["Jira's version"].verdict is verdict


@pytest.mark.parametrize(
    ("ahead", "verdict"), [(4, Verdict.OK), (30, Verdict.WARN), (-30, Verdict.WARN), (120, Verdict.FAIL)]
)
def test_the_skew_of_the_clocks(cloud: Installation, ahead: int, verdict: Verdict) -> None:
    cloud.date_is_ahead = timedelta(seconds=ahead)

    assert cloud.examine(test_tickets=False)["Jira's clock"].verdict is verdict


@pytest.mark.parametrize("permission", [*BOT_PERMISSIONS, *ADMIN_PERMISSIONS], ids=lambda one: one.key)
def test_a_permission_that_is_missing_is_named(
    installed: Installation, monkeypatch: pytest.MonkeyPatch, permission: Permission
) -> None:
    real = site._permission

    def without(call: Any, project: Any, name: str, number: int) -> dict[str, Any]:
        return real(call, project, name, number) | ({"havePermission": False} if name == permission.key else {})

    monkeypatch.setattr(site, "_permission", without)

    found = installed.examine(test_tickets=False)

    who = "connector" if permission in BOT_PERMISSIONS else "admin"
    finding = found[named(who, permission)]
    assert finding.verdict is (Verdict.WARN if permission.key == "USER_PICKER" else Verdict.FAIL)
    assert permission.name in finding.do


@pytest.mark.parametrize("minutes", [15, 20])
def test_goals_are_compared_with_the_policy(installed: Installation, minutes: int) -> None:
    installed.worker_runs = False
    installed.jira.add_sla("Interspace: first response", timedelta(minutes=minutes), "response")
    installed.jira.add_sla("Interspace: repair", timedelta(hours=4))
    request = installed.jira.receive_mail("ada@harbour.example", "Line down", "Please help.")
    highest = next(held.id for held in installed.jira.world.priorities.values() if held.name == "Highest")
    issue = installed.jira.world.issue(request)
    issue.fields["priority"] = highest
    installed.jira.world.index.changed(issue)
    installed.passes(300)

    found = installed.examine(test_tickets=False)["checklist: goals"]

    if minutes == 15:
        assert found.verdict is Verdict.OK
        assert "as the policy says for P1" in found.seen
    else:
        assert found.verdict is Verdict.WARN
        assert "Interspace: first response is 20 min, the policy says 15 min" in found.seen


def test_goals_that_nobody_has_made(installed: Installation) -> None:
    installed.jira.receive_mail("ada@harbour.example", "Line down", "Please help.")
    installed.passes(300)

    found = installed.examine(test_tickets=False)["checklist: goals"]

    assert found.verdict is Verdict.WARN
    assert "Interspace: repair" in found.seen


@pytest.mark.parametrize("kind", ["lose answer", "refuse", "status"])
def test_a_creation_without_an_answer_leaves_nothing(installed: Installation, kind: Any) -> None:
    for _ in range(2):
        installed.jira.faults.add(Fault(kind, "POST", "/api/2/issue$", times=1))

    found = installed.examine()

    assert Verdict.FAIL in {finding.verdict for finding in found.values()}
    assert installed.traces() == []


def test_a_late_search_does_not_keep_a_test_issue(installed: Installation) -> None:
    installed.jira.world.index.lag = timedelta(hours=1)

    found = installed.examine()

    assert found["round trip"].verdict is Verdict.OK
    assert installed.traces() == []


def test_what_cannot_be_removed_is_named(installed: Installation) -> None:
    installed.jira.faults.add(Fault("status", "DELETE", r"issue/\d+$", times=None))

    found = installed.examine()

    assert len(installed.traces()) > 0
    assert found["test objects removed"].verdict is Verdict.WARN
    assert "Interspace doctor" in found["test objects removed"].seen


def test_what_an_earlier_examination_left_is_named(installed: Installation) -> None:
    installed.jira.faults.add(Fault("status", "DELETE", r"issue/\d+$", times=None))
    installed.examine()
    installed.jira.faults.clear()
    installed.passes(300)

    found = installed.examine(tuple(check for check in CHECKS if check.name != "round trip"), test_tickets=False)

    assert "issue ISP-" in found["test objects removed"].seen


def test_every_need_is_a_check_that_comes_before() -> None:
    before: set[str] = set()
    for name, _, needs in CHECKS:
        assert set(needs) <= before
        assert name not in before
        before.add(name)


def test_without_the_options_no_test_issue_is_made(data_center: Installation) -> None:
    no_option(data_center)

    found = data_center.examine()

    assert found["options"].verdict is Verdict.FAIL
    assert found["transitions"].seen == found["round trip"].seen == "not examined: options"
