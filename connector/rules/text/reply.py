"""Who speaks in each line of a message: the customer, their signature, or a quoted message.

The header patterns are those of ``mail-parser-reply`` (its documented ``HEADER_REGEX``, English and German),
tried on windows of a few short lines. Its ``read()`` is not used: it takes ``- Label: value`` lists and
everything after a line that starts with "Thanks," for a signature, gives up bottom-posted replies, and needs
quadratic time for long runs of blank lines.
"""

import re
from collections.abc import Iterable
from enum import Enum
from itertools import islice, takewhile
from sys import getsizeof
from threading import Lock
from typing import NamedTuple

from cachetools import LRUCache, cached
from mailparser_reply.parser import EmailMessage

from connector.rules.text.markup import MAX_HTML, MAX_TEXT, Body, RawLine, raw_lines


class Voice(Enum):
    """Who speaks in a line."""

    OWN = "own"
    SIGNATURE = "signature"
    QUOTED = "quoted"
    OLD = "old"
    """Quoted word by word from the ticket, or a quotation within a quotation: nobody has filled anything in."""


_QUOTATION = frozenset({Voice.QUOTED, Voice.OLD})
_MARKS = {Voice.QUOTED: "> ", Voice.OLD: ">> "}


class Line(NamedTuple):
    """One line of a message, without quotation marks."""

    text: str
    voice: Voice


_HEADER = EmailMessage(text="", languages=["en", "de"]).HEADER_REGEX
_MAY_BE_HEADER = re.compile(r"(?:On|Am)\s.|[* ]*(?:From|Von|Sent|Gesendet|Date|Datum)[ *]*:", re.IGNORECASE)
_MAX_CACHED = 4_000_000
"""Bytes of messages that are kept taken apart: several rules read the same message within one look at a ticket."""
_HEADER_WINDOW = 5
_HEADER_LINE = 160
_HEADER_TRIES = 12
"""Header patterns need time cubic in the length of their window: few and small windows bound it."""
_HEADER_FIELD = re.compile(
    r"[* ]*(From|Von|Sent|Gesendet|To|An|Date|Datum|Subject|Betreff|Cc|Organization"
    r"|Organisation)[ *]*:",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"[_ ]{0,40}-{2,60} ?(?:[^\n]{0,80}(?:@|\b20\d\d\b)[^\n]{0,80}|(?:\w+ ){0,3}(?:message|nachricht|mensaje"
    r"|messaggio"
    r"|bericht|wiadomość|mensagem|meddelande|besked|melding|viesti|mesaj|zpráva|сообщение)(?: \w+){0,2}) ?-{2,60}",
    re.IGNORECASE,
)
"""``-----Original Message-----`` in many languages, or with date or author inside."""
_FIELD_LINE = re.compile(r"[* ]*[^\W\d_][^:\n]{0,24}[ *]*[:：] ?\S")
_ANY_INTRODUCTION = re.compile(r"(?=[^\n]*\d{1,2}[:.h]\d{2})[^\n]{4,}\S@\S[^\n]*[:：]")
"""Date, time and address before a colon at the end: somebody wrote."""
_ANY_SENDER = re.compile(
    r"[* ]*(?:from|von|de|da|van|od|från|fra|lähettäjä|kimden|gönderen|от|от кого|差出人|发件人|寄件者|nadawca|feladó"
    r"|expéditeur|remitente|mittente|afzender|avsändare)[ *]*[:：]",
    re.IGNORECASE,
)
_ANY_HEADER = re.compile(r"^[^:\n]{2,25}[:：].*@|@.*[:：]$")
_DATED = re.compile(r"\b(?:19|20)\d\d\b|\d{1,2}[:.h]\d{2}")
_RULER = re.compile(r"[-_=*~#]{4,}")
_QUOTE = re.compile(r"[ \t]*((?:>[ \t]?)+)")
_SIGNATURE_DASHES = re.compile(r"-- ?|__|—")
_LONGEST_MOBILE = 60
_MOBILE = re.compile(
    r"(?:sent (?:from|via|with) (?:my |outlook|mail|proton|yahoo|gmail|samsung)|get outlook for"
    r"|gesendet (?:von|mit|über)"
    r"|von mein\w+ .{1,40} gesendet|holen sie sich outlook|outlook für \w+ (?:beziehen|herunterladen)"
    r"|diese nachricht wurde von mein\w+ )",
    re.IGNORECASE,
)
_SAYS_MORE = re.compile(r"[,:;!?] ?\w|\.\s+\w|\b(?:please|bitte|and|und)\b", re.IGNORECASE)
"""In a line that begins like the advertisement of a mail client, but is a sentence of its writer."""
_CLOSING_WORDS = (
    r"(?:(?:many |kind |best |warm |kindest |with )*(?:thanks|regards|wishes)|thank you|thx|best|cheers|sincerely"
    r"|br|rgds|brgds|kr|b\.?r\.?|tia|hth"
    r"|cordialement|bien à vous|saludos(?: cordiales)?|atentamente|un saluto|(?:cordiali|distinti) saluti"
    r"|atenciosamente"
    r"|met vriendelijke groet(?:en)?|mvh|med vänlig hälsning|z poważaniem|pozdrawiam"
    r"|yours (?:sincerely|faithfully|truly)|all the best|mfg|vg|lg|bg|danke|(?:vielen|besten|herzlichen) dank"
    r"|(?:mit |viele |vielen |beste |besten |liebe |lieben |freundliche |freundlichen |freundlichem "
    r"|herzliche |schöne )*"
    r"(?:gr(?:ü|ue)(?:ß|ss)(?:e|en)?|gru(?:ß|ss)))"
)
_NAME = r"(?:(?:von|van|de|der|aus|from|i\. ?A\.|i\. ?V\.|Dr\.) )*[A-ZÄÖÜ][\w.'’-]*"
_CLOSING = re.compile(
    rf"(?i:{_CLOSING_WORDS}(?: in advance| im voraus| again| so much| very much)?"
    rf"(?:[ ,/&+]+(?:and |und )?{_CLOSING_WORDS})*)[,.!]*(?: {_NAME}){{0,3}}[.!]?"
)
_NAME_LINE = re.compile(rf"[*_/]*{_NAME}(?:[ ,&/|]+{_NAME}){{0,4}}[.*_]*")
_PARAGRAPH = 12
"""Lines."""
_PROSE = re.compile(r"(?:\S+\s+){2,}\S*[.!?]|.*\b(?:please|bitte)\b", re.IGNORECASE)
_SIGNATURE_PART = re.compile(
    r"@|\bwww\.|https?:|(?:\+|\b00)\d\d|\b(?:tel|fax|phone|telefon|mobile?|handy|hrb|hra|ust|vat|iban|gmbh|ag|kg"
    r"|ltd|inc|llc"
    r"|plc|b\.?v|amtsgericht|registergericht|geschäftsführ\w*|vorstand\w*|aufsichtsrat\w*|sitz|registered"
    r"|confidential\w*"
    r"|vertraulich\w*|privileged|intended|recipients?|empfänger\w*|disclaimer|virus\w*|print\w*|drucken|environment"
    r"|umwelt|unsubscribe|abbestellen|datenschutz\w*|privacy|copyright)\b",
    re.IGNORECASE,
)
_DISCLAIMER = re.compile(
    r"\bintended recipients?\b|\b(?:received|sent|erhalten)\b[^.\n]{0,40}\b(?:in error|by mistake|irrtümlich)\b"
    r"|\b(?:irrtümlich|versehentlich)\b[^.\n]{0,30}\berhalten\b|\bnicht der (?:richtige|beabsichtigte) (?:adressat"
    r"|empfänger)\b",
    re.IGNORECASE,
)
"""A lawyer speaks in this paragraph."""
_POSTSCRIPT = re.compile(r"p\.? ?s\b\.?\s?", re.IGNORECASE)


