"""Fuzz on the reading of messages: every value stands in the text, the work grows with the length of the text and not
faster, and the nastiest texts of full length come to an end."""

import re
import sys
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.rules.text import extract, setting
from connector.rules.text.clauses import Verdict, read_request
from connector.rules.text.consent import read_consent
from connector.rules.text.extract import _extract
from connector.rules.text.markup import MAX_HTML, MAX_TEXT
from connector.rules.text.reply import own_words, read_lines
from connector.rules.text.second_thoughts import doubted_in

SENT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
PATTERN = r"SVC-\d{3,}"
LABELS = ["Service ID", "Circuit ID", "Description", "Test results", "Impact", "Urgency", "Start time", "IP address"]
SEEDS = [
    *("a", " ", "\n", ">", "> ", ">\n", "1", "1.", "::", "- ", "(", "[", "\t", "\x00", "\u200b", "é", "İ", "ﬁ", "*_"),
    *("2026-11-22 ", "22.11.2026 10:00 ", "02/03/2026 ", "yesterday 10:00 ", "10:00-05:00 ", "since "),
    *(
        "Service ID: ",
        "Service ID:\n",
        "SVC-",
        "SVC-1005 ",
        "192.0.2.1 ",
        "192.0.2.",
        "2001:db8::",
        "::1 ",
        "Impact: not ",
    ),
    *("On Mon wrote:\n", "Von: a\nGesendet: b\nAn: c\n", "-- \n", "________\n", "Am 22.11.2026 um 10:00 schrieb "),
    *(
        "<",
        "<a",
        "<a ",
        "<a href='",
        "<div>",
        "</div>",
        "<table><tr><td>",
        "<blockquote>",
        "<!--",
        "<![CDATA[",
        "&",
        "&#x",
    ),
    *("<b><i>", "<p>a", "x<br/>\n", "<script>", "<pre>\n", "<div class=gmail_quote>", "<ul><li>", "&amp;"),
]
WORDS = st.sampled_from(
    [*(f"\n{label}: " for label in LABELS), *SEEDS, "high", "degradation", "permanent", "UTC", "n/a"]
)
TEXTS = st.lists(WORDS | st.text(max_size=12), max_size=30).map("".join)


def squeezed(text: str) -> str:
    """Without what reading may leave out: spaces, control characters and the ellipsis where a value was cut."""
    return re.sub(r"[\s\x00-\x1f\x7f-\xa0\u200b-\u200f\u2028-\u202e\ufeff\xad…]+", "", text).casefold()


@given(TEXTS)
def test_every_value_stands_in_the_text(body: str) -> None:
    """Nothing is made up: of free text, what was understood is a piece of what was written."""
    said = extract(body, False, SENT, setting("Europe/Berlin", PATTERN))

    written = squeezed(body)
    for field in ("service_id", "circuit_id", "short_description", "test_results"):
        value = getattr(said, field)
        assert value is None or squeezed(value) in written, field
    for address in (said.ip_addresses or "").split(", "):
        assert address == "" or address.partition("/")[0].rstrip("0:.")[:4] in body
    if said.impact is not None or said.urgency is not None:
        assert any(
            word in written for word in ("affecting", "degrad", "high", "medium", "low", "urgen", "down", "loss")
        )
    for doubt in said.doubts:
        assert doubt.about


def calls(body: str, is_html: bool) -> int:
    """How many functions are called to read a text: its work, whatever the machine does meanwhile."""
    count = 0

    def note(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    _extract.cache_clear()
    sys.setprofile(note)
    try:
        extract(body, is_html, SENT, setting(None, PATTERN))
    finally:
        sys.setprofile(None)
    return count


@cache
def begin() -> None:
    """What is made once in a process, tables of zones and words, is the work of no text."""
    calls("To begin with: " + "SVC-1005 " * 900, is_html=False)


@pytest.mark.parametrize("is_html", [False, True], ids=["text", "html"])
@pytest.mark.parametrize("seed", SEEDS, ids=repr)
def test_four_times_the_text_is_at_most_about_four_times_the_work(seed: str, is_html: bool) -> None:
    short, long = seed * (8_000 // len(seed)), seed * (32_000 // len(seed))
    begin()

    assert calls(long, is_html) <= 5 * calls(short, is_html) + 20_000


@pytest.mark.parametrize("is_html", [False, True], ids=["text", "html"])
@pytest.mark.parametrize("seed", SEEDS, ids=repr)
def test_the_longest_text_of_the_nastiest_kind_comes_to_an_end(seed: str, is_html: bool) -> None:
    """Milliseconds; a search that goes back again and again would not end today."""
    length = MAX_HTML if is_html else MAX_TEXT
    body = (seed * (length // len(seed) + 1))[: length + 10]

    extract(body, is_html, SENT, setting(None, PATTERN))
    extract(f"{body}\nService ID: SVC-1005", is_html, SENT, setting(None, PATTERN))

    assert len(own_words(read_lines(body, is_html))) <= length + 10


@pytest.mark.parametrize("seed", [*SEEDS, "now ", "it's ", "today, ", "please ", "we will ", "kind regards "], ids=repr)
def test_a_long_answer_of_the_nastiest_kind_comes_to_an_end(seed: str) -> None:
    """What a customer asks for, agrees to or takes back is read in any of their mails."""
    body = seed * (MAX_TEXT // 4 // len(seed))

    agreed = read_consent(body, ("defer*",), asked=True)
    requested = read_request(body, ("escalat*",))
    doubted_in(body)

    assert agreed is None or agreed.verdict is not Verdict.YES
    assert requested is None
