"""Things made on the helpdesk for a test, and removed again whatever happens.

Each carries a name of its own, and what has that name is removed: so also a thing whose creation was never answered.
"""

import secrets
from datetime import datetime
from typing import NamedTuple

from connector.domain.fields import Fields
from connector.domain.vocabulary import FaultType, Impact, Urgency

PREFIX = "Interspace doctor"
"""Every name of a test object begins so; nothing else's does."""


class TrialTicket(NamedTuple):
    """A ticket that was made for a test."""

    id: str
    number: str
    title: str


def trial_fields(now: datetime) -> Fields:
    """What the rules want to know of a ticket (R15–R18, R20), so that none asks for it; no service is named."""
    return Fields(
        service_id="none",
        problem_start=now.replace(microsecond=0),
        short_description="Test of the connection by interspace doctor",
        impact=Impact.NON_SERVICE_AFFECTING,
        urgency=Urgency.LOW,
        fault_type=FaultType.PERMANENT,
    )


def fresh_name(purpose: str) -> str:
    """A name nothing else has."""
    return f"{PREFIX} {secrets.token_hex(4)}: {purpose}, please ignore"
