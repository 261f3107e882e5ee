"""What stands on a ticket already is nobody's new word, however a mail client has quoted it and in whatever language.

Earlier messages are remembered as runs of four words. A word of a new message is known if such a run covers it, and a
line of known words is a quotation. A short sentence on its own may repeat our words and still be meant: it stays.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from sys import getsizeof
from threading import Lock
from typing import NamedTuple

from cachetools import FIFOCache, LRUCache, cached

from connector.domain.ticket import Ticket, found_once
from connector.rules.text.markup import MAX_TEXT, Body, clean, raw_lines
from connector.rules.text.reply import Line, Voice, read_lines, size_of
from connector.rules.text.sentences import normalized

_RUN = 4
_OLD = 0.7
"""A line of which a greater part of the words is known is old."""
_LEAST_QUOTED = 12
"""So many known words in a row are a quotation wherever they stand; fewer may be somebody's own sentence."""
_SHORT_STRETCH = re.compile(rb"(?<!\x01)\x01{1,%d}(?!\x01)" % (_LEAST_QUOTED - 1))
_FEW_CHARACTERS = 200
"""Longer messages are not worth counting."""
_NEW_WORDS = re.compile(rb"\x00{4,}")
"""So many new words in a row are somebody's own, also in a line that is old otherwise."""
_MAX_CACHED = 4_000_000
"""Bytes of each cache."""
_WORD = re.compile(r"\w+")
_HEADS_QUOTE = re.compile(r".*(?:\d{1,2}[:.]\d{2}|@).*[:：]|.*[:：].*@.*|[-_ ]{3,}.*")
"""A line below which others speak: it ends with a colon after a time or an address, or names an address after one."""


class MarkedMessage(NamedTuple):
    """A message of a ticket, line by line."""

    lines: tuple[Line, ...]
    quotes: bool = False
    """Some of it stands on the ticket already: these lines are quoted here."""
    repeats: bool = False
    """Nothing in it is new: whether it is meant is for a person to judge."""


def _words(text: str) -> list[str]:
    return _WORD.findall(normalized(text).lower())


def _runs_of(words: Sequence[str]) -> list[int]:
    """Where each run begins at its place; what is shorter than a run is one."""
    if len(words) < _RUN:
        return [hash(tuple(words))]
    return [hash(run) for run in zip(*(words[at:] for at in range(_RUN)), strict=False)]


@cached(LRUCache(_MAX_CACHED, getsizeof=getsizeof), lock=Lock())
def _runs(body: Body, is_html: bool) -> frozenset[int]:
    """The runs of a whole message. Who speaks in it, and in which lines, makes no difference."""
    text = body.take()
    shown = "\n".join(line.text for line in raw_lines(text, is_html)) if is_html else clean(text[:MAX_TEXT])
    return frozenset(_runs_of(_words(shown)))


_messages: FIFOCache[int, MarkedMessage] = FIFOCache(_MAX_CACHED, getsizeof=lambda message: size_of(message.lines))
_messages_lock = Lock()


def _needs_no_look(lines: Sequence[Line]) -> bool:
    """Whether it makes no difference what the ticket holds: so few words are no quotation, unless something heads
    them."""
    return (
        sum(len(line.text) for line in lines) < _FEW_CHARACTERS
        and len(_words(" ".join(line.text for line in lines))) < _LEAST_QUOTED
        and all(line.voice is Voice.OWN and not _HEADS_QUOTE.fullmatch(line.text) for line in lines)
    )


def _less_known(lines: tuple[Line, ...], known: AbstractSet[int]) -> MarkedMessage:
    words = [_words(line.text) for line in lines]
    covered = _covered([word for line in words for word in line], known)
    quoting = _stretches(covered, lines, words)
    marked: list[Line] = []
    below_header, at = False, 0
    for (text, voice), own in zip(lines, words, strict=True):
        place = slice(at, at + len(own))
        at += len(own)
        old = (covered if below_header else quoting)[place]
        short = below_header and 0 < len(own) < _RUN and hash(tuple(own)) in known
        whole = bool(own) and covered[place].count(1) == len(own) and _follow_each_other(own, known)
        if voice is not Voice.OWN:
            marked.append(Line(text, Voice.OLD if whole and voice is Voice.QUOTED else voice))
        elif old.count(1) > _OLD * len(own) or short:
            marked.append(Line(text, Voice.OLD if whole or short else Voice.QUOTED))
            if _NEW_WORDS.search(old):
                marked.append(Line(_without(text, old), Voice.OWN))
        else:
            marked.append(Line(text, voice))
        below_header = below_header or _HEADS_QUOTE.fullmatch(text) is not None
    repeats = _speaks(lines) and not _speaks(marked)
    quotes = not repeats and tuple(marked) != lines
    return MarkedMessage(tuple(marked) if quotes else lines, quotes, repeats)


