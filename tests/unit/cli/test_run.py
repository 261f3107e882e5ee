"""``interspace run``: both parts as processes, a ticket from webhook to write, SIGTERM (P18)."""

import json
import os
import signal
import socket
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from connector.sandbox.zammad.furnished import connect_webhook, request
from tests.chaos.connector_group import running, wait_until_alive
from tests.ports import free_port, is_open
from tests.promises.conftest import COMPLETE
from tests.unit.cli.conftest import Live, Run
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.process

SECRET = "0123456789abcdef0123"


def page(port: int, path: str) -> str:
    """What is served there; empty while nothing is."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=PATIENCE_S) as answer:
            text: bytes = answer.read()
            return text.decode()
    except OSError:
        return ""


def test_a_ticket_goes_from_signed_webhook_to_finished_change_and_sigterm_ends_both_parts(
    live: Live, tmp_path: Path
) -> None:
    port, figures = free_port(), free_port()
    settings = {
        **live.environment,
        "INTERSPACE_ZAMMAD_WEBHOOK_SECRET": SECRET,
        "INTERSPACE_PORT": str(port),
        "INTERSPACE_SETTLE_SECONDS": "0.1",
        "INTERSPACE_LOG_FORMAT": "json",
        "INTERSPACE_WORKER_METRICS_PORT": str(figures),
    }
    connect_webhook(live.desk, f"http://127.0.0.1:{port}/webhooks/zammad/main", SECRET)
    with running(["run"], settings, tmp_path / "log") as connector:
        wait_until_alive(connector, "127.0.0.1", port)
        article = {"type": "email", "body": COMPLETE}
        report = {"title": "Line down", "group": "Users", "article": article}
        ticket = json.loads(request(live.desk, live.customer, "POST", "tickets", report).body)["id"]
        live.desk.deliver_webhooks()

        def is_written() -> bool:
            seen = request(live.desk, live.accounts.admin, "GET", f"tickets/{ticket}")
            return bool(json.loads(seen.body)["escalation_level"] == 1)

        connector.wait_until(is_written, "the ticket is at its first level")
        connector.wait_until(
            lambda: 'interspace_writes_total{helpdesk="zammad"} 1.0' in page(figures, "metrics"), "the write is counted"
        )
        received, worked = page(port, "metrics"), page(figures, "metrics")
        work = json.loads(page(port, "readyz"))["work"]["zammad"]
        connector.send(signal.SIGTERM)
        code = connector.exit_code()
    lines = (tmp_path / "log").read_text()
    assert code == 0
    assert not is_open(port)
    assert '"event": "reconciled"' in lines
    assert '"event": "worker stopped"' in lines
    assert "Traceback" not in lines
    assert live.accounts.bot not in lines
    assert 'interspace_webhooks_accepted_total{sender="zammad",what="due"} 1.0' in received
    assert 'interspace_reconcile_seconds_count{helpdesk="zammad"}' in worked
    assert 'interspace_tickets{helpdesk="zammad",state="dead"} 0.0' in worked
    assert work["due"] + work["waiting"] + work["leased"] == 1, "sweeps are no tickets"
    for text in (SECRET, live.accounts.bot, "Line down", "harbour"):
        assert text not in received + worked


@pytest.mark.parametrize(
    ("command", "variable"),
    [("receive", "INTERSPACE_PORT"), ("run", "INTERSPACE_PORT"), ("work", "INTERSPACE_WORKER_METRICS_PORT")],
)
def test_a_port_that_is_taken_is_named(live: Live, run: Run, command: str, variable: str) -> None:
    settings = {**live.environment, "INTERSPACE_ZAMMAD_WEBHOOK_SECRET": SECRET}
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        ran = run(command, **{**settings, variable: port})
    assert ran.returncode == 2
    assert (
        f"{variable}: cannot listen on 127.0.0.1:{port}: Address already in use (held by process {os.getpid()},"
        in ran.stderr
    )
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("host", ["not-an-address.invalid", "192.0.2.1"])
def test_run_starts_nothing_when_the_receiver_cannot_listen(live: Live, run: Run, tmp_path: Path, host: str) -> None:
    before = len(live.desk.requests)

    ran = run("run", "--host", host, **live.environment, INTERSPACE_ZAMMAD_WEBHOOK_SECRET=SECRET)

    assert ran.returncode == 2
    assert ran.stderr.startswith(f"INTERSPACE_HOST, INTERSPACE_PORT: cannot listen on {host}:")
    assert ran.stderr.count("\n") == 1
    assert len(live.desk.requests) == before
    assert list(tmp_path.iterdir()) == []


def test_a_host_that_is_not_this_machine_is_named(live: Live, run: Run) -> None:
    settings = {**live.environment, "INTERSPACE_ZAMMAD_WEBHOOK_SECRET": SECRET, "INTERSPACE_HOST": "192.0.2.1"}
    ran = run("receive", **settings)
    assert ran.returncode == 2
    assert "INTERSPACE_HOST, INTERSPACE_PORT: cannot listen on 192.0.2.1:" in ran.stderr
    assert "Traceback" not in ran.stderr
