"""How long a customer waits for the form: ``python -m tests.benchmarks.bench_form``.

The receiver as in operation, a sandbox helpdesk behind it, and 32 clients that each ask for the next page as soon as
the last one is there; they share the machine's cores with the receiver.
"""

import tempfile
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from connector.intake.caller import Caller
from connector.intake.identity import open_session
from tests.benchmarks.processes import receiver
from tests.benchmarks.report import Row, show
from tests.benchmarks.sandbox_process import sandbox_process
from tests.benchmarks.senders import AVERAGE, send
from tests.panels import ORIGIN, SECRET, panel
from tests.ports import is_answering
from tests.waiting import wait_until
from webhooks.pages import STATIC

_SERVICES = ("SVC-1001", "SVC-1003", "SVC-1005")
_MOST_MS, _MOST_KB = 50, 60
_FILES = ("page.css", "form/form.css", "form/form.js", "form/interspace-ticket.js")


def rows(*, quick: bool = False) -> Iterator[Row]:
    """The page of a report with what is reported already, for 32 clients; and its size with all that belongs to it."""
    with tempfile.TemporaryDirectory() as directory, sandbox_process() as sandbox:
        here = Path(directory)
        (here / "panel.secret").write_text(SECRET)
        (here / "panels.yaml").write_text(
            f"panels:\n  - {{name: main, secret_file: panel.secret, origins: ['{ORIGIN}']}}\n"
        )
        settings = {**sandbox.settings, "INTERSPACE_PANELS": str(here / "panels.yaml")}
        with receiver(f"sqlite:///{here / 'work.sqlite3'}", **settings) as (_, port):
            wait_until(lambda: is_answering(port), "the start of the receiver")
            requests = [_request(service) for service in _SERVICES]
            page = len(_first(port))
            found = send(port, seconds=1.0 if quick else 5.0, requests=requests)
    answered = found.statuses["200"]
    yield Row(figure="form: page of a report, 32 clients", measured=answered / found.seconds, unit="/s")
    yield Row(
        figure="form: page of a report, 32 clients, p99",
        measured=found.percentile(0.99),
        unit="ms",
        most=_MOST_MS,
        limit=found.mean_ms,
        limit_is=AVERAGE,
    )
    if others := sum(found.statuses.values()) - answered:
        yield Row(figure="form: other answers", measured=others, most=0)
    everything = page + sum((STATIC / name).stat().st_size for name in _FILES)
    yield Row(figure="form: page with style sheets and scripts", measured=everything / 1024, unit="KB", most=_MOST_KB)


def _body(service: str) -> bytes:
    caller = Caller(panel="main", subject="ada", customers=None, email="ada@harbour.example")
    return urlencode({"session": open_session(panel(), caller, datetime.now(UTC)), "service": service}).encode()


def _request(service: str) -> bytes:
    body = _body(service)
    head = (
        "POST /form/service HTTP/1.1\r\nHost: receiver\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _first(port: int) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/form/service", _body(_SERVICES[0])) as answer:
        page: bytes = answer.read()
    return page


if __name__ == "__main__":
    show(rows())
