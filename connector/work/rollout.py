"""What a new policy would do to the tickets that are open already, seen on a sample before it does it (P15).

Only reads. The sample is drawn from tickets that nothing is due for: what changes on them now changes because of the
policy, not because time has passed.
"""

import random
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from connector.domain.decision import Decision
from connector.helpdesks.errors import EndpointLimitedError, HelpdeskError, UnavailableError
from connector.helpdesks.helpdesk import Helpdesk
from connector.policy.models import Policy
from connector.rules.evaluate import evaluate

SAMPLE = 200
"""Tickets read at most. The share found is within 7 points of the true one, 19 times out of 20."""

A_FEW = 10
"""Up to this many changed tickets in the sample are always allowed: small installations need no permission."""

_SEEN_BY_PEOPLE = frozenset({"priority", "group", "escalation_level"})


class Reach(NamedTuple):
    """How far a policy reaches."""

    looked_at: int
    changed: int
    """Of those: a visible change."""
    unresolved: int
    """All that the sample was drawn from."""

    def exceeds(self, share: float) -> bool:
        """More than ``share`` (0 to 1) of the tickets would change."""
        return self.changed > A_FEW and self.changed > share * self.looked_at


def reach(desk: Helpdesk, policy: Policy, unresolved: Sequence[str], now: datetime) -> Reach:
    """What ``policy`` would do to these tickets (ids) at ``now`` (UTC), by a sample. Nothing is written.

    A ticket that cannot be read is left out.

    :raises HelpdeskError: the helpdesk wants to be left alone.
    """
    looked_at = changed = 0
    for ticket in random.sample(unresolved, min(SAMPLE, len(unresolved))):
        try:
            seen = desk.read(ticket)
        except (UnavailableError, EndpointLimitedError):
            raise
        except HelpdeskError:
            continue
        looked_at += 1
        changed += _is_visible(evaluate(seen, policy, now))
    return Reach(looked_at, changed, len(unresolved))


def _is_visible(decision: Decision) -> bool:
    """Whether people would notice: a public note, a state, a new ticket, another priority, group or level."""
    told = decision.note is not None and decision.note.public
    return told or bool(decision.state or decision.creates or _SEEN_BY_PEOPLE & decision.changes.keys())
