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


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"Subject: x\n" + b"Content-Type: message/rfc822\n\n" * 2_000 + b"Please help.", "nested too deep"),
        (b"From: " + b"(" * 1_000 + b"a@b.example\n\nPlease help.", "nested too deep"),
    ],
)
def test_a_mail_made_to_break_its_reader_is_refused(raw: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_message(raw)


def test_a_date_that_no_mail_is_of_is_none() -> None:
    assert read_message(b"From: a@b.example\nDate: Fri, 31 Dec 9999 23:59:59 -2300\n\nPlease help.").sent is None


def test_of_a_field_without_end_the_begin_is_read() -> None:
    """Goes red, after a minute, if the whole field is parsed."""
    read = read_message(b"Subject: " + b"=?utf-8?b?YWFh?= " * 4_000 + b"\nFrom: " + b'"' * 50_000 + b"\n\nPlease help.")

    assert (read.text, len(read.subject) < 4_000) == ("Please help.", True)


@pytest.mark.parametrize("charset", ["idna", "undefined", "hex"])
def test_a_character_set_that_is_none_for_texts_loses_no_letter_of_english(charset: str) -> None:
    assert read_message(f"Subject: x\nContent-Type: text/plain; charset={charset}\n\nhelp".encode()).text == "help"


def test_a_mark_of_utf_8_before_the_head_is_none_of_the_text() -> None:
    assert read_message(b"\xef\xbb\xbfSubject: x\n\nhelp").subject == "x"
    assert read_message(b"\xef\xbb\xbfhelp").text == "help"
