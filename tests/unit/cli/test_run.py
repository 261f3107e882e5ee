"""``interspace run``: both parts as processes, a ticket from webhook to write, SIGTERM (P18)."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from connector.sandbox.zammad.furnished import connect_webhook, request
from tests.promises.conftest import COMPLETE
from tests.unit.cli.conftest import ROOT, Live, Run

SECRET = "0123456789abcdef0123"


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Waits for a condition."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_open(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def page(port: int, path: str) -> str:
    """What is served there; empty while nothing is."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=10) as answer:
            text: bytes = answer.read()
            return text.decode()
    except urllib.error.URLError:
        return ""


def test_a_ticket_goes_from_signed_webhook_to_finished_change_and_sigterm_ends_both_parts(
    live: Live, tmp_path: Path
) -> None:
    port, figures = free_port(), free_port()
    environment = {
        **os.environ,
        **live.environment,
        "PYTHONPATH": str(ROOT),
        "INTERSPACE_ZAMMAD_WEBHOOK_SECRET": SECRET,
        "INTERSPACE_PORT": str(port),
        "INTERSPACE_SETTLE_SECONDS": "0.1",
        "INTERSPACE_LOG_FORMAT": "json",
        "INTERSPACE_WORKER_METRICS_PORT": str(figures),
    }
    connect_webhook(live.desk, live.accounts, f"http://127.0.0.1:{port}/webhooks/zammad/main", SECRET)
    with (tmp_path / "log").open("w") as log:
        started = subprocess.Popen([sys.executable, "-m", "connector", "run"], env=environment, stderr=log)
        try:
            until(lambda: is_open(port))
            article = {"type": "email", "body": COMPLETE}
            made = request(
                live.desk,
                live.customer,
                "POST",
                "tickets",
                {"title": "Line down", "group": "Users", "article": article},
            )
            ticket = json.loads(made.body)["id"]

            live.desk.deliver_webhooks()

            def is_written() -> bool:
                seen = request(live.desk, live.accounts.admin, "GET", f"tickets/{ticket}")
                return bool(json.loads(seen.body)["escalation_level"] == 1)

            until(is_written)
            until(lambda: 'interspace_writes_total{helpdesk="zammad"} 1.0' in page(figures, "metrics"))
            received, worked = page(port, "metrics"), page(figures, "metrics")
            work = json.loads(page(port, "readyz"))["work"]["zammad"]
        finally:
            started.send_signal(signal.SIGTERM)
            code = started.wait(30)
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


def test_a_port_for_figures_that_is_taken_is_named(live: Live, run: Run) -> None:
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        ran = run("work", INTERSPACE_WORKER_METRICS_PORT=port, **live.environment)
    assert ran.returncode == 2
    assert f"INTERSPACE_WORKER_METRICS_PORT: cannot listen on 127.0.0.1:{port}" in ran.stderr
    assert "Traceback" not in ran.stderr
