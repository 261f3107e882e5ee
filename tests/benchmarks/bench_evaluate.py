"""How many tickets a second ``evaluate`` decides on one core: ``python -m tests.benchmarks.bench_evaluate``.

Processor time of one thread, not the clock on the wall. Every pass gets tickets as a read would give them: nothing
about them has been computed yet. "Not seen before" means that the process has read no message of the ticket.
"""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from connector.domain.decision import Decision, Outcome
from connector.domain.ticket import Ticket
from connector.policy.models import Policy
from connector.rules.evaluate import evaluate
from tests.benchmarks import tickets
from tests.benchmarks.report import Row, show
from tests.builders import T0, default_policy

_LOOK = T0 + timedelta(hours=3)
_TARGET = 5_000
_FEW = 100
"""Few enough tickets for the caches of texts."""
_HOUR, _THREE_YEARS = timedelta(hours=1), timedelta(days=3 * 365)


def rows(*, quick: bool = False) -> list[Row]:
    """All figures."""
    policy = default_policy()
    size = 200 if quick else 1_000
    limit = _rate(_rebuilders(policy, list(tickets.day(policy, _FEW))))

    def row(figure: str, measured: float, least: float | None = None) -> Row:
        unit, of = "tickets/s", "only building the decisions"
        return Row(figure=f"evaluate: {figure}", measured=measured, unit=unit, least=least, limit=limit, limit_is=of)

    def open_for(age: timedelta, articles: int, pauses: int) -> float:
        return _again(policy, [tickets.aged(policy, _LOOK, age, articles, pauses)], size // 2)

    none = _rate(_evaluations(policy, list(tickets.day(policy, size))))
    few = list(tickets.day(policy, _FEW))
    every = _again(policy, few, size)
    young, old = open_for(_HOUR, 4, 0), open_for(_THREE_YEARS, 4, 0)
    return [
        row("a day's mix, the new mails (1 in 10) not seen before", _day(policy, few, size), _TARGET),
        row("a day's mix, all texts seen before", every, _TARGET),
        row("a day's mix, no text seen before (after a start)", none),
        row("only new mails of 1 KB, not seen before", _rate(_evaluations(policy, _mails(size // 2)))),
        row("P4 with 5 articles, one hour old", young),
        row("P4 with 5 articles, three years old", old, 0.9 * young),
        row("P4 with 5 articles and 4 pauses, three years old", open_for(_THREE_YEARS, 4, 4)),
        row("P4 with 201 articles and 100 pauses, three years old", open_for(_THREE_YEARS, 200, 100)),
    ]


def _mails(size: int) -> list[Ticket]:
    return [tickets.new_mail() for _ in range(size)]


def _day(policy: Policy, seen: Sequence[Ticket], size: int) -> float:
    """Every tenth look is at a mail that nobody has read, the others are repeated looks."""
    repeated = [ticket for ticket in seen if ticket.history]
    _rate(_evaluations(policy, repeated))
    mix = [
        one for number in range(size) for one in (_mails(1) if number % 10 == 0 else [repeated[number % len(repeated)]])
    ]
    return _rate(_evaluations(policy, mix))


def _evaluations(policy: Policy, some: Sequence[Ticket]) -> list[Callable[[], object]]:
    return [lambda ticket=tickets.fresh(one): evaluate(ticket, policy, _LOOK) for one in some]  # type: ignore[misc]


def _again(policy: Policy, some: Sequence[Ticket], size: int) -> float:
    _rate(_evaluations(policy, some))
    return _rate([work for _ in range(size // len(some)) for work in _evaluations(policy, some)])


def _rebuilders(policy: Policy, some: Sequence[Ticket]) -> list[Callable[[], object]]:
    """The results alone, made of what the rules have found: what no rule can be quicker than."""
    found = [evaluate(ticket, policy, _LOOK) for ticket in some] * 10
    return [lambda decision=one: _rebuilt(decision) for one in found]  # type: ignore[misc]


def _rebuilt(decision: Decision) -> Decision:
    outcomes = tuple(Outcome(**outcome.__dict__) for outcome in decision.outcomes)
    return Decision(**(decision.__dict__ | {"outcomes": outcomes}))


def _rate(work: Sequence[Callable[[], object]]) -> float:
    began = time.thread_time()
    for one in work:
        one()
    return len(work) / (time.thread_time() - began)


if __name__ == "__main__":
    show(rows())
