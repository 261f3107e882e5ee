"""How long a change on a ticket waits for its reaction: ``python -m tests.benchmarks.bench_reaction``.

The real ``interspace run`` with its defaults, against a sandbox Zammad in another process that sends each answer 50 ms
after the request has arrived. Customers' mails come in one after the other, each with its signed delivery. Timed is
from the mail on the ticket until the helpdesk has answered the write that reacts to it: settling time, look at the work
table, reading, rules, search for what comes back, writing.
"""

import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from connector.settings import Settings
from connector.work.table import WorkTable
from connector.work.worker import POLL_S
from tests.benchmarks.processes import command, is_swept
from tests.benchmarks.report import Row, show
from tests.benchmarks.sandbox_process import sandbox_process
from tests.benchmarks.senders import SECRET, signed_request
from tests.ports import free_port, is_answering
from tests.waiting import wait_until

_ANSWER_S, _ANSWERS = 0.05, 3
"""A read, a search, a write."""
_TICKETS, _QUICK = 100, 20
_APART_S = 0.137
_MOST_S = 1.5


def rows(*, quick: bool = False) -> Iterator[Row]:
    """The 99th percentile, the median and the longest."""
    count, port = _QUICK if quick else _TICKETS, free_port()
    with tempfile.TemporaryDirectory() as directory, sandbox_process() as sandbox:
        url = f"sqlite:///{Path(directory) / 'work.sqlite3'}"
        settings = {
            **sandbox.settings,
            "INTERSPACE_DATABASE_URL": url,
            "INTERSPACE_ZAMMAD_WEBHOOK_SECRET": SECRET.decode(),
            "INTERSPACE_PORT": str(port),
        }
        with command("run", settings) as running, closing(WorkTable.open(url)) as table:
            wait_until(lambda: running.has_said("worker started"), "the start of the worker")
            wait_until(lambda: is_answering(port), "the start of the receiver")
            wait_until(lambda: is_swept(table, sandbox.desk), "the first sweep")
            sandbox.answers_in(_ANSWER_S)
            changed: dict[str, datetime] = {}
            for _ in range(count):
                [ticket] = sandbox.opens(1)
                changed[ticket] = datetime.now(UTC)
                _deliver(port, int(ticket))
                time.sleep(_APART_S)
            wait_until(lambda: changed.keys() <= sandbox.written().keys(), "the last reaction")
            written = sandbox.written()
    waits = sorted((written[ticket] - at).total_seconds() for ticket, at in changed.items())
    what = f"from a change on the ticket to the finished reaction, answers in 50 ms, of {count}"
    p99, median, longest = waits[int(0.99 * (len(waits) - 1))], waits[len(waits) // 2], waits[-1]
    asked = Settings.model_fields["settle_seconds"].default + _ANSWERS * _ANSWER_S
    latest, is_latest = asked + POLL_S, "s to settle, look, and be answered"
    yield Row(figure=f"{what}: p99", measured=p99, unit="s", most=_MOST_S, limit=latest, limit_is=is_latest)
    yield Row(figure=f"{what}: median", measured=median, unit="s", limit=asked + POLL_S / 2, limit_is=is_latest)
    yield Row(figure=f"{what}: at most", measured=longest, unit="s", limit=latest, limit_is=is_latest)


def _deliver(port: int, ticket: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as sender:
        sender.sendall(signed_request(ticket))
        answer = sender.recv(4096)
    if not answer.startswith(b"HTTP/1.1 202"):
        raise RuntimeError(f"the receiver answered {answer[:40]!r}")


if __name__ == "__main__":
    show(rows())
