"""``interspace doctor`` as a user sees it: table and JSON, exit codes, no secret, no trace, also when it is stopped."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from connector.helpdesks.sender import Hook
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.desk import ZammadDesk
from connector.helpdesks.zammad.mapping import load_mapping
from connector.policy.locate import MAPPINGS
from connector.sandbox.zammad.furnished import connect_webhook
from connector.work.group_commit import GroupCommit
from connector.work.table import Failed, Key, WorkTable
from connector.work.worker import Worker
from tests.builders import default_policy
from tests.unit.cli.conftest import ROOT, TOKEN, Live, Run
from tests.waiting import PATIENCE_S, wait_until
from webhooks.app import create_app
from webhooks.receiver import Receiver

SECRET = "0123456789abcdef-doctor"
ADMIN = "INTERSPACE_ZAMMAD_ADMIN_TOKEN"
QUICK = ("--scheduler-wait", "0", "--delivery-wait", "30")


@contextmanager
def connector_running(live: Live) -> Iterator[None]:
    """Receiver and worker in this process, Zammad's webhook leading to them."""
    table = WorkTable.open(live.environment["INTERSPACE_DATABASE_URL"])
    commits = GroupCommit(table)
    hook = Hook("zammad", (SECRET.encode(),))
    app = create_app(Receiver([hook], commits.touch, table.now, table.counts, settle=timedelta()))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    client = ZammadClient(live.environment["INTERSPACE_ZAMMAD_URL"], live.accounts.bot, table.now)
    worker = Worker(table, ZammadDesk(client, load_mapping(MAPPINGS / "zammad.yaml")), default_policy(), threads=1)
    stop = threading.Event()
    threads = [
        threading.Thread(target=server.serve_forever, daemon=True),
        threading.Thread(target=worker.run, daemon=True),
        threading.Thread(target=_deliver, args=(live, stop), daemon=True),
    ]
    for thread in threads:
        thread.start()
    connect_webhook(live.desk, f"http://127.0.0.1:{server.server_port}/webhooks/zammad/main", SECRET)
    try:
        yield
    finally:
        stop.set()
        worker.stop()
        server.shutdown()
        for thread in threads:
            thread.join()
        commits.close()
        table.close()


def _deliver(live: Live, stop: threading.Event) -> None:
    while not stop.wait(0.05):
        live.desk.deliver_webhooks()


@pytest.fixture
def whole(live: Live) -> dict[str, str]:
    """The environment of a whole examination; every group has a sender address."""
    for group in live.desk.world.tables["Group"].values():
        group["email_address_id"] = 1
    return {**live.environment, ADMIN: live.accounts.admin, "INTERSPACE_ZAMMAD_WEBHOOK_SECRET": SECRET}


def verdicts(printed: str) -> dict[str, str]:
    return {finding["name"]: finding["verdict"] for finding in json.loads(printed)}


def traces(live: Live) -> list[str]:
    world = live.desk.world
    names = [row["name"] for model in ("Trigger", "Job") for row in list(world.table(model).values())]
    return [name for name in names + [row["title"] for row in list(world.table("Ticket").values())] if "doctor" in name]


def test_a_running_installation_is_well(run: Run, live: Live, whole: dict[str, str]) -> None:
    with connector_running(live):
        as_json = run("doctor", "--json", *QUICK, **whole)
        shown = run("doctor", "--no-round-trip", **whole)

    found = verdicts(as_json.stdout)
    assert "fail" not in found.values(), as_json.stdout
    assert found["round trip"] == "ok"
    assert as_json.returncode == 0
    assert shown.returncode == 0
    assert " 2 more: " in shown.stdout
    assert "skipped: " not in shown.stdout
    assert traces(live) == []
    for secret in (SECRET, live.accounts.bot, live.accounts.admin):
        assert secret not in as_json.stdout + as_json.stderr + shown.stdout + shown.stderr


def test_only_the_problems_are_shown_and_all_are_counted(run: Run, live: Live, whole: dict[str, str]) -> None:
    everything = run("doctor", "--no-round-trip", "--json", **whole)
    as_json = run("doctor", "--no-round-trip", "--json", "--problems", **whole)
    shown = run("doctor", "--no-round-trip", "--problems", **whole)

    found = verdicts(everything.stdout)
    assert verdicts(as_json.stdout) == {name: verdict for name, verdict in found.items() if verdict != "ok"}
    assert "ok" in found.values()
    assert f"{list(found.values()).count('ok')} ok" in shown.stdout.splitlines()[-1]
    assert found["Zammad's clock"] == "ok"
    assert "Zammad's clock" not in shown.stdout
    assert everything.returncode == shown.returncode == as_json.returncode


def test_what_is_wrong_is_exit_code_1(run: Run, live: Live, whole: dict[str, str]) -> None:
    table = WorkTable.open(whole["INTERSPACE_DATABASE_URL"])
    table.touch([Key("zammad", "41")], datetime.now(UTC))
    table.fail([Failed(job, "answered 422", None) for job in table.claim("zammad", 1, timedelta(minutes=1))])
    table.close()

    ran = run("doctor", "--no-round-trip", **whole)

    assert ran.returncode == 1
    assert "interspace dead-letters list" in ran.stdout
    assert "Traceback" not in ran.stderr


def test_without_settings_it_says_where_to_begin(run: Run) -> None:
    ran = run("doctor", "--json")

    assert ran.returncode == 1
    first = json.loads(ran.stdout)[0]
    assert first["name"] == "settings"
    assert "interspace init zammad" in first["do"]
    assert "INTERSPACE_SETTINGS_FILE" in first["do"]


def test_a_wrong_token_is_not_printed(run: Run, whole: dict[str, str]) -> None:
    ran = run("doctor", "--json", "--no-round-trip", **{**whole, TOKEN: "wrong-token-0123456789"})

    assert ran.returncode == 1
    assert verdicts(ran.stdout)["token"] == "fail"
    assert "wrong-token-0123456789" not in ran.stdout + ran.stderr


def test_what_one_cause_hides_is_one_row(run: Run, whole: dict[str, str]) -> None:
    ran = run("doctor", "--no-round-trip", **{**whole, TOKEN: "wrong-token-0123456789"})

    assert ran.stdout.count("not examined: token") == 1
    assert re.search(r"\d\d more: not examined: token", ran.stdout)


@pytest.mark.process
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_whoever_stops_it_finds_no_trace(
    live: Live, whole: dict[str, str], tmp_path: Path, number: signal.Signals, code: int
) -> None:
    environment: dict[str, Any] = {**os.environ, **whole, "PYTHONPATH": str(ROOT)}
    with connector_running(live), (tmp_path / "log").open("w") as log:
        command = [sys.executable, "-m", "connector", "doctor", "--json"]
        doctor = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=tmp_path)
        try:
            wait_until(_a_job_waits(live), "the test ticket's job is made")
            doctor.send_signal(number)
            assert doctor.wait(PATIENCE_S) == code
        finally:
            doctor.kill()
            doctor.wait()

    assert traces(live) == []


def _a_job_waits(live: Live) -> Callable[[], bool]:
    return lambda: bool(live.desk.world.table("Job"))
