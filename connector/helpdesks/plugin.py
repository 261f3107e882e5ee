"""What one helpdesk brings along: everything the product needs of it, as one value."""

from dataclasses import dataclass

from connector.helpdesks.sender import Sender


@dataclass(frozen=True, kw_only=True)
class HelpdeskPlugin:
    """One helpdesk. The parts that cost time to import are functions that import them when they are called."""

    name: str
    """The key in settings, work table and commands: ``zammad``."""
    title: str
    """What people call it: ``Zammad``."""
    sender: Sender
    """How it sends webhooks."""
