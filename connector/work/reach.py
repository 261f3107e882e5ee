"""How far a policy reaches: what it does to open tickets at once, by the engine of ``interspace simulate``. Nothing is
written."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.helpdesks.errors import EndpointLimitedError, HelpdeskError, UnavailableError
from connector.helpdesks.helpdesk import Helpdesk
from connector.policy.models import Policy
from connector.rules.evaluate import evaluate
from connector.simulation.at_once import at_once
from connector.work.others import judged

SAMPLE = 200
"""Tickets read at most. The share found is within 7 points of the true one, 19 times out of 20."""

A_FEW = 10
"""Up to this many changed tickets in the sample are always allowed: small installations need no permission."""

FRESH = timedelta(days=1)
"""A ticket that is younger is what the first start is for."""

_TOLD = 6
"""So many kinds of acts are named at most."""


class Reach(NamedTuple):
    """How far a policy reaches."""

    looked_at: int
    changed: int
    """Of those: people would notice."""
    unresolved: int
    """All that the sample was drawn from."""
    acts: Sequence[tuple[str, int]] = ()
    """What people would notice, and on how many tickets, the most frequent first."""

    def exceeds(self, share: float) -> bool:
        """More than ``share`` (0 to 1) of the tickets would change."""
        return self.changed > A_FEW and self.changed > share * self.looked_at

    @property
    def description(self) -> str:
        """For people: ``30 of 40 open tickets looked at (of 900): level 3 on 30, letter details_needed on 12``."""
        of = f" (of {self.unresolved})" if self.unresolved != self.looked_at else ""
        acts = ", ".join(f"{what} on {tickets}" for what, tickets in self.acts[:_TOLD])
        return f"{self.changed} of {self.looked_at} open tickets{of}" + (f": {acts}" if acts else "")


def reach(
    desk: Helpdesk,
    policy: Policy,
    unresolved: Sequence[TicketId],
    now: datetime,
    *,
    sample: int = SAMPLE,
    first: bool = False,
) -> Reach:
    """What ``policy`` would do to these tickets (ids) at ``now`` (UTC), by a sample.

    ``first``: there was no policy before. Then only what it does to old tickets that the connector has never touched
    counts as a change: whoever opened a ticket today, or lost the work table, waits for nobody's permission.

    Give it tickets that nothing is due for: what changes on them now changes because of the policy. A ticket that
    cannot be read is left out.

    :raises HelpdeskError: the helpdesk wants to be left alone.
    """
    looked_at, old = 0, now - FRESH
    lived = list[set[str]]()
    for ticket in random.sample(unresolved, min(sample, len(unresolved))):
        try:
            seen, _ = judged(desk, desk.read(ticket), lambda read: evaluate(read, policy, now))
        except (UnavailableError, EndpointLimitedError):
            raise
        except HelpdeskError:
            continue
        looked_at += 1
        if not first or (seen.created_at < old and not _is_known(seen)):
            lived.append(noticed(seen, policy, now))
    return Reach(looked_at, sum(map(bool, lived)), len(unresolved), _counted(lived))


def noticed(ticket: Ticket, policy: Policy, now: datetime) -> set[str]:
    """What people would notice on this ticket at once."""
    return {act.what for act in at_once(ticket, policy, now) if act.is_visible}


def _counted(lived: Iterable[set[str]]) -> Sequence[tuple[str, int]]:
    return Counter(what for acts in lived for what in sorted(acts)).most_common()


def _is_known(ticket: Ticket) -> bool:
    """Whether the connector has written to the ticket before."""
    return ticket.fields.escalation_level is not None or bool(ticket.marks)
