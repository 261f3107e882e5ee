"""Things made on the helpdesk for a test, and removed again whatever happens.

Each carries a name of its own, and what has that name is removed: so also a thing whose creation was never answered.
"""

import secrets
from typing import NamedTuple

PREFIX = "Interspace doctor"
"""Every name of a test object begins so; nothing else's does."""


class TrialTicket(NamedTuple):
    """A ticket that was made for a test."""

    id: str
    number: str
    title: str


def fresh_name(purpose: str) -> str:
    """A name nothing else has."""
    return f"{PREFIX} {secrets.token_hex(4)}: {purpose}, please ignore"
