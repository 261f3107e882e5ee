"""Each way of being broken: named, with what to do; nothing stays on the helpdesk, no secret is in a finding."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from connector.doctor.finding import CheckStatus
from connector.sandbox.faults import Fault
from connector.work.table import Failed, Job, Key
from tests.unit.doctor.examined import SECRET
from tests.unit.helpdesks.zammad.doctor.installation import Installation
from tests.unit.helpdesks.zammad.doctor.test_customers_mails import AUTO_REPLY

Break = Callable[[Installation], None]


def row(at: Installation, model: str, **having: Any) -> dict[str, Any]:
    """The first record with these values."""
    table = at.zammad.world.table(model).values()
    return next(r for r in table if all(r[name] == value for name, value in having.items()))


def revoke_bot(at: Installation) -> None:
    del at.zammad.world.tokens[at.accounts.bot]


def revoke_admin(at: Installation) -> None:
    del at.zammad.world.tokens[at.accounts.admin]


def one_user_for_both(at: Installation) -> None:
    at.settings["zammad_token"] = SecretStr(at.accounts.admin)


def no_agent(at: Installation) -> None:
    row(at, "Role", name="Agent")["permission_ids"] = []


def no_access_to_a_group(at: Installation) -> None:
    bot = row(at, "User", id=at.zammad.user_id("interspace-bot@sandbox.example"))
    for holder in (bot, row(at, "Role", name="Agent")):
        holder["group_ids"].pop(str(row(at, "Group", name="RFO")["id"]))


def reads_a_group_only(at: Installation) -> None:
    no_access_to_a_group(at)
    bot = row(at, "User", id=at.zammad.user_id("interspace-bot@sandbox.example"))
    bot["group_ids"][str(row(at, "Group", name="RFO")["id"])] = ["read"]


def agents_without_a_group(at: Installation) -> None:
    row(at, "Role", name="Agent")["group_ids"].pop(str(row(at, "Group", name="Directors")["id"]))


def not_migrated(at: Installation) -> None:
    row(at, "ObjectManagerAttribute", name="impact").update(to_create=True, to_migrate=True)


def no_attribute(at: Installation) -> None:
    row(at, "ObjectManagerAttribute", name="impact")["name"] = "impakt"


def wrong_type(at: Installation) -> None:
    row(at, "ObjectManagerAttribute", name="escalation_level")["data_type"] = "input"


def missing_option(at: Installation) -> None:
    row(at, "ObjectManagerAttribute", name="impact")["data_option"]["options"] = {"degradation": "x"}


def fills_itself(at: Installation) -> None:
    row(at, "ObjectManagerAttribute", name="repair_due_at")["data_option"]["diff"] = 24


def worker_not_restarted(at: Installation) -> None:
    at.zammad.world.worker_attributes = {"impact"}


def scheduler_stands(at: Installation) -> None:
    at.scheduler_runs = False


def no_webhook(at: Installation) -> None:
    at.zammad.world.tables["Webhook"].clear()


def foreign_url(at: Installation) -> None:
    row(at, "Webhook")["endpoint"] = "https://elsewhere.example/webhooks/zammad/other"


def inactive_webhook(at: Installation) -> None:
    row(at, "Webhook")["active"] = False


def own_payload(at: Installation) -> None:
    row(at, "Webhook")["customized_payload"] = True


def predefined_webhook(at: Installation) -> None:
    row(at, "Webhook")["pre_defined_webhook_type"] = "Slack"


def sends_put(at: Installation) -> None:
    row(at, "Webhook")["http_method"] = "put"


def bot_expired(at: Installation) -> None:
    at.zammad.world.expired_tokens.add(at.accounts.bot)


def admin_expired(at: Installation) -> None:
    at.zammad.world.expired_tokens.add(at.accounts.admin)


def wrong_secret(at: Installation) -> None:
    row(at, "Webhook")["signature_token"] = "another-secret-entirely"


def unsigned(at: Installation) -> None:
    row(at, "Webhook")["signature_token"] = None


def receiver_with_another_secret(at: Installation) -> None:
    at.settings["zammad_webhook_secret"] = SecretStr("another-secret-entirely")


def receiver_stands(at: Installation) -> None:
    at.receiver = None


def inactive_trigger(at: Installation) -> None:
    row(at, "Trigger")["active"] = False


def echoing_trigger(at: Installation) -> None:
    row(at, "Trigger")["condition"] = {"ticket.state_id": {"operator": "is", "value": ["1", "2", "4"]}}


def excludes_another(at: Installation) -> None:
    row(at, "Trigger")["condition"]["ticket.updated_by_id"]["value"] = ["1"]


def excluded_in_one_branch_only(at: Installation) -> None:
    spec = {"name": "ticket.updated_by_id", **row(at, "Trigger")["condition"]["ticket.updated_by_id"]}
    title = {"name": "ticket.title", "operator": "has changed", "value": []}
    row(at, "Trigger")["condition"] = {"operator": "OR", "conditions": [spec, title]}


def hears_only_the_bot(at: Installation) -> None:
    row(at, "Trigger")["condition"]["ticket.updated_by_id"]["operator"] = "is"


def deaf_to_attributes(at: Installation) -> None:
    row(at, "Trigger")["condition"]["ticket.action"] = {"operator": "is", "value": "create"}


def dead_letter(at: Installation) -> None:
    at.table.touch([Key("zammad", "41")], at.clock())
    at.table.fail([Failed(job, "Zammad PUT tickets/41: answered 422", None) for job in claim(at)])


def claim(at: Installation) -> list[Job]:
    return at.table.claim("zammad", 9, timedelta(minutes=1))


def overdue(at: Installation) -> None:
    at.worker_runs = False
    at.table.touch([Key("zammad", "41")], at.clock() - timedelta(hours=1))


def paused(at: Installation) -> None:
    at.table.pause("zammad", at.clock() + timedelta(hours=1), "no answer")


def no_worker(at: Installation) -> None:
    at.worker_runs = False


def bad_mapping(at: Installation) -> None:
    at.settings["zammad_mapping"] = "nowhere.yaml"


def no_sender(at: Installation) -> None:
    row(at, "Group", name="Users")["email_address_id"] = None


def mail_in_its_name(at: Installation) -> None:
    at.zammad.receive_mail("interspace-bot@sandbox.example", "Line down", "[ref: level-5]")


def no_group(at: Installation) -> None:
    row(at, "Group", name="RFO")["name"] = "R.F.O."


def inactive_priority(at: Installation) -> None:
    row(at, "TicketPriority", name="P2 major")["active"] = False


def unknown_priority(at: Installation) -> None:
    at.zammad.add("ticket_priorities", name="P5 someday")


def unknown_state(at: Installation) -> None:
    at.zammad.add_state("waiting for spare parts", "open")


def renamed_attribute(at: Installation) -> None:
    row(at, "ObjectManagerAttribute", name="deferral")["display"] = "Vereinbarung"


def no_role(at: Installation) -> None:
    row(at, "Role", name="Escalation Manager")["name"] = "Boss"


def no_table(at: Installation) -> None:
    at.settings["database_url"] = SecretStr("postgresql://connector:hunter2@127.0.0.1:1/work")


def auto_reply(at: Installation) -> None:
    at.zammad.world.tables["Trigger"][901] = AUTO_REPLY


def no_secret(at: Installation) -> None:
    at.settings["zammad_webhook_secret"] = None


def no_url(at: Installation) -> None:
    at.settings["zammad_url"] = None


def helpdesk_down(at: Installation) -> None:
    at.zammad.faults.add(Fault("refuse", times=None))


BROKEN: list[tuple[Break, str, CheckStatus, str]] = [
    (no_url, "settings", CheckStatus.FAIL, "INTERSPACE_ZAMMAD_URL"),
    (no_secret, "webhook secret", CheckStatus.FAIL, "INTERSPACE_ZAMMAD_WEBHOOK_SECRET"),
    (bad_mapping, "policy and mapping", CheckStatus.FAIL, "nowhere.yaml"),
    (helpdesk_down, "Zammad answers", CheckStatus.FAIL, "no answer"),
    (revoke_bot, "token", CheckStatus.FAIL, "answered 401"),
    (revoke_admin, "admin token", CheckStatus.FAIL, "answered 401"),
    (bot_expired, "token", CheckStatus.FAIL, "the token has expired"),
    (admin_expired, "admin token", CheckStatus.FAIL, "the admin's token has expired"),
    (one_user_for_both, "admin token", CheckStatus.FAIL, "the connector's own user"),
    (no_agent, "token", CheckStatus.FAIL, "is no agent: its internal notes would be public"),
    (no_access_to_a_group, "access to groups", CheckStatus.FAIL, "RFO (change, create, read)"),
    (reads_a_group_only, "access to groups", CheckStatus.FAIL, "RFO (change, create)"),
    (agents_without_a_group, "agents' access to groups", CheckStatus.WARN, "may not work in Directors"),
    (no_attribute, "attributes", CheckStatus.FAIL, "no attribute impact"),
    (wrong_type, "attributes", CheckStatus.FAIL, "escalation_level is of type input, not integer"),
    (missing_option, "attributes", CheckStatus.FAIL, "impact has no option service_affecting, non_service_affecting"),
    (fills_itself, "attributes", CheckStatus.FAIL, '"diff" must be null'),
    (not_migrated, "migrations", CheckStatus.FAIL, "not migrated: impact"),
    (worker_not_restarted, "background worker stores attributes", CheckStatus.FAIL, "took the job and stopped"),
    (scheduler_stands, "background worker stores attributes", CheckStatus.FAIL, "ran no job in 6 min"),
    (no_webhook, "webhook", CheckStatus.FAIL, "none leads to /webhooks/zammad/main"),
    (foreign_url, "webhook", CheckStatus.FAIL, "leads to https://elsewhere.example"),
    (inactive_webhook, "webhook", CheckStatus.FAIL, "'Interspace' is not active"),
    (own_payload, "webhook", CheckStatus.FAIL, "a payload of its own"),
    (predefined_webhook, "webhook", CheckStatus.FAIL, "it is one for Slack"),
    (sends_put, "webhook", CheckStatus.FAIL, "it sends PUT"),
    (wrong_secret, "signature token", CheckStatus.FAIL, "another secret"),
    (wrong_secret, "round trip", CheckStatus.FAIL, "no delivery reached the work table in 60 s"),
    (unsigned, "signature token", CheckStatus.FAIL, "signs nothing"),
    (receiver_with_another_secret, "receiver", CheckStatus.FAIL, "the receiver has another secret"),
    (receiver_stands, "receiver", CheckStatus.WARN, "no answer here"),
    (receiver_stands, "round trip", CheckStatus.FAIL, "no delivery reached"),
    (inactive_trigger, "trigger", CheckStatus.FAIL, "not active"),
    (echoing_trigger, "trigger", CheckStatus.FAIL, "fired by the connector's own changes"),
    (excludes_another, "trigger", CheckStatus.FAIL, "fired by the connector's own changes"),
    (excluded_in_one_branch_only, "trigger", CheckStatus.FAIL, "fired by the connector's own changes"),
    (hears_only_the_bot, "trigger", CheckStatus.FAIL, "fired by the connector's own changes"),
    (deaf_to_attributes, "trigger", CheckStatus.WARN, "changes of attributes alone fire nothing"),
    (dead_letter, "dead letters", CheckStatus.FAIL, "ticket 41: Zammad PUT tickets/41"),
    (overdue, "work table", CheckStatus.FAIL, "the oldest since 2026-11-23 09:00"),
    (paused, "work table", CheckStatus.WARN, "paused until"),
    (no_table, "work table", CheckStatus.FAIL, "127.0.0.1"),
    (no_worker, "round trip", CheckStatus.WARN, "no worker has taken it"),
    (mail_in_its_name, "mail from the connector", CheckStatus.WARN, "from the connector's own address"),
    (no_sender, "sender addresses", CheckStatus.FAIL, "no sender address: Users"),
    (auto_reply, "mail to customers", CheckStatus.WARN, "'auto reply (on new tickets)'"),
    (no_group, "groups", CheckStatus.FAIL, "no group RFO"),
    (inactive_priority, "priorities", CheckStatus.FAIL, "no priority P2 major"),
    (unknown_priority, "priorities", CheckStatus.WARN, "P5 someday"),
    (unknown_state, "states", CheckStatus.FAIL, "waiting for spare parts"),
    (renamed_attribute, "labels", CheckStatus.WARN, "notes say 'Agreement to defer', the screen says 'Vereinbarung'"),
    (no_role, "roles", CheckStatus.FAIL, "no role Escalation Manager"),
]


@pytest.mark.parametrize(
    ("breaks", "check", "verdict", "said"), BROKEN, ids=lambda part: getattr(part, "__name__", str(part)[:30])
)
def test_what_is_broken_is_named_with_what_to_do(
    installation: Installation, breaks: Break, check: str, verdict: CheckStatus, said: str
) -> None:
    breaks(installation)

    found = installation.finding(check)

    assert found.verdict is verdict, found
    assert said in found.seen
    assert len(found.do) > 10
    assert installation.traces() == []


@pytest.mark.slow
@pytest.mark.parametrize("breaks", [one[0] for one in BROKEN])
def test_no_check_trips_over_what_another_one_names(installation: Installation, breaks: Break) -> None:
    breaks(installation)

    printed = json.dumps([finding._asdict() for finding in installation.examine().values()])

    assert "the check itself failed" not in printed
    assert installation.traces() == []
    for secret in (SECRET, installation.accounts.bot, installation.accounts.admin, "hunter2"):
        assert secret not in printed
