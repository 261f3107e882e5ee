"""How long ``simulate`` and ``report`` take for 10,000 past tickets: ``python -m tests.benchmarks.bench_simulate``.

Processor time of one thread, for two policies, reading included. The tickets are a day's of the other benchmarks, with
what people wrote and did.
"""

import time
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from connector.domain.vocabulary import Priority
from connector.policy.kinds import Span
from connector.reports.figures import Report
from connector.reports.incident import incident
from connector.reports.month import Month
from connector.reports.render import as_html
from connector.reports.tables import of_provider
from connector.simulation import cassette
from connector.simulation.report import compared
from tests.benchmarks import tickets
from tests.benchmarks.report import Row, show
from tests.builders import T0, default_policy

_TICKETS = 10_000


def rows(*, quick: bool = False) -> list[Row]:
    """Both figures."""
    policy = default_policy()
    shorter = policy.priorities[Priority.P1].model_copy(update={"repair": Span("2 h")})
    other = policy.model_copy(update={"priorities": {**policy.priorities, Priority.P1: shorter}})
    number = 300 if quick else 3_000
    with TemporaryDirectory() as folder:
        path = Path(folder) / "past.json.gz"
        with cassette.recorder(path, T0 + timedelta(days=7)) as recorder:
            for ticket in islice(cycle(tickets.day(policy, 300)), number):
                recorder.add(ticket)
        began = time.process_time()
        reading = sum(1 for _ in cassette.read(path)[1])
        read = time.process_time() - began
        began = time.process_time()
        until, past = cassette.read(path)
        report = compared(past, policy, other, until)
        spent = time.process_time() - began
        began = time.process_time()
        month = Month.parse("2026-11", ZoneInfo("Europe/Berlin"))
        told = [incident(ticket, policy, until) for ticket in cassette.read(path)[1]]
        as_html(Report(month, None, until, policy.name, policy.version, of_provider(told, month, until)))
        reported = time.process_time() - began
    assert report.incidents == reading == number
    return [
        Row(
            figure="simulate: 10,000 past tickets from a file, two policies",
            measured=spent * _TICKETS / number,
            unit="s",
            most=60,
            limit=read * _TICKETS / number,
            limit_is="only reading the file",
        ),
        Row(
            figure="report: 10,000 past tickets from a file",
            measured=reported * _TICKETS / number,
            unit="s",
            most=60,
            limit=read * _TICKETS / number,
            limit_is="only reading the file",
        ),
    ]


if __name__ == "__main__":
    show(rows())
