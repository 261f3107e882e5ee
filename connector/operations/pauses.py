"""What is left alone for a while, the same for commands and page."""

from connector.work.jobs import RunningPause

EVERYTHING = "everything"


def as_data(pause: RunningPause) -> dict[str, str | None]:
    """As JSON."""
    return {
        "helpdesk": pause.helpdesk,
        "what": pause.endpoint or EVERYTHING,
        "until": pause.until.isoformat() if pause.until else None,
        "cause": pause.reason,
    }
