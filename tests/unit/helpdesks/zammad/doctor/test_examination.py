"""An examination as a whole: all well, what is skipped, what is removed, permissions, clocks and deliveries."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from pydantic import SecretStr

from connector.doctor.context import Examination
from connector.doctor.finding import Check, CheckStatus, Finding, examine, fail, ok
from connector.helpdesks.sender import Hook
from connector.helpdesks.zammad.doctor.account import ADMIN_PERMISSIONS, Permission, permission_check
from connector.helpdesks.zammad.doctor.checks import CHECKS, left_behind
from connector.helpdesks.zammad.doctor.context import Context
from connector.sandbox.zammad.seed import PERMISSIONS
from connector.work.errors import StoreError
from connector.work.table import WorkTable
from tests.unit.doctor.examined import SECRET
from tests.unit.helpdesks.zammad.doctor.installation import Installation
from webhooks.app import create_app
from webhooks.receiver import Receiver

TRIALS = ("triggers store attributes", "background worker stores attributes", "round trip")


def not_ok(found: dict[str, Finding]) -> dict[str, Finding]:
    return {name: finding for name, finding in found.items() if finding.verdict is not CheckStatus.OK}


def counted(at: Installation) -> dict[str, int]:
    """How many records of each kind there are."""
    return {model: len(rows) for model, rows in at.zammad.world.tables.items() if rows}


def test_all_is_well_and_nothing_is_left(installation: Installation) -> None:
    ticket = {"title": "Line down", "group": "Users", "customer_id": 2, "article": {"body": "x"}}
    installation.admin("POST", "tickets", ticket)

    found = installation.examine()

    # Set up by hand, so there is no plan that it could drift from.
    assert not_ok(found).keys() == {"installation", "escalation mail", "letterhead", "notifications", "open tickets"}
    assert "1 open ticket in reach" in found["open tickets"].seen
    assert found["installation"].verdict is CheckStatus.SKIPPED
    assert found["round trip"].seen.endswith("was made, delivered, worked on and removed")
    assert installation.traces() == []
    assert installation.table.dead_letters() == []


def test_the_skew_of_the_work_tables_clock(installation: Installation) -> None:
    def ahead() -> datetime:
        return installation.clock() + timedelta(minutes=2)

    found = installation.finding("work table's clock", open_table=lambda url: WorkTable.open(url, ahead))

    assert found.verdict is CheckStatus.FAIL
    assert "120 s ahead" in found.seen


def test_a_work_table_that_is_not_there_is_not_made(installation: Installation, tmp_path: Path) -> None:
    installation.settings["database_url"] = SecretStr(f"sqlite:///{tmp_path / 'elsewhere.sqlite3'}")
    checks = tuple(check for check in CHECKS if check.name == "work table")

    found = installation.examine(checks, open_table=Examination.open_table)["work table"]

    assert found.verdict is CheckStatus.FAIL
    assert found.seen == f"there is no work table at {tmp_path / 'elsewhere.sqlite3'}"
    assert "interspace run" in found.do
    assert list(tmp_path.glob("elsewhere*")) == []


def test_on_postgresql_the_databases_clock_counts(installation: Installation, postgresql_url: str) -> None:
    installation.settings["database_url"] = SecretStr(postgresql_url)
    checks = tuple(check for check in CHECKS if check.name in ("work table", "work table's clock"))

    apart = installation.examine(checks, open_table=WorkTable.open)
    installation.clock.set(datetime.now(UTC))
    agreed = installation.examine(checks, open_table=WorkTable.open)

    assert apart["work table's clock"].verdict is CheckStatus.FAIL
    assert agreed["work table's clock"].verdict is CheckStatus.OK


@pytest.mark.parametrize(
    ("status", "said"), [(404, "not like the connector's receiver"), (302, "redirects"), (202, "not like")]
)
def test_something_else_behind_the_webhooks_address(installation: Installation, status: int, said: str) -> None:
    other = Flask("other")
    other.add_url_rule("/<path:path>", view_func=lambda path: ("", status), methods=["GET", "POST"])
    installation.receiver = other

    found = installation.finding("receiver", test_tickets=False)

    assert found.verdict is CheckStatus.FAIL
    assert said in found.seen


def test_a_receiver_whose_work_table_is_gone(installation: Installation) -> None:
    installation.receiver = create_app(
        Receiver([Hook("zammad", (SECRET.encode(),))], installation.commits.touch, installation.clock, broken)
    )

    found = installation.finding("receiver", test_tickets=False)

    assert found.verdict is CheckStatus.FAIL
    assert "/readyz: the work table cannot be read now" in found.seen
    assert "database" in found.do


def test_each_problem_of_a_receiver_is_told_as_it_is(installation: Installation) -> None:
    receiver = Receiver(
        [Hook("zammad", (SECRET.encode(),))],
        installation.commits.touch,
        installation.clock,
        installation.table.counts,
        health=installation.table.health.all,
    )
    installation.receiver = create_app(receiver)
    found = installation.finding("receiver", test_tickets=False)

    assert found.seen.endswith("/readyz: zammad: no worker has begun")
    assert found.do.startswith("Start interspace run")
    assert "database" not in found.do


def broken() -> Any:
    raise StoreError("gone")


@pytest.mark.parametrize(
    ("mode", "verdict"), [(0o600, CheckStatus.OK), (0o640, CheckStatus.OK), (0o644, CheckStatus.WARN)]
)
def test_a_file_with_secrets_is_nobody_elses(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, verdict: CheckStatus
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("interspace.env").write_text(f"INTERSPACE_ZAMMAD_TOKEN={SECRET}\n")
    Path("interspace.env").chmod(mode)

    assert installation.finding("secret files", test_tickets=False).verdict is verdict


@pytest.mark.parametrize(
    ("told", "verdict"),
    [("7.0.1", CheckStatus.OK), ("6.5.0", CheckStatus.WARN), ("4.1.0", CheckStatus.WARN), ("", CheckStatus.WARN)],
)
def test_the_version(installation: Installation, told: str, verdict: CheckStatus) -> None:
    installation.zammad.world.version = told

    assert installation.finding("Zammad's version", test_tickets=False).verdict is verdict


def test_without_the_admins_token_the_rest_is_examined(installation: Installation) -> None:
    ticket = {"title": "Line down", "group": "Users", "customer_id": 2, "article": {"body": "x"}}
    installation.admin("POST", "tickets", ticket)
    installation.settings["zammad_admin_token"] = None

    found = installation.examine()

    for name in ("escalation mail", "letterhead", "notifications", "open tickets"):
        assert found.pop(name).verdict is CheckStatus.WARN
    assert {finding.verdict for finding in found.values()} == {CheckStatus.OK, CheckStatus.SKIPPED}
    assert found["attributes of a ticket"].verdict is CheckStatus.OK
    assert found["round trip"].verdict is CheckStatus.SKIPPED
    assert "INTERSPACE_ZAMMAD_ADMIN_TOKEN" in found["admin token"].seen


def test_without_test_tickets_nothing_is_written(installation: Installation) -> None:
    before = counted(installation)

    found = installation.examine(test_tickets=False)

    assert counted(installation) == before
    assert {found[name].verdict for name in ("round trip", "triggers store attributes")} == {CheckStatus.SKIPPED}


@pytest.mark.parametrize("permission", ADMIN_PERMISSIONS, ids=lambda permission: permission.path)
def test_a_permission_that_is_missing_is_named(installation: Installation, permission: Permission) -> None:
    # What a table was part of before it had a permission of its own stands first.
    name = permission.name.partition(" ")[0]
    others = {other for other in PERMISSIONS if "." in other} - {name}
    installation.zammad.limit_token(installation.accounts.admin, others)

    found = installation.examine(test_tickets=False)

    refused = [finding for finding in found.values() if finding.verdict is CheckStatus.FAIL]
    expected = [permission_check(one.path) for one in ADMIN_PERMISSIONS if one.name.partition(" ")[0] == name]
    assert [finding.name for finding in refused] == expected
    assert name in refused[0].do


def test_deliveries_that_never_arrived(installation: Installation) -> None:
    receiver, installation.receiver = installation.receiver, None
    ticket = {"title": "Line down", "group": "Users", "customer_id": 2, "article": {"body": "x"}}
    installation.admin("POST", "tickets", ticket)
    installation.passes(0)
    under_way = installation.finding("deliveries", test_tickets=False)
    for _ in range(60):
        installation.passes(10)
    lost = installation.finding("deliveries", test_tickets=False)
    installation.receiver = receiver
    installation.admin("POST", "tickets", ticket)
    installation.passes(0)
    again = installation.finding("deliveries", test_tickets=False)
    installation.passes(2 * 24 * 3600)
    long_ago = installation.finding("deliveries", test_tickets=False)

    assert under_way.verdict is CheckStatus.OK
    assert (lost.verdict, again.verdict, long_ago.verdict) == (CheckStatus.FAIL, CheckStatus.WARN, CheckStatus.OK)
    assert "lost in the last day: 1; the latest attempt got no answer" in lost.seen
    assert SECRET not in json.dumps([lost, again])


def test_a_delivery_that_arrived_at_the_second_attempt_is_not_lost(installation: Installation) -> None:
    receiver, installation.receiver = installation.receiver, None
    ticket = {"title": "Line down", "group": "Users", "customer_id": 2, "article": {"body": "x"}}
    installation.admin("POST", "tickets", ticket)
    installation.passes(0)
    installation.receiver = receiver
    for _ in range(60):
        installation.passes(10)

    found = installation.finding("deliveries", test_tickets=False)

    assert found.verdict is CheckStatus.OK
    assert found.seen.startswith("2 attempts")


def test_what_an_earlier_examination_left_is_named(installation: Installation) -> None:
    body = {"name": "Interspace doctor 1234: test", "condition": {}, "perform": {}, "active": False}
    installation.admin("POST", "triggers", body)

    found = installation.examine((Check("left", left_behind),))

    assert "Interspace doctor 1234" in found["left"].seen


def test_a_check_that_trips_is_a_finding_and_its_dependants_are_skipped(installation: Installation) -> None:
    def trips(_: object) -> Any:
        raise KeyError(SECRET)

    checks: tuple[Check[Context], ...] = (
        Check("a", trips),
        Check("b", lambda _: ok("b"), ("a",)),
        Check("c", lambda _: ok("c"), ("b",)),
        Check("d", lambda _: fail("d", "do d")),
    )
    found = list(examine(checks, installation.context(), lambda _: None))

    assert [finding.verdict for finding in found] == [
        CheckStatus.FAIL,
        CheckStatus.SKIPPED,
        CheckStatus.SKIPPED,
        CheckStatus.FAIL,
    ]
    assert [found[1].seen, found[2].seen] == ["not examined: a"] * 2
    assert SECRET not in found[0].seen


@pytest.mark.parametrize(
    ("ends", "may_be_seen", "setting", "verdict", "says"),
    [
        (None, True, None, CheckStatus.OK, "it has no end"),
        (31, True, None, CheckStatus.OK, "says Zammad"),
        (30, True, None, CheckStatus.WARN, "in 30 days"),
        (-1, True, None, CheckStatus.FAIL, "it ended"),
        (5, False, None, CheckStatus.SKIPPED, "does not tell"),
        (5, False, 20, CheckStatus.WARN, "says INTERSPACE_ZAMMAD_TOKEN_ENDS, in 20 days"),
    ],
)
def test_the_end_of_the_connectors_token(
    installation: Installation,
    ends: int | None,
    may_be_seen: bool,
    setting: int | None,
    verdict: CheckStatus,
    says: str,
) -> None:
    def day(number: int) -> date:
        return (installation.clock() + timedelta(days=number)).date()

    bot, world = installation.accounts.bot, installation.zammad.world
    world.token_ends = {bot: str(day(ends))} if ends is not None else {}
    if not may_be_seen:
        installation.zammad.limit_token(bot, ["ticket.agent"])
    installation.settings["zammad_token_ends"] = day(setting) if setting is not None else None
    checks = tuple(check for check in installation.checks if check.name == "token's end")

    found = installation.examine(checks)["token's end"]

    assert (found.verdict, says in found.seen) == (verdict, True)
