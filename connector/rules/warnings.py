"""Warnings before it is late (R36, R37): support reads once for each limit that a set share of its time has passed."""

from collections.abc import Iterator
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from connector.domain.decision import Notice, Outcome, Reasons
from connector.domain.mark import Mark
from connector.domain.vocabulary import Priority
from connector.rules import timeline, wording
from connector.rules.case import Case
from connector.rules.clocks import Target, clocks
from connector.rules.informed import next_update
from connector.rules.outages import is_over


class Warned(NamedTuple):
    """A share of a limit's time, and when it has passed (UTC)."""

    what: str
    """``first_response``, ``repair`` or ``update``."""
    about: Priority | datetime
    """Which one: the priority that promises it, or since when it counts."""
    share: float
    at: datetime
    due: datetime


def warnings(case: Case) -> Outcome:
    """One note for each limit whose share has passed and that is not late yet."""
    shares = case.policy.updates.warn_at
    if not shares or is_over(case.ticket):
        return Outcome(rule="warnings", reasons=("nothing to warn of",))
    found = sorted([warned for share in shares for warned in _ahead(case, share)], key=_IN_TIME)
    passed = [warned for warned in found if warned.at <= case.now < warned.due]
    coming = next((warned.at for warned in found if warned.at > case.now), None)
    latest = {(warned.what, warned.about): warned for warned in passed}
    notices = tuple(
        Notice(
            "target_warning",
            {
                "what": warned.what,
                "percent": round(warned.share * 100),
                "due": warned.due,
                "owner": case.ticket.owner,
                "group": case.ticket.fields.group,
            },
            frozenset(_mark(one) for one in passed if (one.what, one.about) == key),
        )
        for key, warned in latest.items()
    )
    return Outcome(rule="warnings", notices=notices, reasons=Reasons(lambda: [_said(coming)]), due=coming)


def _said(coming: datetime | None) -> str:
    return f"support is warned {wording.format_time(coming)}" if coming else "no warning is to come"


def _mark(warned: Warned) -> Mark:
    since = warned.about.strftime("%Y%m%dT%H%M%S") if isinstance(warned.about, datetime) else warned.about
    return Mark("warned", warned.what, since, round(warned.share * 100))


_IN_TIME = attrgetter("at")


def _ahead(case: Case, share: float) -> Iterator[Warned]:
    """Of what is due. Of what is late already nobody is warned any more."""
    for target in clocks(case).targets:
        if target.met is None and target.due is not None and target.due > case.now:
            yield from _of_target(case, target, target.due, share)
    due = next_update(case)
    if due is not None and due > case.now and (at := next_update(case, share)) is not None:
        yield Warned("update", timeline.last_update_at(case.ticket), share, at, due)


def _of_target(case: Case, target: Target, due: datetime, share: float) -> Iterator[Warned]:
    """By the clock that promises it: a lower priority's limit may come earlier."""
    is_response = target.name == "first_response"
    for clock in clocks(case).each:
        own = clock.first_response if is_response else clock.repair
        if own.due == due:
            limits = case.policy.targets_of(case.verified_service, clock.priority)
            limit = limits.first_response if is_response else limits.repair
            at = clock.counter.deadline(limit.length * share)
            if at is not None:
                yield Warned(target.name, clock.priority, share, timeline.whole_second(at), due)
            return
