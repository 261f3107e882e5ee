"""Each way of being broken is named, with what to do."""

import json
from collections.abc import Callable

import pytest
from pydantic import SecretStr

from connector.doctor.finding import CheckStatus
from connector.sandbox.faults import Fault
from connector.sandbox.jira.records import CustomField
from tests.jira_admin import allow_only
from tests.unit.doctor.examined import SECRET
from tests.unit.helpdesks.jira.doctor.installation import Installation

Break = Callable[[Installation], None]


def field(at: Installation, name: str) -> CustomField:
    return next(held for held in at.jira.world.custom_fields.values() if held.name == name)


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
    allow_only(at.jira, "Work in progress", ["Open"])


def no_priority(at: Installation) -> None:
    next(held for held in at.jira.world.priorities.values() if held.name == "High").name = "Very high"


def a_further_priority(at: Installation) -> None:
    at.jira.add("priorities", "Blocker")


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


def out_of_the_scheme(at: Installation) -> None:
    for scheme in at.jira.world.field_schemes.values():
        scheme.fields.discard(field(at, "RFO due").id)


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


FAIL, WARN = CheckStatus.FAIL, CheckStatus.WARN
BROKEN: tuple[tuple[Break, str, CheckStatus, str], ...] = (
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
    installed: Installation, breaks: Break, check: str, verdict: CheckStatus, said: str
) -> None:
    breaks(installed)

    found = installed.finding(check)

    assert found.verdict is verdict, found
    assert said in found.seen
    assert found.do.endswith(".")
    assert installed.traces() == []


@pytest.mark.slow
@pytest.mark.parametrize("breaks", [one[0] for one in BROKEN])
def test_no_check_trips_over_what_another_one_names(installed: Installation, breaks: Break) -> None:
    breaks(installed)

    found = installed.examine()

    assert "the check itself failed" not in json.dumps(found)
    assert installed.traces() == []
    assert SECRET not in json.dumps(found)
    assert not any(token in json.dumps(found) for token in installed.bench.tokens.values())


def test_a_portal_customers_account_is_refused(installed: Installation) -> None:
    a_customer(installed)

    assert installed.finding("token", test_tickets=False).verdict is CheckStatus.FAIL


def test_a_field_that_fell_out_of_the_projects_scheme_is_named(cloud: Installation) -> None:
    out_of_the_scheme(cloud)

    found = cloud.examine(test_tickets=False)

    assert found["project's fields"].verdict is CheckStatus.FAIL
    assert "RFO due" in found["project's fields"].seen
    assert "RFO due" in found["fields on screens"].seen


def test_the_members_of_a_customers_organization_are_read(installed: Installation) -> None:
    installed.worker_runs = False
    installed.jira.add_user("ada@harbour.example", organization="Harbour Bank")
    installed.jira.receive_mail("ada@harbour.example", "Line down", "Please help.")
    installed.passes(300)
    assert installed.finding("organizations", test_tickets=False).seen == "1 member of Harbour Bank"

    installed.jira.faults.add(Fault("status", "GET", r"organization/\d+/user", status=403, times=None))

    found = installed.finding("organizations", test_tickets=False)
    assert found.verdict is CheckStatus.WARN
    assert "count as strangers" in found.seen


def test_the_screen_of_edits_is_looked_at_on_an_open_issue(installed: Installation) -> None:
    installed.worker_runs = False
    installed.jira.receive_mail("ada@harbour.example", "Line down", "Please help.")
    installed.passes(300)
    assert installed.finding("fields on edit screens", test_tickets=False).seen == "all fields, for Incident"

    off_the_screen(installed)

    found = installed.finding("fields on edit screens", test_tickets=False)
    assert found.verdict is CheckStatus.FAIL
    assert "Incident: RFO due" in found.seen


def test_without_the_options_no_test_issue_is_made(data_center: Installation) -> None:
    no_option(data_center)

    found = data_center.examine()

    assert found["options"].verdict is CheckStatus.FAIL
    assert found["transitions"].seen == found["round trip"].seen == "not examined: options"
