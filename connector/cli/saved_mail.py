"""A message in a file: its text, or a saved mail with its head (RFC 5322)."""

import re
from codecs import BOM_UTF8
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import EmailPolicy, Policy
from typing import Any, NamedTuple, cast

from connector.cli.options import YEARS

_FIELD_LINE = re.compile(rb"[!-9;-~]+:")
"""A header field begins so (RFC 5322, 3.6.8); "Service ID: SVC-1005" does not."""
_OF_A_MAIL = re.compile(rb"(?:subject|from):", re.IGNORECASE)


_LONGEST_FIELD = 4_000
"""Characters. On what is longer the standard library's parser takes the square of its length, in time and memory."""


class _Policy(EmailPolicy):
    def header_fetch_parse(self, name: str, value: str) -> Any:
        return super().header_fetch_parse(name, value[:_LONGEST_FIELD])


class MessageFile(NamedTuple):
    """A message as a file holds it."""

    text: str
    is_html: bool = False
    has_head: bool = False
    """It is a saved mail; what follows says its head."""
    subject: str = ""
    sender: str | None = None
    """An address; ``None``: it names none."""
    sent: datetime | None = None
    """UTC; ``None``: it does not say when."""


def read_message(raw: bytes) -> MessageFile:
    """The text that counts, and the head if the file plainly begins with one: nothing but header fields up to an empty
    line, with subject or sender among them. Raises ValueError if it holds no text."""
    raw = raw.removeprefix(BOM_UTF8)
    if not _begins_with_a_head(raw):
        if b"\0" in raw:
            raise ValueError("this is neither text (UTF-8) nor a saved mail")
        return MessageFile(raw.decode(errors="replace"))
    try:
        return _read_mail(message_from_bytes(raw, policy=cast("Policy[EmailMessage]", _Policy())))
    except (LookupError, AttributeError, TypeError) as error:
        # The standard library's parser fails so on some malformed fields, such as an empty quoted name.
        raise ValueError("a field of the mail's head is malformed") from error
    except RecursionError as error:
        raise ValueError("its parts or comments are nested too deep") from error


def _read_mail(mail: EmailMessage) -> MessageFile:
    body = cast(EmailMessage | None, mail.get_body(("plain", "html")))
    if body is None:
        raise ValueError("the mail has no text")
    sender, sent = mail["From"], mail["Date"]
    at = _value(sent, "datetime")
    return MessageFile(
        text=_text(body),
        is_html=body.get_content_type() == "text/html",
        has_head=True,
        subject=" ".join(str(mail["Subject"] or "").split()),
        sender=next((one.addr_spec for one in _value(sender, "addresses") or () if one.addr_spec), None),
        sent=(at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC) if at and at.year in YEARS else None,
    )


def _begins_with_a_head(raw: bytes) -> bool:
    lines = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0].split(b"\n")
    return all(_FIELD_LINE.match(line) or (at and line[:1] in b" \t") for at, line in enumerate(lines)) and any(
        map(_OF_A_MAIL.match, lines)
    )


def _value(field: Any, name: str) -> Any:
    """Of a header field that was understood."""
    return getattr(field, name, None)


def _text(body: EmailMessage) -> str:
    try:
        return str(body.get_content())
    except (LookupError, ValueError):
        # A character set that Python does not know, or that is none for a text.
        return cast(bytes, body.get_payload(decode=True)).decode(errors="replace")
