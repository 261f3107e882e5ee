"""P1 for panels: a report that was answered is on disk, wherever the receiver is killed.

Tried, and red: the answer does not wait for the commit.
"""

import json
import os
import signal
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest
import requests

from connector.helpdesks.on_behalf import key_of_request
from connector.intake.signing import signed_headers
from connector.work.table import WorkTable
from tests.benchmarks.processes import receiver
from tests.ports import is_answering
from tests.unit.intake.reports import by_panel
from tests.waiting import wait_until

SECRET = "a secret of a panel, for this test only"
ROUNDS, SENDERS, ENOUGH = 3, 8, 150


def send(port: int, name: str, kept: list[str]) -> None:
    """Reports one after the other until nobody answers."""
    with requests.Session() as session:
        for number in range(10_000):
            external_id = f"{name}-{number}"
            body = json.dumps(by_panel(externalId=external_id)).encode()
            headers = signed_headers([SECRET.encode()], external_id, datetime.now(UTC), body)
            address = f"http://127.0.0.1:{port}/intake/v1/tickets"
            try:
                answer = session.post(
                    address, data=body, headers={**headers, "Content-Type": "application/json"}, timeout=20
                )
            except requests.exceptions.RequestException:
                return
            assert answer.status_code == 202, answer.text
            kept.append(external_id)


def kill_under_load(pid: int, port: int, name: str, kept: list[str]) -> None:
    """All processes of the receiver, while reports come in."""
    enough = len(kept) + ENOUGH
    senders = [Thread(target=send, args=(port, f"{name}-{number}", kept)) for number in range(SENDERS)]
    for sender in senders:
        sender.start()
    wait_until(lambda: len(kept) >= enough, "reports")
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for each in (pid, *map(int, children)):
        os.kill(each, signal.SIGKILL)
    for sender in senders:
        sender.join()


@pytest.mark.slow
def test_every_report_that_was_answered_is_kept(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "a.secret").write_text(SECRET)
    (tmp_path / "panels.yaml").write_text("panels:\n  - {name: a, secret_file: a.secret}\n")
    settings = {
        "INTERSPACE_PANELS": str(tmp_path / "panels.yaml"),
        "INTERSPACE_INTAKE_PER_MINUTE": "0",
        "INTERSPACE_INTAKE_PERSON_PER_MINUTE": "0",
    }
    kept: list[str] = []
    for round_ in range(ROUNDS):
        # Whoever was killed has ended: that is said when its context ends.
        with suppress(RuntimeError), receiver(sqlite_url, **settings) as (running, port):
            wait_until(lambda port=port: is_answering(port), "the start of the receiver")  # type: ignore[misc]
            kill_under_load(running.pid, port, f"{round_}", kept)

    table = WorkTable.open(sqlite_url)
    lost = [name for name in kept if table.submissions.find("zammad", key_of_request("a", name)) is None]
    due = table.counts()["zammad"].due
    table.close()
    assert lost == []
    assert due >= len(kept) >= ROUNDS * ENOUGH
