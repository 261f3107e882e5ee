"""What holds for every text: no error, no change, only valid values, and the same again when written down."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network

from hypothesis import given
from hypothesis import strategies as st

from connector.domain.fields import CATALOGUE, INTAKE
from connector.rules.text import Extraction, extract, setting
from connector.rules.text.extract import _extract
from tests.unit.rules.text.reading import PATTERN, SENT, asked, own

# fmt: off
_VALUES = st.sampled_from([
    "SVC-1001", "SVC-1002", "2026-11-22 10:00", "22.11.2026", "02/03/2026 9:00 CET", "today 10:00", "yesterday 11pm",
    "10:00-05:00", "IST", "service-affecting", "not", "degradation", "non-service affecting", "high", "low",
    "permanent", "192.0.2.1", "192.0.2.0/33", "2001:db8::1", "n/a", "since", "seit", "?", "-", "Europe/Berlin",
    "Thanks", "Max Mustermann", "-- ", "> ", ">> ", "On 22 Nov 2026 Support wrote:", "Von: a", "Gesendet: b", "An: c",
    "(", ")", "[", ",", ";", ":", "=", "\t", "\n", "\n\n", "**", "a", "1.", "• ", "<b>", "</b>", "<table><tr><td>",
    "</td><td>", "</table>", "<blockquote>", "</blockquote>", "<br>", "&nbsp;", "\x00", "\u200b",
])
_WORDS = ["the", "line", "is", "quick", "and", "we", "wait", "for", "your", "call", "please", "help", "soon"]
# fmt: on
_LABEL_TEXTS = st.sampled_from([label for name in INTAKE for label in (CATALOGUE[name].label, *CATALOGUE[name].words)])
_PIECES = st.one_of(_VALUES, _LABEL_TEXTS, _LABEL_TEXTS.map(lambda label: f"\n{label}: "), st.text(max_size=8))
_TEXTS = st.one_of(st.text(), st.lists(_PIECES, max_size=24).map("".join), st.lists(_PIECES, max_size=24).map(" ".join))
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f]")
_ZONES = st.sampled_from([None, "Europe/Berlin", "America/New_York", "UTC", "No/Where", "../x", "\x00", ""])
_MOMENTS = st.one_of(
    st.just(SENT),
    st.datetimes(timezones=st.just(UTC)),
    st.sampled_from([datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]),
)


def _rendered(said: Extraction) -> Iterator[str]:
    labels = {
        "service_id": "Service ID",
        "short_description": "Description",
        "impact": "Impact",
        "urgency": "Urgency",
        "circuit_id": "Circuit ID",
        "fault_type": "Fault type",
        "ip_addresses": "IP addresses",
        "test_results": "Test results",
    }
    if said.problem_start:
        yield f"Start time: {said.problem_start:%Y-%m-%d %H:%M:%S} UTC"
    for field, label in labels.items():
        value = getattr(said, field)
        if value is not None:
            yield f"{label}: {value.replace('_', ' ') if field in ('impact', 'urgency') else value}"


@given(_TEXTS, st.booleans(), _MOMENTS, _ZONES)
def test_any_text_gives_only_valid_values_and_the_same_ones_again(
    body: str, is_html: bool, sent_at: datetime, zone: str | None
) -> None:
    said = extract(body, is_html, sent_at, setting(zone, PATTERN))
    _extract.cache_clear()
    assert extract(body, is_html, sent_at, setting(zone, PATTERN)) == said
    for field, length in (("service_id", 60), ("short_description", 250), ("circuit_id", 60), ("test_results", 4000)):
        value = getattr(said, field)
        assert value is None or (0 < len(value) <= length and value == value.strip() and not _CONTROL.search(value))
    for address in (said.ip_addresses or "").split(", "):
        assert not address or str((ip_network if "/" in address else ip_address)(address)) == address
    if said.problem_start:
        assert said.problem_start.microsecond == 0
        assert sent_at - timedelta(days=731) <= said.problem_start <= sent_at + timedelta(hours=1)
    assert bool(said.zone_assumed) <= bool(said.problem_start)
    for doubt in said.doubts:
        assert getattr(said, doubt.field) is None
        assert len(doubt.said) <= 80
        assert "\n" not in doubt.said + asked(doubt)
        assert asked(doubt).endswith((".", "?"))
    assert len({doubt.field for doubt in said.doubts}) == len(said.doubts)


@given(_TEXTS, st.booleans())
def test_what_was_understood_is_understood_again_when_written_down(body: str, is_html: bool) -> None:
    said = extract(body, is_html, SENT, setting(None, PATTERN))
    again = extract("\n".join(_rendered(said)), False, SENT, setting(None, PATTERN))
    presumed = {"zone_assumed", "start_approximate", "impact_presumed"}  # What is written down is stated.
    in_doubt = {*presumed, "doubts", "first_words", *(doubt.field for doubt in said.doubts)}
    assert again.model_dump(exclude=in_doubt) == said.model_dump(exclude=in_doubt)
    assert {doubt.field for doubt in again.doubts} <= in_doubt


@given(_TEXTS, st.booleans())
def test_a_reply_is_plain_text_and_never_an_error(body: str, is_html: bool) -> None:
    reply = own(body, is_html)
    assert reply == reply.strip()
    assert "\x00" not in reply
    assert "\n\n\n" not in reply


@given(st.lists(st.sampled_from(_WORDS), max_size=60))
def test_prose_without_any_candidate_says_nothing(words: list[str]) -> None:
    assert extract(" ".join(words), False, SENT, setting("Europe/Berlin", PATTERN)) == Extraction()
