"""Every check: well, and each way of being broken. Nothing stays on the helpdesk, no secret is in a finding."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from pydantic import SecretStr

from connector.doctor.account import ADMIN_PERMISSIONS, Permission, permission_check
from connector.doctor.checks import CHECKS
from connector.doctor.finding import Check, Finding, Verdict, examine, fail, ok
from connector.doctor.round_trip import left_behind
from connector.sandbox.zammad import permissions
from connector.sandbox.zammad.faults import Fault
from connector.work.errors import StoreError
from connector.work.table import Failed, Key, WorkTable
from tests.unit.doctor.installation import SECRET, Installation
from webhooks.app import create_app
from webhooks.receiver import Hook, Receiver

Break = Callable[[Installation], None]
TRIALS = ("triggers store attributes", "background worker stores attributes", "round trip")


def texts(found: dict[str, Finding]) -> str:
    return json.dumps([finding._asdict() for finding in found.values()])


def not_ok(found: dict[str, Finding]) -> dict[str, Finding]:
    return {name: finding for name, finding in found.items() if finding.verdict is not Verdict.OK}


def row(at: Installation, model: str, **having: Any) -> dict[str, Any]:
    """The first record with these values."""
    table = at.zammad.world.table(model).values()
    return next(r for r in table if all(r[name] == value for name, value in having.items()))


def counted(at: Installation) -> dict[str, int]:
    """How many records of each kind there are."""
    return {model: len(rows) for model, rows in at.zammad.world.tables.items() if rows}


def test_all_is_well_and_nothing_is_left(installation: Installation) -> None:
    ticket = {"title": "Line down", "group": "Users", "customer_id": 2, "article": {"body": "x"}}
    installation.admin("POST", "tickets", ticket)

    found = installation.examine()

    # Set up by hand, so there is no plan that it could drift from.
    assert not_ok(found) == {"installation": found["installation"]}
    assert found["installation"].verdict is Verdict.SKIPPED
    assert found["round trip"].seen.endswith("was made, delivered, worked on and removed")
    assert installation.traces() == []
    assert installation.table.dead_letters() == []


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
    bot["group_ids"].pop(str(row(at, "Group", name="RFO")["id"]))


def reads_a_group_only(at: Installation) -> None:
    bot = row(at, "User", id=at.zammad.user_id("interspace-bot@sandbox.example"))
    bot["group_ids"][str(row(at, "Group", name="RFO")["id"])] = ["read"]


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


def deaf_to_attributes(at: Installation) -> None:
    row(at, "Trigger")["condition"]["ticket.action"] = {"operator": "is", "value": "create"}


def dead_letter(at: Installation) -> None:
    at.table.touch([Key("zammad", "41")], at.clock())
    at.table.fail([Failed(job, "Zammad PUT tickets/41: answered 422", None) for job in claim(at)])


def claim(at: Installation) -> list[Any]:
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


def no_group(at: Installation) -> None:
    row(at, "Group", name="RFO")["name"] = "R.F.O."


def inactive_priority(at: Installation) -> None:
    row(at, "TicketPriority", name="P2 major")["active"] = False


def unknown_priority(at: Installation) -> None:
    at.zammad.add_priority("P5 someday")


def unknown_state(at: Installation) -> None:
    at.zammad.add_state("waiting for spare parts", "open")


def no_role(at: Installation) -> None:
    row(at, "Role", name="Escalation Manager")["name"] = "Boss"


def no_table(at: Installation) -> None:
    at.settings["database_url"] = SecretStr("postgresql://connector:hunter2@127.0.0.1:1/work")


def no_secret(at: Installation) -> None:
    at.settings["zammad_webhook_secret"] = None


def no_url(at: Installation) -> None:
    at.settings["zammad_url"] = None


def helpdesk_down(at: Installation) -> None:
    at.zammad.faults.add(Fault("refuse", times=None))


BROKEN: list[tuple[Break, str, Verdict, str]] = [
    (no_url, "settings", Verdict.FAIL, "INTERSPACE_ZAMMAD_URL"),
    (no_secret, "webhook secret", Verdict.FAIL, "INTERSPACE_ZAMMAD_WEBHOOK_SECRET"),
    (bad_mapping, "policy and mapping", Verdict.FAIL, "nowhere.yaml"),
    (helpdesk_down, "Zammad answers", Verdict.FAIL, "no answer"),
    (revoke_bot, "token", Verdict.FAIL, "answered 401"),
    (revoke_admin, "admin token", Verdict.FAIL, "answered 401"),
    (one_user_for_both, "admin token", Verdict.FAIL, "the connector's own user"),
    (no_agent, "connector: POST tickets/search", Verdict.FAIL, "answered 403"),
    (no_access_to_a_group, "access to groups", Verdict.FAIL, "RFO (change, create, read)"),
    (reads_a_group_only, "access to groups", Verdict.FAIL, "RFO (change, create)"),
    (no_attribute, "attributes", Verdict.FAIL, "no attribute impact"),
    (wrong_type, "attributes", Verdict.FAIL, "escalation_level is of type input, not integer"),
    (missing_option, "attributes", Verdict.FAIL, "impact has no option service_affecting, non_service_affecting"),
    (fills_itself, "attributes", Verdict.FAIL, '"diff" must be null'),
    (not_migrated, "migrations", Verdict.FAIL, "not migrated: impact"),
    (worker_not_restarted, "background worker stores attributes", Verdict.FAIL, "does not store circuit_ref"),
    (scheduler_stands, "background worker stores attributes", Verdict.FAIL, "ran no job in 6 min"),
    (no_webhook, "webhook", Verdict.FAIL, "none leads to /webhooks/zammad/main"),
    (foreign_url, "webhook", Verdict.FAIL, "leads to https://elsewhere.example"),
    (inactive_webhook, "webhook", Verdict.FAIL, "'Interspace' is not active"),
    (wrong_secret, "signature token", Verdict.FAIL, "another secret"),
    (wrong_secret, "round trip", Verdict.FAIL, "no delivery reached the work table in 60 s"),
    (unsigned, "signature token", Verdict.FAIL, "signs nothing"),
    (receiver_with_another_secret, "receiver", Verdict.FAIL, "the receiver has another secret"),
    (receiver_stands, "receiver", Verdict.WARN, "no answer here"),
    (receiver_stands, "round trip", Verdict.FAIL, "no delivery reached"),
    (inactive_trigger, "trigger", Verdict.FAIL, "not active"),
    (echoing_trigger, "trigger", Verdict.FAIL, "fired by the connector's own changes"),
    (excludes_another, "trigger", Verdict.FAIL, "fired by the connector's own changes"),
    (excluded_in_one_branch_only, "trigger", Verdict.FAIL, "fired by the connector's own changes"),
    (deaf_to_attributes, "trigger", Verdict.WARN, "changes of attributes alone fire nothing"),
    (dead_letter, "dead letters", Verdict.FAIL, "ticket 41: Zammad PUT tickets/41"),
    (overdue, "work table", Verdict.FAIL, "the oldest since 2026-11-23 09:00"),
    (paused, "work table", Verdict.WARN, "paused until"),
    (no_table, "work table", Verdict.FAIL, "127.0.0.1"),
    (no_worker, "round trip", Verdict.WARN, "no worker has taken it"),
    (no_sender, "sender addresses", Verdict.FAIL, "no sender address: Users"),
    (no_group, "groups", Verdict.FAIL, "no group RFO"),
    (inactive_priority, "priorities", Verdict.FAIL, "no priority P2 major"),
    (unknown_priority, "priorities", Verdict.WARN, "P5 someday"),
    (unknown_state, "states", Verdict.FAIL, "waiting for spare parts"),
    (no_role, "roles", Verdict.FAIL, "no role Escalation Manager"),
]


@pytest.mark.parametrize(
    ("breaks", "check", "verdict", "said"), BROKEN, ids=lambda part: getattr(part, "__name__", str(part)[:30])
)
def test_what_is_broken_is_named_with_what_to_do(
    installation: Installation, breaks: Break, check: str, verdict: Verdict, said: str
) -> None:
    breaks(installation)

    found = installation.examine()

    assert found[check].verdict is verdict, found[check]
    assert said in found[check].seen
    assert len(found[check].do) > 10
    assert "the check itself failed" not in texts(found)
    assert installation.traces() == []
    for secret in (SECRET, installation.accounts.bot, installation.accounts.admin, "hunter2"):
        assert secret not in texts(found)


@pytest.mark.parametrize(
    ("ahead", "verdict"),
    [(0, Verdict.OK), (4, Verdict.OK), (30, Verdict.WARN), (-30, Verdict.WARN), (120, Verdict.FAIL)],
)
def test_the_skew_of_the_clocks(installation: Installation, ahead: int, verdict: Verdict) -> None:
    installation.date_is_ahead = timedelta(seconds=ahead)

    found = installation.examine()

    assert found["Zammad's clock"].verdict is verdict


def test_the_skew_of_the_work_tables_clock(installation: Installation) -> None:
    def ahead() -> datetime:
        return installation.clock() + timedelta(minutes=2)

    found = installation.examine(open_table=lambda url: WorkTable.open(url, ahead), test_tickets=False)

    assert found["work table's clock"].verdict is Verdict.FAIL
    assert "120 s ahead" in found["work table's clock"].seen


@pytest.mark.parametrize(
    ("status", "said"), [(404, "not like the connector's receiver"), (302, "redirects"), (202, "not like")]
)
def test_something_else_behind_the_webhooks_address(installation: Installation, status: int, said: str) -> None:
    other = Flask("other")
    other.add_url_rule("/<path:path>", view_func=lambda path: ("", status), methods=["GET", "POST"])
    installation.receiver = other

    found = installation.examine(test_tickets=False)["receiver"]

    assert found.verdict is Verdict.FAIL
    assert said in found.seen


def test_a_receiver_whose_work_table_is_gone(installation: Installation) -> None:
    installation.receiver = create_app(
        Receiver({"main": Hook("zammad", (SECRET.encode(),))}, installation.commits.touch, installation.clock, broken)
    )

    assert installation.examine(test_tickets=False)["receiver"].verdict is Verdict.FAIL


def broken() -> Any:
    raise StoreError("gone")


@pytest.mark.parametrize(("mode", "verdict"), [(0o600, Verdict.OK), (0o640, Verdict.OK), (0o644, Verdict.WARN)])
def test_a_file_with_secrets_is_nobody_elses(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, verdict: Verdict
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("interspace.env").write_text(f"INTERSPACE_ZAMMAD_TOKEN={SECRET}\n")
    Path("interspace.env").chmod(mode)

    assert installation.examine(test_tickets=False)["secret files"].verdict is verdict


@pytest.mark.parametrize(
    ("told", "verdict"), [("7.0.1", Verdict.OK), ("6.5.0", Verdict.OK), ("4.1.0", Verdict.WARN), ("", Verdict.WARN)]
)
def test_the_version(installation: Installation, monkeypatch: pytest.MonkeyPatch, told: str, verdict: Verdict) -> None:
    monkeypatch.setattr("connector.sandbox.zammad.routes.VERSION", told)

    assert installation.examine(test_tickets=False)["Zammad's version"].verdict is verdict


def test_without_the_admins_token_the_rest_is_examined(installation: Installation) -> None:
    ticket = {"title": "Line down", "group": "Users", "customer_id": 2, "article": {"body": "x"}}
    installation.admin("POST", "tickets", ticket)
    installation.settings["zammad_admin_token"] = None

    found = installation.examine()

    assert {finding.verdict for finding in found.values()} == {Verdict.OK, Verdict.SKIPPED}
    assert found["attributes of a ticket"].verdict is Verdict.OK
    assert found["round trip"].verdict is Verdict.SKIPPED
    assert "INTERSPACE_ZAMMAD_ADMIN_TOKEN" in found["admin token"].seen


def test_without_test_tickets_nothing_is_written(installation: Installation) -> None:
    before = counted(installation)

    found = installation.examine(test_tickets=False)

    assert counted(installation) == before
    assert {found[name].verdict for name in ("round trip", "triggers store attributes")} == {Verdict.SKIPPED}


@pytest.mark.parametrize("path", ["tickets$", "triggers$", "jobs$"])
@pytest.mark.parametrize("kind", ["lose answer", "refuse", "status"])
def test_a_creation_without_an_answer_leaves_nothing(installation: Installation, path: str, kind: Any) -> None:
    for _ in range(3):
        installation.zammad.faults.add(Fault(kind, "POST", f"/{path}", times=1))

    found = installation.examine()

    assert Verdict.FAIL in {finding.verdict for finding in found.values()}
    assert installation.traces() == []


@pytest.mark.parametrize("path", ["tickets/\\d+$", "triggers/\\d+$", "jobs/\\d+$"])
def test_what_cannot_be_removed_is_named(installation: Installation, path: str) -> None:
    installation.zammad.faults.add(Fault("status", "DELETE", path, times=None))

    found = installation.examine()

    assert len(installation.traces()) > 0
    assert found["test objects removed"].verdict is Verdict.WARN
    assert "Interspace doctor" in found["test objects removed"].seen


@pytest.mark.parametrize("permission", ADMIN_PERMISSIONS, ids=lambda permission: permission.path)
def test_a_permission_that_is_missing_is_named(installation: Installation, permission: Permission) -> None:
    # What a table was part of before it had a permission of its own stands first.
    name = permission.name.partition(" ")[0]
    others = {other for other in permissions.NAMES if "." in other} - {name}
    installation.zammad.limit_token(installation.accounts.admin, others)

    found = installation.examine(test_tickets=False)

    refused = [finding for finding in found.values() if finding.verdict is Verdict.FAIL]
    expected = [permission_check(one.path) for one in ADMIN_PERMISSIONS if one.name.partition(" ")[0] == name]
    assert [finding.name for finding in refused] == expected
    assert name in refused[0].do


def test_deliveries_that_never_arrived(installation: Installation) -> None:
    receiver, installation.receiver = installation.receiver, None
    ticket = {"title": "Line down", "group": "Users", "customer_id": 2, "article": {"body": "x"}}
    installation.admin("POST", "tickets", ticket)
    installation.passes(0)
    checks = tuple(check for check in CHECKS if check.name not in TRIALS)
    under_way = installation.examine(checks)["deliveries"]
    for _ in range(60):
        installation.passes(10)
    lost = installation.examine(checks)["deliveries"]
    installation.receiver = receiver
    installation.admin("POST", "tickets", ticket)
    installation.passes(0)
    again = installation.examine(checks)["deliveries"]
    installation.passes(2 * 24 * 3600)
    long_ago = installation.examine(checks)["deliveries"]

    assert under_way.verdict is Verdict.OK
    assert (lost.verdict, again.verdict, long_ago.verdict) == (Verdict.FAIL, Verdict.WARN, Verdict.OK)
    assert "lost in the last day: 1; the latest attempt got no answer" in lost.seen
    assert SECRET not in json.dumps([lost, again])


def test_what_an_earlier_examination_left_is_named(installation: Installation) -> None:
    body = {"name": "Interspace doctor 1234: test", "condition": {}, "perform": {}, "active": False}
    installation.admin("POST", "triggers", body)

    found = installation.examine((Check("left", left_behind),))

    assert "Interspace doctor 1234" in found["left"].seen


def test_a_check_that_trips_is_a_finding_and_its_dependants_are_skipped(installation: Installation) -> None:
    def trips(_: object) -> Any:
        raise KeyError(SECRET)

    checks = (
        Check("a", trips),
        Check("b", lambda _: ok("b"), ("a",)),
        Check("c", lambda _: ok("c"), ("b",)),
        Check("d", lambda _: fail("d", "do d")),
    )
    found = list(examine(checks, installation.context(), lambda _: None))

    assert [finding.verdict for finding in found] == [Verdict.FAIL, Verdict.SKIPPED, Verdict.SKIPPED, Verdict.FAIL]
    assert found[1].seen == "skipped: a"
    assert SECRET not in found[0].seen


def test_every_need_is_a_check_that_comes_before() -> None:
    before: set[str] = set()
    for name, _, needs in CHECKS:
        assert set(needs) <= before
        assert name not in before
        before.add(name)
