"""What a policy does to a ticket the moment it comes into force: the rules on the ticket as it is. It only reads."""

from datetime import datetime

from connector.domain.ticket import Ticket
from connector.policy.models import Policy
from connector.simulation.acts import Act
from connector.simulation.replay import settled


def at_once(ticket: Ticket, policy: Policy, now: datetime) -> tuple[Act, ...]:
    """All that a worker would do on ``ticket`` at ``now`` (UTC), in as many looks as it takes."""
    acts: list[Act] = []
    settled(ticket, policy, now, acts)
    return tuple(acts)
