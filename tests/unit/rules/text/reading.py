"""One message, read at a fixed moment."""

from datetime import UTC, datetime

from connector.messages.words import Reader
from connector.policy.messages import shipped
from connector.rules.text import Doubt, Extraction, extract, setting
from connector.rules.text.reply import own_words, read_lines

SENT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PATTERN = r"SVC-\d{3,}"


def read(body: str, is_html: bool = False, zone: str | None = None, sent_at: datetime = SENT) -> Extraction:
    """The extraction of a message sent on Sunday, 22 November 2026 at 12:00 UTC."""
    return extract(body, is_html, sent_at, setting(zone, PATTERN))


def start_of(value: str, zone: str | None = None, sent_at: datetime = SENT) -> str | None:
    """The start time that a labelled value gives, as ISO text in UTC."""
    at = read(f"Start time: {value}", zone=zone, sent_at=sent_at).problem_start
    return at.strftime("%Y-%m-%dT%H:%M:%S") if at else None


def question_of(body: str, field: str = "problem_start", zone: str | None = None) -> str | None:
    """The question that a message raises about a field, as the customer reads it in UTC."""
    return next((asked(doubt) for doubt in read(body, zone=zone).doubts if doubt.field == field), None)


def asked(doubt: Doubt) -> str:
    """The question that a doubt becomes."""
    return shipped().render("question", {"about": doubt.about, **doubt.data}, Reader()).body


def own(body: str, is_html: bool) -> str:
    """The customer's own words of a message."""
    return own_words(read_lines(body, is_html))
