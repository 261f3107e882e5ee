"""``interspace run``: both parts as processes, a ticket from webhook to write, SIGTERM (P18)."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from connector.sandbox.zammad.furnished import connect_webhook, request
from tests.promises.conftest import COMPLETE
from tests.unit.cli.conftest import ROOT, Live

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


def test_a_ticket_goes_from_signed_webhook_to_finished_change_and_sigterm_ends_both_parts(
    live: Live, tmp_path: Path
) -> None:
    port = free_port()
    environment = {
        **os.environ,
        **live.environment,
        "PYTHONPATH": str(ROOT),
        "INTERSPACE_ZAMMAD_WEBHOOK_SECRET": SECRET,
        "INTERSPACE_PORT": str(port),
        "INTERSPACE_SETTLE_SECONDS": "0.1",
        "INTERSPACE_LOG_FORMAT": "json",
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
