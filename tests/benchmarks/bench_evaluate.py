"""How many tickets a second ``evaluate`` decides on one core: ``python -m tests.benchmarks.bench_evaluate``.

Processor time of one thread, the best of three passes. Every pass gets tickets as a read would give them: nothing
about them has been computed yet. "Not seen before" means that the process has read no message of the ticket.
"""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from importlib import import_module
from itertools import cycle
from typing import TypeVar

from connector.domain.decision import Decision, Outcome
from connector.domain.ticket import Ticket
from connector.policy.models import Policy
from connector.rules.evaluate import evaluate
from tests.benchmarks import tickets
from tests.benchmarks.report import Row, show
from tests.builders import T0, default_policy, office_p4

_LOOK = T0 + timedelta(hours=3)
_TARGET = 5_000
_FEW = 100
"""Few enough tickets for the caches of texts."""
_PASSES = 3
_HOUR, _THREE_YEARS = timedelta(hours=1), timedelta(days=3 * 365)

T = TypeVar("T")


def rows(*, quick: bool = False) -> list[Row]:
    """All figures."""
    policy, office = default_policy(), office_p4()
    size = 200 if quick else 1_000
    few = list(tickets.day(policy, _FEW))
    limit = _best(_rebuilt, lambda: [evaluate(ticket, policy, _LOOK) for ticket in few * 10])

    def row(
        figure: str,
        of: Callable[[], Sequence[Ticket]],
        least: float | None = None,
        *,
        known: bool = True,
        policy: Policy = policy,
    ) -> Row:
        def fresh() -> list[Ticket]:
            found = [tickets.fresh(ticket) for ticket in of()]
            if not known:
                _forget_texts()
            return found

        rate = _best(lambda ticket: evaluate(ticket, policy, _LOOK), fresh)
        name, of_limit = f"evaluate: {figure}", "only building the decisions"
        return Row(figure=name, measured=rate, unit="tickets/s", least=least, limit=limit, limit_is=of_limit)

    def open_for(age: timedelta, articles: int, pauses: int) -> list[Ticket]:
        return [tickets.aged(office, _LOOK, age, articles, pauses)] * (size // 2)

    def old(figure: str, of: Callable[[], Sequence[Ticket]], least: float | None = None) -> Row:
        return row(f"P4 in working hours with {figure}", of, least, policy=office)

    seen = [ticket for ticket in few if ticket.history]
    young = old("5 articles, one hour old", lambda: open_for(_HOUR, 4, 0))
    return [
        row("a day's mix, all texts seen before", lambda: few * (size // _FEW), _TARGET),
        row("a day's mix, the new mails (1 in 10) not seen before", lambda: _mixed(seen, size), _TARGET),
        row("a day's mix, no text seen before (after a start)", lambda: list(tickets.day(policy, size)), known=False),
        row("only new mails of 1 KB, not seen before", lambda: _mails(size // 2)),
        young,
        old("5 articles, three years old", lambda: open_for(_THREE_YEARS, 4, 0), 0.9 * young.measured),
        old("5 articles and 4 pauses, three years old", lambda: open_for(_THREE_YEARS, 4, 4)),
        old("201 articles and 100 pauses, three years old", lambda: open_for(_THREE_YEARS, 200, 100)),
    ]


def _mails(size: int) -> list[Ticket]:
    return [tickets.new_mail() for _ in range(size)]


def _mixed(seen: Sequence[Ticket], size: int) -> list[Ticket]:
    """Every tenth look is at a mail that nobody has read, the others are repeated looks."""
    again = cycle(seen)
    return [tickets.new_mail() if number % 10 == 0 else next(again) for number in range(size)]


def _forget_texts() -> None:
    """As after a start of the process."""
    import_module("connector.rules.text.extract")._extract.cache_clear()
    import_module("connector.rules.text.reply")._read_lines.cache_clear()
    import_module("connector.rules.completeness")._extractions.cache_clear()
    for name in ("_naming", "_named", "_request", "_consent"):
        getattr(import_module("connector.rules.spoken"), name).cache_clear()
    import_module("connector.rules.text.known")._runs.cache_clear()
    import_module("connector.rules.text.known")._messages.clear()


def _rebuilt(decision: Decision) -> Decision:
    """The result alone, made of what the rules have found: what no rule can be quicker than."""
    outcomes = tuple(Outcome(**outcome._asdict()) for outcome in decision.outcomes)
    return Decision(**(decision._asdict() | {"outcomes": outcomes}))


def _best(work: Callable[[T], object], prepare: Callable[[], Sequence[T]]) -> float:
    """Items per second of processor time in the best pass; the preparation does not count."""
    rates = []
    for _ in range(_PASSES):
        items = prepare()
        began = time.thread_time()
        for item in items:
            work(item)
        rates.append(len(items) / (time.thread_time() - began))
    return max(rates)


if __name__ == "__main__":
    show(rows())
