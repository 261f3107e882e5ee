"""R27: until when a customer agrees to wait, said on a Friday at 20:00 in Berlin."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from connector.rules.text.until import UNREADABLE, read_until

BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY = datetime(2026, 11, 27, 19, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("can wait until tomorrow", "2026-11-28"),
        ("OK, tomorrow is fine", "2026-11-28"),
        ("Das kann bis morgen früh warten", "2026-11-28"),
        ("bis übermorgen", "2026-11-29"),
        ("until the weekend", "2026-11-28"),
        ("It can wait until Monday", "2026-11-30"),
        ("Ja, bis Montag morgen reicht", "2026-11-30"),
        ("until 30.11.", "2026-11-30"),
        ("until 2026-11-29", "2026-11-29"),
        ("until 8 am", "2026-11-28 08:00:00+01:00"),
        ("bis morgen 8 Uhr", "2026-11-28 08:00:00+01:00"),
        ("ok until midnight", "2026-11-28 00:00:00+01:00"),
        ("Fine, until 22:30", "2026-11-27 22:30:00+01:00"),
        ("Agreed, 08:00 UTC tomorrow works for us", "2026-11-28 08:00:00+00:00"),
        ("until 22:30 CET", "2026-11-27 22:30:00+01:00"),
        ("I agree, it can wait until Monday 9:00", "2026-11-30 09:00:00+01:00"),
        ("can wait for two hours", "2026-11-27 19:00:00+00:00 + 2:00:00"),
        ("noch eine Stunde warten ist ok", "2026-11-27 19:00:00+00:00 + 1:00:00"),
    ],
)
def test_what_it_names(text: str, until: str) -> None:
    found = read_until(text, FRIDAY, BERLIN)
    length = f"{FRIDAY} + {found - FRIDAY}" if isinstance(found, datetime) else ""

    assert until in (str(found), length)


@pytest.mark.parametrize(
    "text",
    [
        "Yes",
        "Guten Morgen, ja",
        "I agree to the deferral",
        "until the next working day",
        "kann bis zum nächsten Arbeitstag warten",
        "until your office opens",
        "Einverstanden, bis dann",
        "wait until next week",
    ],
)
def test_no_limit_but_the_opening(text: str) -> None:
    assert read_until(text, FRIDAY, BERLIN) is None


@pytest.mark.parametrize("text", ["until the fibre is back", "until tonight", "bis der Techniker da ist"])
def test_an_end_that_nobody_can_tell(text: str) -> None:
    assert read_until(text, FRIDAY, BERLIN) == UNREADABLE
