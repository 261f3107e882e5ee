"""The running receiver: what it acknowledged is in the file, however it ends; strangers do not block it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.benchmarks.senders import PATH, signed_request
from tests.ports import free_port
from tests.unit.webhooks.receiver_process import ROOT, Acknowledged, Running, running
from tests.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.process

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: receiver\r\n\r\n"


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A receiver for tests that do not end it. Two threads each, so that few slow bodies fill it."""
    directory = tmp_path_factory.mktemp("receiver")
    with running(directory, INTERSPACE_RECEIVER_THREADS="2", INTERSPACE_MAX_BODY_BYTES="65536") as started:
        yield started


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_what_was_acknowledged_under_load_is_in_the_file(tmp_path: Path, end: signal.Signals) -> None:
    acknowledged = Acknowledged()
    with running(tmp_path) as started:
        senders = acknowledged.keep_sending(started, 8)
        acknowledged.wait_for(200)
        if end is signal.SIGKILL:
            started.kill()
        else:
            started.process.terminate()
            assert started.process.wait(PATIENCE_S) == 0
        for sender in senders:
            sender.join(PATIENCE_S)
        assert acknowledged.other == []
        assert acknowledged.tickets <= started.stored()
    assert b"Traceback" not in (tmp_path / "log").read_bytes()


def test_a_dead_process_is_replaced(tmp_path: Path) -> None:
    with running(tmp_path, INTERSPACE_RECEIVER_PROCESSES="1") as started:
        (worker,) = started.children()
        os.kill(worker, signal.SIGKILL)
        started.wait_until_alive()
        assert started.exchange(signed_request(5, 1_000)).startswith(b"HTTP/1.1 202 ")
        assert worker not in started.children()
        assert started.stored() == {"5"}


METRICS = HEALTH.replace(b"healthz", b"metrics")
ACCEPTED = b'interspace_webhooks_accepted_total{sender="zammad",what="due"} '


def accepted(receiver: Running) -> float:
    """As any of its processes tells it."""
    lines = receiver.exchange(METRICS).split(b"\n")
    return sum(float(line.removeprefix(ACCEPTED)) for line in lines if line.startswith(ACCEPTED))


def test_the_processes_count_together_and_the_dead_are_not_forgotten(tmp_path: Path) -> None:
    with running(tmp_path) as started:
        for ticket in range(1, 41):
            started.exchange(signed_request(ticket, 1_000))
        assert {accepted(started) for _ in range(10)} == {40}
        for worker in started.children():
            os.kill(worker, signal.SIGKILL)
        started.wait_until_alive()
        assert accepted(started) == 40
        started.exchange(signed_request(41, 1_000))
        assert {accepted(started) for _ in range(10)} == {41}
        assert b'interspace_tickets{helpdesk="zammad",state="dead"} 0.0' in started.exchange(METRICS)


def test_the_name_of_a_trigger_may_hold_any_bytes(receiver: Running) -> None:
    request = signed_request(31, 1_000).replace(b"X-Zammad-Trigger: ", "X-Zammad-Trigger: é".encode())
    assert receiver.exchange(request).startswith(b"HTTP/1.1 202 ")
    assert "31" in receiver.stored()


def test_two_signatures_are_not_one(receiver: Running) -> None:
    request = signed_request(32, 1_000)
    line = next(line for line in request.split(b"\r\n") if line.startswith(b"X-Hub-Signature"))
    assert receiver.exchange(request.replace(line, line + b"\r\n" + line)).startswith(b"HTTP/1.1 401 ")
    assert "32" not in receiver.stored()


def test_headers_longer_than_anybody_needs_are_refused(receiver: Running) -> None:
    """Those of thousands of connections are held at once."""
    request = signed_request(33, 1_000).replace(b"X-Zammad-Trigger: ", b"X-Zammad-Trigger: " + b"x" * 100_000)
    assert receiver.exchange(request)[9:12] in {b"400", b"431", b""}
    assert "33" not in receiver.stored()


def test_an_unannounced_body_over_the_limit_is_413(receiver: Running) -> None:
    head = f"POST {PATH} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"8000\r\n" + b" " * 0x8000 + b"\r\n"
    assert receiver.exchange(head.encode() + 3 * chunk).startswith(b"HTTP/1.1 413 ")


def test_slow_bodies_keep_neither_health_checks_nor_deliveries_out(receiver: Running) -> None:
    head = f"POST {PATH} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
    with ExitStack() as open_connections:
        for _ in range(40):
            open_connections.enter_context(receiver.connect()).sendall(head.encode())
        for number in range(10):
            assert receiver.exchange(HEALTH).startswith(b"HTTP/1.1 200 ")
            assert receiver.exchange(signed_request(40 + number, 1_000)).startswith(b"HTTP/1.1 202 ")


def test_ready_tells_the_work_and_that_there_is_no_worker(receiver: Running) -> None:
    receiver.exchange(signed_request(33, 1_000))
    answer = receiver.exchange(HEALTH.replace(b"healthz", b"readyz"))
    told = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert "zammad: no worker has begun" in told["problems"]
    assert told["last_commit"]
    assert "zammad" in told["work"]


SLOW = """
import os, sys, time
from pathlib import Path
from connector.settings import load
from webhooks import serve

def patient(*arguments, **options):  # else the server kills after half a minute what has not ended
    return Granian(*arguments, **{**options, "workers_kill_timeout": None})

Granian, serve.Granian = serve.Granian, patient

def starting():
    Path(sys.argv[1]).touch()
    time.sleep(600)

serve.run(load(os.environ), starting, "127.0.0.1")
"""


def test_a_receiver_that_is_still_starting_ends_when_it_is_told(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "INTERSPACE_PORT": str(free_port())}
    started = subprocess.Popen([sys.executable, "-c", SLOW, str(starts)], env=environment, start_new_session=True)
    try:
        wait_until(starts.exists, "a process of the receiver starts")
        started.terminate()
        started.wait(PATIENCE_S)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()
