"""Dead letters and pauses as JSON, the same for commands and page."""

from typing import Any

from connector.helpdesks.registry import plugin
from connector.settings import Settings
from connector.work.jobs import DeadLetter, Key, RunningPause
from connector.work.outlook import Outlook

EVERYTHING = "everything"


def letter_data(settings: Settings, letter: DeadLetter, seen: Outlook) -> dict[str, Any]:
    """A dead letter; of the ticket its number and what lay ahead, as it was seen last."""
    return {
        "helpdesk": letter.key.helpdesk,
        "ticket": letter.key.ticket,
        "number": seen.number,
        "link": page_of(settings, letter.key),
        "priority": seen.priority,
        "level": seen.level,
        "level_at": seen.level_at.isoformat() if seen.level_at else None,
        "target": seen.target,
        "target_at": seen.target_at.isoformat() if seen.target_at else None,
        "failed_at": letter.failed_at.isoformat(),
        "attempts": letter.attempts,
        "events": letter.generation,
        "error": letter.error,
    }


def pause_data(pause: RunningPause) -> dict[str, str | None]:
    """A pause."""
    return {
        "helpdesk": pause.helpdesk,
        "what": pause.endpoint or EVERYTHING,
        "until": pause.until.isoformat() if pause.until else None,
        "cause": pause.reason,
    }


def page_of(settings: Settings, key: Key) -> str | None:
    """Where people see the ticket on the helpdesk; ``None``: its address is not set."""
    address = settings.of(key.helpdesk).url
    page = plugin(key.helpdesk).ticket.page.format(id=key.ticket)
    return f"{address.rstrip('/')}{page}" if address else None