def _follow_each_other(words: Sequence[str], known: AbstractSet[int]) -> bool:
    """Whether no word was put in: a filled-in value may be of known words, as in "(degradation or …): degradation"."""
    return len(words) < _RUN or all(run in known for run in _runs_of(words))


def _speaks(lines: Iterable[Line]) -> bool:
    return any(voice is Voice.OWN and _WORD.search(text) for text, voice in lines)


def _covered(words: Sequence[str], known: AbstractSet[int]) -> bytearray:
    """1 for each word that stands in a known run."""
    covered = bytearray(len(words))
    for at, run in enumerate(_runs_of(words) if len(words) >= _RUN else ()):
        if run in known:
            covered[at : at + _RUN] = b"\1" * _RUN
    return covered


def _without(text: str, old: bytearray) -> str:
    """A line without its known words."""
    words = _WORD.finditer(normalized(text))
    return " ".join(word[0] for word, known in zip(words, old, strict=True) if not known)


def _stretches(covered: bytearray, lines: Sequence[Line], words: Sequence[Sequence[str]]) -> bytearray:
    """``covered`` without what is too short to be a quotation for certain. Marked quotations lengthen none."""
    covered, at = covered[:], 0
    for (_, voice), own in zip(lines, words, strict=True):
        if voice is not Voice.OWN:
            covered[at : at + len(own)] = bytes(len(own))
        at += len(own)
    return bytearray(_SHORT_STRETCH.sub(lambda match: bytes(len(match[0])), bytes(covered)))


@found_once
def conversation(ticket: Ticket) -> tuple[int, ...]:
    """For each message a checksum of it and of all before it, by which what they say is remembered: 64 bits with a
    secret key, as of :class:`connector.rules.text.markup.Body`."""
    checksum, found = hash(ticket.title), []
    for article in ticket.articles:
        checksum = hash((checksum, article.subject, article.body, article.is_html, article.internal))
        found.append(checksum)
    return tuple(found)


class Conversation(tuple[int, int]):
    """The messages at some places of a ticket, and all before them, as the key of a cache of what they say: like
    :class:`connector.rules.text.markup.Body` it gives the ticket once, because a cache must not hold tickets."""

    _ticket: Ticket | None

    def __new__(cls, ticket: Ticket, places: tuple[int, ...]) -> "Conversation":
        """The key of the messages at these places, of which there is one at least."""
        key = super().__new__(cls, (conversation(ticket)[places[-1]], hash(places)))
        key._ticket = ticket
        return key

    def take(self) -> Ticket:
        """The ticket; from then on it is gone."""
        ticket, self._ticket = self._ticket, None
        assert ticket is not None, "it is taken once"
        return ticket


def read_messages(ticket: Ticket, wanted: Collection[int]) -> dict[int, MarkedMessage]:
    """The messages at the places ``wanted``, less what stands before each and can be quoted. Linear in all words.

    Internal notes reach no customer, so that nobody quotes them.
    """
    if not wanted:
        return {}
    articles, checksums = ticket.articles, conversation(ticket)
    keys = {at: checksums[at] for at in wanted}
    with _messages_lock:
        messages = {at: message for at, key in keys.items() if (message := _messages.get(key)) is not None}
    missing = keys.keys() - messages.keys()
    known: set[int] = set()
    held = 0
    for at in sorted(missing):
        lines = read_lines(articles[at].body, articles[at].is_html)
        if _needs_no_look(lines):
            messages[at] = MarkedMessage(lines)
        else:
            for article in articles[held:at]:
                if not article.internal:
                    known |= _runs(Body(article.body), article.is_html)
            held = at
            messages[at] = _less_known(lines, known)
        with _messages_lock:
            _messages[keys[at]] = messages[at]
    return messages
