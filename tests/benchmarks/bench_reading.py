"""What it costs to read one new message with all rules of words: ``python -m tests.benchmarks.bench_reading``.

Processor time of one thread. Every message is a new one: nothing of it has been read before.
"""

import statistics
import time

from connector.domain.fields import Fields
from connector.rules.case import Case
from connector.rules.completeness import completeness
from connector.rules.people import known
from tests.benchmarks.report import Row, show
from tests.builders import T0, default_policy, incident, said

_WORDS = "We have tested it on our side and found nothing. Please escalate this, it flaps since 09:20 UTC.\n"
_FORM = "Service ID: SVC-1005\nStart time: 2026-11-23 09:12 UTC\nImpact: degradation\nUrgency: high\n\n"
_MOST_MS = 5.0
_LINEAR = 2.0
"""A hundred times the words may take so many times a hundred times as long: what is read of them ends at 64 KB."""


def rows(*, quick: bool = False) -> list[Row]:
    """All figures."""
    policy = default_policy()

    def took(size: int, number: int) -> float:
        text = f"Message {number}.\n{_FORM}{_WORDS * (size // len(_WORDS) + 1)}"[:size]
        ticket = incident(Fields(), title=f"Fault {number}", articles=(said(text, T0),))
        began = time.thread_time()
        case = Case(known(ticket, policy.catalogue), policy, T0)
        completeness(case)
        _ = case.spoken
        return (time.thread_time() - began) * 1_000

    passes = 20 if quick else 200
    took(2_048, -1)
    small = statistics.median(took(2_048, number) for number in range(passes))
    large = statistics.median(took(1_000_000, number) for number in range(5))
    return [
        Row(figure="reading: a mail of 2 KB, median", measured=small, unit="ms", most=_MOST_MS),
        Row(
            figure="reading: a mail of 1 MB, median",
            measured=large,
            unit="ms",
            most=_LINEAR * small * 1_000_000 / 2_048,
        ),
    ]


if __name__ == "__main__":
    show(rows())
