"""What ``run`` does with its parts, and what systemd hears of it."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.cli.systemd import Watchdog
from tests.ports import free_port

pytestmark = pytest.mark.process

RUN = """
import sys
from connector.cli import supervisor
from connector.cli.supervisor import Part, supervise

supervisor._FIRST_DELAY_S, supervisor._SILENT_S, supervisor.STOP_S = 0.0, 0.5, 0.5
supervisor._ASK_S, supervisor._ANSWER_S, supervisor._ASKED = 0.02, 0.02, 6
at, *programs = sys.argv[1:]
parts = [Part(f"part {n}", (sys.executable, "-S", "-c", p), {}, asked_at=at or None) for n, p in enumerate(programs)]
sys.exit(supervise(parts))
"""
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
SILENT = (
    "import os, time; os.write(int(os.environ['CONNECTOR_PULSE']), b'.'); print('alive', flush=True); time.sleep(60)"
)
DIES = "print('born', flush=True)"
MISTAKEN = "raise SystemExit(2)"


ACCEPTS = """
import os, socket, time
listens = socket.create_server(("127.0.0.1", {port}))
print("listens", flush=True)
came, _ = listens.accept()
came.sendall(b"HTTP/1.1 200 OK")
came.close()
if os.fork() == 0:
    time.sleep(60)
kept = []
while True:
    kept.append(listens.accept())
"""


def started(*programs: str, asked_at: str = "") -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, "-c", RUN, asked_at, *programs], stdout=subprocess.PIPE, text=True)


def heard(process: "subprocess.Popen[str]", word: str, times: int) -> None:
    assert process.stdout is not None
    lines = (line.strip() for line in process.stdout)
    assert [next(line for line in lines if line == word) for _ in range(times)] == [word] * times


@pytest.mark.slow
def test_a_part_that_dies_or_hangs_is_started_again_and_one_that_will_not_end_is_killed() -> None:
    for program, word in ((DIES, "born"), (SILENT, "alive")):
        with started(program, DEAF) as process:
            heard(process, word, 2)
            process.send_signal(signal.SIGTERM)
            assert process.wait() == 0


@pytest.mark.slow
def test_a_part_that_accepts_and_never_answers_is_started_again_with_its_children() -> None:
    port = free_port()
    with started(ACCEPTS.format(port=port), asked_at=f"http://127.0.0.1:{port}/healthz") as process:
        heard(process, "listens", 2)
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0


def test_a_mistake_in_the_settings_ends_everything() -> None:
    with started(MISTAKEN, DIES) as process:
        assert process.wait() == 2


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """The socket on which systemd listens."""
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listens:
        listens.bind(address)
        listens.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        yield listens


def told(listens: socket.socket) -> list[bytes]:
    states = []
    while True:
        try:
            states.append(listens.recv(100))
        except BlockingIOError:
            return states


def test_systemd_hears_of_start_life_and_end(systemd: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "60000000")
    watchdog = Watchdog()
    watchdog.ready()
    watchdog.beat()
    watchdog.beat()
    watchdog.stopping()
    assert told(systemd) == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"], "one sign of life in half a minute"


def test_without_watchdog_sec_there_are_no_signs_of_life(systemd: socket.socket) -> None:
    watchdog = Watchdog()
    watchdog.beat()
    assert told(systemd) == []


def test_without_systemd_nothing_happens() -> None:
    assert "NOTIFY_SOCKET" not in os.environ
    Watchdog().ready()
