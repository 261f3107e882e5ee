"""The commands on Jira, Cloud and Data Center, and on both helpdesks at once."""

import json
import signal
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.sandbox.jira import Fault
from connector.sandbox.jira import furnished as jira
from connector.sandbox.jira.deliveries import over_http
from connector.sandbox.zammad.furnished import connect_webhook, request
from tests.chaos.connector_group import running, wait_until_alive
from tests.jira_admin import add_sla
from tests.ports import free_port, is_open
from tests.promises.conftest import COMPLETE
from tests.unit.cli.conftest import Live, LiveJira, Run
from tests.unit.cli.test_run import page

SECRETS = {
    "INTERSPACE_ZAMMAD_WEBHOOK_SECRET": "0123456789abcdef0123",
    "INTERSPACE_JIRA_WEBHOOK_SECRET": "fedcba98765432100123",
}


def mailed(live_jira: LiveJira) -> str:
    """A customer's complete report; the issue's id."""
    return live_jira.desk.receive_mail("ada@harbour.example", "Line down", COMPLETE)


def seen(live_jira: LiveJira, issue: str) -> dict[str, Any]:
    """The issue as an admin reads it."""
    answer = jira.request(live_jira.desk, live_jira.accounts.admin, "GET", f"issue/{issue}")
    held: dict[str, Any] = json.loads(answer.body)
    return held


def test_explain_tells_what_the_rules_see_of_an_issue(run: Run, live_jira: LiveJira) -> None:
    add_sla(live_jira.desk, "Time to resolution", timedelta(hours=4))
    issue = mailed(live_jira)
    key = seen(live_jira, issue)["key"]

    shown = run("explain", key, **live_jira.environment)
    told = json.loads(run("explain", issue, "--json", **live_jira.environment).stdout)

    assert shown.returncode == 0, shown.stderr
    assert "P1: impact service affecting × urgency high" in shown.stdout
    assert "Time to resolution" in shown.stdout
    assert told["decision"]["changes"]["priority"] == "P1"
    assert [sla["name"] for sla in told["slas"]] == ["Time to resolution"]
    assert {call.method for call in live_jira.desk.requests if call.user} == {"GET"}


def test_no_slas_of_today_stand_beside_a_ticket_of_the_past(run: Run, live_jira: LiveJira) -> None:
    add_sla(live_jira.desk, "Time to resolution", timedelta(hours=4))
    issue = mailed(live_jira)

    told = {}
    for at in (datetime.now(UTC), datetime.now(UTC) + timedelta(days=1)):
        told[at] = json.loads(run("explain", issue, "--at", at.isoformat(), "--json", **live_jira.environment).stdout)

    assert ["slas" in each for each in told.values()] == [False, True]


def test_slas_that_may_not_be_read_do_not_hide_the_explanation(run: Run, live_jira: LiveJira) -> None:
    issue = mailed(live_jira)
    live_jira.desk.faults.add(Fault("status", path="/sla", status=403, times=None))

    shown = run("explain", issue, **live_jira.environment)

    assert shown.returncode == 0
    assert "P1: impact service affecting × urgency high" in shown.stdout
    assert "SLAs of Service Management: Jira" in shown.stderr


def test_what_is_no_issue_is_said_in_one_line(run: Run, live_jira: LiveJira) -> None:
    ran = run("explain", "ISP-999", **live_jira.environment)

    assert ran.returncode == 1
    assert "Jira" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert live_jira.accounts.bot not in ran.stderr


def test_sweep_marks_changed_issues_due(run: Run, live_jira: LiveJira) -> None:
    mailed(live_jira)

    ran = run("sweep", "--full", "--json", **live_jira.environment)

    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert (found["listed"], found["touched"]) == (1, 1)


def test_a_wrong_token_is_exit_code_3_and_is_not_printed(run: Run, live_jira: LiveJira) -> None:
    ran = run("sweep", **{**live_jira.environment, "INTERSPACE_JIRA_TOKEN": "wrong-token-0123456789"})

    assert ran.returncode == 3
    assert "Jira" in ran.stderr
    assert "wrong-token-0123456789" not in ran.stderr


@pytest.mark.process
@pytest.mark.parametrize("live_jira", ["cloud"], indirect=True)
def test_one_installation_serves_both_helpdesks(live: Live, live_jira: LiveJira, tmp_path: Path) -> None:
    port = free_port()
    figures = free_port(2)
    settings = {
        **live.environment,
        **live_jira.environment,
        **SECRETS,
        "INTERSPACE_PORT": str(port),
        "INTERSPACE_SETTLE_SECONDS": "0.1",
        "INTERSPACE_LOG_FORMAT": "json",
        "INTERSPACE_WORKER_METRICS_PORT": str(figures),
        "INTERSPACE_JIRA_BOT": live_jira.desk.user_id(jira.BOT),
    }
    zammad_secret, jira_secret = SECRETS.values()
    connect_webhook(live.desk, f"http://127.0.0.1:{port}/webhooks/zammad/main", zammad_secret)
    hook = f"http://127.0.0.1:{port}/webhooks/jira/main"
    jira.connect_webhook(live_jira.desk, live_jira.accounts, hook, jira_secret)
    with running(["run"], settings, tmp_path / "log") as connector:
        wait_until_alive(connector, "127.0.0.1", port)
        article = {"type": "email", "body": COMPLETE}
        report = {"title": "Line down", "group": "Users", "article": article}
        ticket = json.loads(request(live.desk, live.customer, "POST", "tickets", report).body)["id"]
        issue = mailed(live_jira)

        def both_are_written() -> bool:
            live.desk.deliver_webhooks()
            live_jira.desk.deliver_webhooks(_insistently)
            of_zammad = request(live.desk, live.accounts.admin, "GET", f"tickets/{ticket}")
            return bool(
                json.loads(of_zammad.body)["escalation_level"] == 1
                and seen(live_jira, issue)["fields"]["priority"]["name"] == "Highest"
            )

        connector.wait_until(both_are_written, "both tickets have what the rules say")
        connector.wait_until(lambda: _echo_ignored(live_jira, port), "Jira's echo was known as the connector's own")
        work = json.loads(page(port, "readyz"))["work"]
        connector.wait_until(lambda: _is_counted("zammad", figures), "the write to Zammad is counted")
        connector.wait_until(lambda: _is_counted("jira", figures + 1), "the write to Jira is counted")
        connector.send(signal.SIGTERM)
        code = connector.exit_code()
    lines = (tmp_path / "log").read_text()
    assert code == 0
    assert not is_open(port)
    assert set(work) == {"zammad", "jira"}
    assert lines.count('"event": "worker stopped"') == 2
    assert f'"listens": "http://127.0.0.1:{port}"' in lines
    assert "Traceback" not in lines
    for secret in (live.accounts.bot, live_jira.accounts.bot, *SECRETS.values()):
        assert secret not in lines


def _echo_ignored(live_jira: LiveJira, port: int) -> bool:
    """The connector's own change has come back to it, and was known as its own."""
    live_jira.desk.deliver_webhooks(_insistently)
    return 'interspace_webhooks_accepted_total{sender="jira",what="ignored"}' in page(port, "metrics")


def _insistently(url: str, headers: Mapping[str, str], body: bytes) -> int:
    """Jira itself would wait for minutes after a 503, as a busy machine's receiver may answer."""
    return next((status for _ in range(10) if (status := over_http(url, headers, body)) < 500), 503)


def _is_counted(helpdesk: str, port: int) -> bool:
    return f'interspace_writes_total{{helpdesk="{helpdesk}"}}' in page(port, "metrics")
