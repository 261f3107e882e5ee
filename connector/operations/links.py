"""Where people see a ticket."""

from connector.helpdesks.registry import plugin
from connector.settings import Settings
from connector.work.jobs import Key


def page_of(settings: Settings, helpdesk: str) -> str | None:
    """The address of a ticket as agents see it, with ``{id}`` in it; ``None`` where the helpdesk's is not set."""
    url = settings.of(helpdesk).url
    return f"{url.rstrip('/')}{plugin(helpdesk).ticket.page}" if url else None


def ticket_page(settings: Settings, key: Key) -> str | None:
    """The same of one ticket."""
    page = page_of(settings, key.helpdesk)
    return page and page.format(id=key.ticket)
