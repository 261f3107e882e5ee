"""Every sentence that a customer can get from us. ``python -m connector.cli.golden`` writes it; a test compares."""

from pathlib import Path
from zoneinfo import ZoneInfo

from connector.domain.messages import MESSAGES, Audience
from connector.messages.words import Reader
from connector.policy.messages import shipped

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "customer_messages.txt"

_INTRODUCTION = """\
Every text that a customer can get, with sample data in every combination.
Made by python -m connector.cli.golden; a test keeps it in step. Read each aloud: would a carrier send it?
"""


def golden() -> str:
    """The text of tests/golden/customer_messages.txt."""
    reader = Reader(zone=ZoneInfo("Europe/Berlin"))
    parts = [_INTRODUCTION]
    for name in sorted(name for name, audience in MESSAGES.items() if audience is Audience.CUSTOMER):
        for number, text in enumerate(shipped().every_text(name, reader), 1):
            parts.append(f"{f' {name} {number} ':=^100}\n{text}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    GOLDEN.write_text(golden(), encoding="utf-8")
