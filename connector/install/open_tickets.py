"""What an admin should know of a living helpdesk before anything is installed on it."""

from collections.abc import Iterator
from itertools import islice

from connector.counted import counted
from connector.helpdesks.errors import HelpdeskError
from connector.helpdesks.helpdesk import Helpdesk
from connector.policy.models import Policy

_PAGES = 10


def open_tickets(desk: Helpdesk, policy: Policy) -> Iterator[str]:
    """How many open tickets there are now, and whether the rules will hold for them; nothing if they cannot be
    listed."""
    try:
        count = sum(len(page) for page in islice(desk.unresolved(), _PAGES))
    except HelpdeskError:
        return
    if policy.applies_since is None:
        told = "the rules will hold for tickets created after apply, these are left alone (applies_since in the policy)"
    else:
        told = f"the rules will hold for those created from {policy.applies_since:%Y-%m-%d %H:%M} UTC on"
    yield f"{counted(count, 'open ticket is', 'open tickets are')} in the rules' groups now: {told}."