def _header_length(lines: list[RawLine], at: int) -> int:
    """How many lines the header of a quoted message takes at ``at``; 0 if there is none."""
    if _SEPARATOR.match(lines[at].text):
        return 1
    if _ANY_INTRODUCTION.fullmatch(lines[at].text[:_HEADER_LINE]):
        return 1
    block = [
        line.text for line in takewhile(lambda line: _FIELD_LINE.match(line.text), lines[at : at + _HEADER_WINDOW])
    ]
    if len(block) > 2 and _ANY_SENDER.match(block[0]) and any(_DATED.search(text) for text in block[1:3]):
        return len(block)
    window = [line.text[:_HEADER_LINE] for line in lines[at : at + _HEADER_WINDOW]]
    header = _HEADER.match("\n".join(window))
    if header is None:
        return 0
    fields = []
    for text in window:
        field = _HEADER_FIELD.match(text)
        if field is None:
            break
        fields.append(field[1].casefold())
    if not fields:
        return str(header[0]).rstrip().count("\n") + 1
    is_mail = {"from", "von"} & set(fields) and {"sent", "gesendet", "to", "an"} & set(fields)
    return len(fields) if is_mail else 0


def _mark_quotes(lines: list[RawLine]) -> list[Line]:
    """Quotation marks, blockquotes, headers of quoted messages and, below an unmarked one, all the rest."""
    marked = []
    for text, mark in lines:
        quote = _QUOTE.match(text)
        voice = {"quoted": Voice.QUOTED, "signature": Voice.SIGNATURE}.get(mark, Voice.OWN)
        if quote:
            marked.append(Line(text[quote.end() :].strip(), Voice.QUOTED if quote[1].count(">") == 1 else Voice.OLD))
        else:
            marked.append(Line(text, voice))
    tries = at = 0
    while at < len(marked) and tries < _HEADER_TRIES:
        text, voice = marked[at]
        length = 0
        if voice is Voice.OWN and (
            _MAY_BE_HEADER.match(text) or _SEPARATOR.match(text) or ("@" in text and _ANY_HEADER.search(text))
        ):
            tries += 1
            length = _header_length(lines, at)
        if length:
            below = at + length
            while below < len(marked) and not marked[below].text:
                below += 1
            end = below if below < len(marked) and marked[below].voice in _QUOTATION else len(marked)
            marked[at:end] = [
                line if line.voice is Voice.OLD else Line(line.text, Voice.QUOTED) for line in marked[at:end]
            ]
        at += max(length, 1)
    return marked


