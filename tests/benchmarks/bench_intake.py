"""How many reports of a panel a second are kept ``python -m tests.benchmarks.bench_intake``.

Each is another one: none is answered from what is there already.
"""

import json
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from connector.intake.signing import signed_headers
from tests.benchmarks.processes import receiver
from tests.benchmarks.report import Row, show
from tests.benchmarks.senders import AVERAGE, send
from tests.ports import is_answering
from tests.waiting import wait_until

SECRET = "a secret of a panel, for benchmarks only"
_LEAST = 1_500
"""Kept a second, durably."""
_DIFFERENT = 40_000
"""More than one machine keeps in a row."""


def request(number: int) -> bytes:
    """A signed report."""
    report = {
        "externalId": f"bench-{number}",
        "relatedEntity": {"id": "SVC-1005"},
        "description": "The line to Hamburg is dead. There has been no light on port 3 since this morning. " * 5,
        "issueStartDate": "2026-11-23T10:40:00+01:00",
        "impact": "service_affecting",
        "urgency": "high",
        "contact": {"email": "ada@harbour.example", "name": "Ada Lovelace"},
    }
    body = json.dumps(report).encode()
    signed = signed_headers([SECRET.encode()], f"bench-{number}", datetime.now(UTC), body)
    lines = "".join(f"{name}: {value}\r\n" for name, value in signed.items())
    head = "POST /intake/v1/tickets HTTP/1.1\r\nHost: receiver\r\nContent-Type: application/json\r\n"
    return f"{head}{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body


def rows(*, quick: bool = False) -> Iterator[Row]:
    """Reports kept with the embedded database."""
    seconds = 1.0 if quick else 5.0
    with tempfile.TemporaryDirectory() as directory:
        here = Path(directory)
        (here / "panel.secret").write_text(SECRET)
        (here / "panels.yaml").write_text("panels:\n  - {name: bench, secret_file: panel.secret}\n")
        settings = {
            "INTERSPACE_PANELS": str(here / "panels.yaml"),
            "INTERSPACE_INTAKE_PER_MINUTE": "0",
            "INTERSPACE_INTAKE_PERSON_PER_MINUTE": "0",
            "INTERSPACE_LOG_LEVEL": "warning",
        }
        with receiver(f"sqlite:///{here / 'work.sqlite3'}", **settings) as (_, port):
            wait_until(lambda: is_answering(port), "the start of the receiver")
            found = send(port, seconds=seconds, requests=[*map(request, range(_DIFFERENT // (10 if quick else 1)))])
    kept = found.accepted_per_second
    yield Row(figure="intake: kept, SQLite synchronous=FULL", measured=kept, unit="/s", least=_LEAST)
    p99 = found.percentile(0.99)
    yield Row(figure="intake: kept, p99", measured=p99, unit="ms", limit=found.mean_ms, limit_is=AVERAGE)
    others = sum(found.statuses.values()) - found.statuses["202"]
    yield Row(figure="intake: other answers", measured=others, most=0)


if __name__ == "__main__":
    show(rows())
