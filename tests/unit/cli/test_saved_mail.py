"""What a file with a message holds: text, or a saved mail."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.cli.saved_mail import MessageFile, read_message


@pytest.mark.parametrize(
    "text",
    [
        "Service ID: SVC-1005\nImpact: degradation\n\nPlease help.",
        "Hello,\nSubject: Line down\n\nPlease help.",
        "Impact: degradation\n\nSubject: Line down",
        "",
    ],
)
def test_what_does_not_plainly_begin_with_a_head_is_text(text: str) -> None:
    assert read_message(text.encode()) == MessageFile(text)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_head_of_one_line_is_one(end: str) -> None:
    read = read_message(f"Subject: Line{end} down again{end}{end}Please help.{end}".encode())

    assert (read.has_head, read.subject, read.text.strip()) == (True, "Line down again", "Please help.")
    assert (read.sender, read.sent, read.is_html) == (None, None, False)


def test_html_unknown_letters_and_a_date_without_a_zone() -> None:
    head = b"From: nobody\nDate: Mon, 23 Nov 2026 11:00:00 -0000\nContent-Type: text/html; charset=klingon\n\n"

    read = read_message(head + "<p>gestört</p>".encode())

    assert (read.is_html, read.text.strip(), read.sent) == (
        True,
        "<p>gestört</p>",
        datetime(2026, 11, 23, 11, tzinfo=UTC),
    )


@pytest.mark.parametrize("raw", [b"\x00\x01", b"From: a@b.example\nContent-Type: image/png\n\nabc"])
def test_what_holds_no_text_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match="text"):
        read_message(raw)


def test_a_head_that_nobody_can_read_is_refused() -> None:
    with pytest.raises(ValueError, match="malformed"):
        read_message(b'From: "\n\nPlease help.')


@given(
    st.binary(max_size=60),
    st.sampled_from([b"Subject: ", b"From: ", b"Subject: x\nDate: ", b"Subject: x\nContent-Type: "]),
)
def test_bytes_of_any_kind_are_read_or_refused(rest: bytes, begins: bytes) -> None:
    with suppress(ValueError):
        assert isinstance(read_message(begins + rest + b"\n\nPlease help.").text, str)
