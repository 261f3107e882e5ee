"""Every sentence that a customer can get from us, as one file to read."""

from zoneinfo import ZoneInfo

from connector.domain.messages import MESSAGES, Audience
from connector.messages.words import Reader
from connector.policy.messages import shipped

_INTRODUCTION = """\
Every text that a customer can get, with sample data in every combination.
Made by make generate; a test keeps it in step. Read what you change aloud: would a carrier send it?
"""


def customer_texts() -> str:
    """The text of tests/golden/customer_messages.txt."""
    reader = Reader(zone=ZoneInfo("Europe/Berlin"))
    parts = [_INTRODUCTION]
    for name in sorted(name for name, audience in MESSAGES.items() if audience is Audience.CUSTOMER):
        for number, text in enumerate(shipped().every_text(name, reader), 1):
            parts.append(f"{f' {name} {number} ':=^100}\n{text}\n")
    return "\n".join(parts)
