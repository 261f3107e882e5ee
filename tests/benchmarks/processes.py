"""The connector's commands as processes of their own, and what the kernel knows of them."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from connector.policy.locate import MAPPINGS
from connector.work.errand import FULL_SWEEP, SweepSchedule
from connector.work.table import WorkTable
from tests.benchmarks.senders import SECRET
from tests.ports import free_port

THREADS = 16
_STOP_S = 60.0


class Command(NamedTuple):
    """A command that runs."""

    pid: int
    log: Path
    started: float
    """By ``time.perf_counter``."""

    def has_said(self, text: str) -> bool:
        """Whether this is in its log."""
        return text in self.log.read_text(encoding="utf-8", errors="replace")


@contextmanager
def command(part: str, settings: Mapping[str, str]) -> Iterator[Command]:
    """``interspace`` with this command as in operation, its log in a file."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("INTERSPACE_")}
    environment = {**kept, "INTERSPACE_LOG_FORMAT": "json", **settings}
    with tempfile.TemporaryDirectory() as directory:
        log = Path(directory) / "log"
        with log.open("wb") as output:
            began = time.perf_counter()
            process = subprocess.Popen(
                [sys.executable, "-m", "connector", part], env=environment, stdout=output, stderr=output
            )
        try:
            yield Command(process.pid, log, began)
            if process.poll() is not None:
                raise RuntimeError(f"interspace {part} ended: {log.read_text(errors='replace')[-300:]}")
        finally:
            process.terminate()
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def without_searches(directory: Path) -> dict[str, str]:
    """The setting of a policy by which a complete new ticket is one read and one write: what comes back is not counted
    with each incident."""
    policy, shipped = directory / "policy.yaml", (MAPPINGS / "interspace.yaml").read_text(encoding="utf-8")
    text, found = re.subn("^  each_incident: true", "  each_incident: false", shipped, flags=re.MULTILINE)
    if not found:
        raise RuntimeError("the policy that comes along counts no incident: the benchmark has nothing to switch off")
    policy.write_text(text, encoding="utf-8")
    return {"INTERSPACE_POLICY": str(policy), "INTERSPACE_SERVICES": str(MAPPINGS / "services.yaml")}


@contextmanager
def worker(helpdesk: Mapping[str, str], database_url: str, **settings: str) -> Iterator[Command]:
    """``interspace work`` for the helpdesk of these settings, without a bound on its rate unless one is given."""
    chosen = {
        "INTERSPACE_DATABASE_URL": database_url,
        "INTERSPACE_WORKER_THREADS": str(THREADS),
        "INTERSPACE_WORKER_RATE": "0",
        **settings,
    }
    with command("work", {**helpdesk, **chosen}) as running:
        yield running


@contextmanager
def receiver(database_url: str, **settings: str) -> Iterator[tuple[Command, int]]:
    """``interspace receive`` with Zammad's webhook; also its port."""
    port = free_port()
    chosen = {
        "INTERSPACE_DATABASE_URL": database_url,
        "INTERSPACE_ZAMMAD_WEBHOOK_SECRET": SECRET.decode(),
        "INTERSPACE_PORT": str(port),
    }
    with command("receive", {**chosen, **settings}) as running:
        yield running, port


def is_swept(table: WorkTable, desk: str, since: datetime | None = None) -> bool:
    """The full sweep that a worker plans at its start is over; ``since``: begun then at the earliest."""
    found = table.seen(desk, [FULL_SWEEP]).get(FULL_SWEEP)
    begun = since or table.now() - timedelta(hours=1)
    return found is not None and found.due is not None and found.due > begun + SweepSchedule().full_sweep


def tree(pid: int) -> list[int]:
    """The process and all that descend from it."""
    try:
        children = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return [pid, *(one for child in children for one in tree(child))]


def processor_s(pids: list[int]) -> float:
    """Processor time of processes so far, user and system, in seconds (``man proc_pid_stat``)."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def memory_mb(pids: list[int], line: str = "VmRSS") -> float:
    """Resident memory of processes in MB; with ``VmHWM`` the most that each had so far (``man proc_pid_status``)."""
    total = 0
    for pid in pids:
        status = Path(f"/proc/{pid}/status").read_text()
        total += next(int(row.split()[1]) for row in status.splitlines() if row.startswith(line))
    return total / 1000