def _is_closing(lines: list[Line], at: int) -> bool:
    """A farewell on a line of its own, followed by a name or nothing. Before any other words it is no farewell."""
    if len(lines[at].text) > 80 or not _CLOSING.fullmatch(lines[at].text):
        return False
    if not any(line.text and line.voice is Voice.OWN for line in lines[:at]):
        return False
    below = next((line for line in lines[at + 1 :] if line.text), None)
    if below is None or below.voice is not Voice.OWN:
        return True
    text = below.text[:80]
    return bool(_NAME_LINE.fullmatch(text) or _SIGNATURE_DASHES.fullmatch(text) or _CLOSING.fullmatch(text))


def _is_afterthought(lines: list[Line], at: int) -> bool:
    """A paragraph of sentences below a farewell and a name, with nothing in it that signatures consist of."""
    if lines[at - 1].text or not lines[at].text:
        return False
    own = takewhile(lambda line: line.text and line.voice is Voice.OWN, islice(lines, at, at + _PARAGRAPH))
    paragraph = " ".join(line.text for line in own)
    return bool(_PROSE.match(paragraph)) and not _SIGNATURE_PART.search(paragraph)


def _mark_signatures(lines: list[Line]) -> list[Line]:
    marked = []
    signing = closed = False
    for at, (text, voice) in enumerate(lines):
        if voice is not Voice.OWN or _POSTSCRIPT.match(text) or (closed and _is_afterthought(lines, at)):
            signing = closed = False
        elif not signing and text:
            closed = _is_closing(lines, at)
            signing = closed or bool(_SIGNATURE_DASHES.fullmatch(text))
        own = voice is Voice.OWN
        by_device = len(text) <= _LONGEST_MOBILE and bool(_MOBILE.match(text)) and not _SAYS_MORE.search(text)
        signed = own and (signing or by_device)
        marked.append(Line(text, Voice.SIGNATURE if signed else voice))
    return _without_disclaimer(marked)


def _without_disclaimer(lines: list[Line]) -> list[Line]:
    """The last paragraphs of the writer's own, where they are nobody's words, as part of the signature."""
    end = len(lines)
    while end:
        if not (lines[end - 1].text and lines[end - 1].voice is Voice.OWN):
            end -= 1
            continue
        begin = end
        while begin and lines[begin - 1].text and lines[begin - 1].voice is Voice.OWN:
            begin -= 1
        paragraph = lines[begin:end]
        if (
            not begin
            or len(paragraph) > _PARAGRAPH
            or not _DISCLAIMER.search(" ".join(line.text for line in paragraph))
        ):
            break
        lines[begin:end] = [Line(text, Voice.SIGNATURE) for text, _ in paragraph]
        end = begin
    return lines


def size_of(lines: tuple[Line, ...]) -> int:
    """The bytes that lines take."""
    return sum(getsizeof(line) + getsizeof(line.text) for line in lines)


@cached(LRUCache(_MAX_CACHED, getsizeof=size_of), lock=Lock())
def _read_lines(body: Body, is_html: bool) -> tuple[Line, ...]:
    lines = raw_lines(body.take(), is_html)
    return tuple(
        _mark_signatures(_mark_quotes([RawLine("", x.mark) if _RULER.fullmatch(x.text) else x for x in lines]))
    )


def read_lines(body: str, is_html: bool) -> tuple[Line, ...]:
    """Every line of a message with its voice. Never raises; see :mod:`.markup` for the limits of size."""
    return _read_lines(Body(body[:MAX_HTML]), is_html)


def as_mail(lines: Iterable[Line]) -> str:
    """Lines as a mail in plain text that reads the same, with quotation marks."""
    return "\n".join(_MARKS.get(voice, "") + text for text, voice in lines)


def own_words(lines: Iterable[Line]) -> str:
    """The customer's own words, without quoted messages and signatures: at most 64 KB of text.

    What the customer writes below or between quotations is kept.
    """
    own = "\n".join(line.text for line in lines if line.voice is Voice.OWN)
    return re.sub(r"\n{3,}", "\n\n", own.replace("\t", " "))[:MAX_TEXT].strip()
