"""What the customer says on a ticket in their own words: requests and consent (R27, R34, R39)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from connector.domain.businesstime import BusinessCalendar
from connector.domain.fields import shortened
from connector.domain.mark import Mark, MarkName
from connector.domain.ticket import Article, Ticket
from connector.domain.vocabulary import Actor, Channel, CustomerAct
from connector.policy.models import Policy
from connector.rules.text.afterwards import Afterwards, read_afterwards
from connector.rules.text.clauses import Reading, Verdict, may_name, read_request
from connector.rules.text.consent import answers_only, read_consent, takes_back
from connector.rules.text.known import Conversation, MarkedMessage, read_messages
from connector.rules.text.markup import Body
from connector.rules.text.reply import own_words
from connector.rules.text.second_thoughts import doubted_in
from connector.rules.text.subject import own_subject, own_subjects
from connector.rules.text.until import UNREADABLE, Until, read_until

_LONGEST = 120


class Mention(NamedTuple):
    """One message that speaks of something that can be asked for or agreed to."""

    article: Article
    reading: Reading
    until: Until = None
    """Of a consent: until when, by the customer."""
    doubts: bool = False
    """It puts a consent given before in doubt, so that nobody can call that unmistakable any more."""

    @property
    def said(self) -> str:
        """The sentence that decides, on one short line."""
        return shortened(" ".join(self.reading.said.split()), _LONGEST).rstrip(".! ")


class Spoken(NamedTuple):
    """By what is spoken of, oldest first."""

    escalation: tuple[Mention, ...] = ()
    rfo: tuple[Mention, ...] = ()
    consent: tuple[Mention, ...] = ()


Names = tuple[tuple[str, ...], ...]
"""What names an escalation, an RFO, a deferral, as the policy says."""
Naming = tuple[bool, ...]
"""Whether a message may name each of them."""

_NOTHING = Spoken()
_NAMES_NOTHING: Naming = (False, False, False)
_HEARD = frozenset({Actor.CUSTOMER, Actor.STRANGER})
"""A stranger's words are for a person of support to judge."""


def _heard(ticket: Ticket, since: datetime | None) -> tuple[int, ...]:
    """The places of messages of the customer or a stranger, and of calls that support has written down. A button is no
    message. What was said before ``since``, when the rules began to apply, asks for nothing: a merge may bring it."""
    return tuple(
        [
            at
            for at, article in enumerate(ticket.articles)
            if article.act is None
            and (since is None or article.created_at >= since)
            and (
                article.channel is Channel.PHONE
                if article.author.is_staff
                else article.author in _HEARD and not article.internal
            )
        ]
    )


def spoken(ticket: Ticket, policy: Policy) -> Spoken:
    """Every message of the customer's that names a family of the policy, or answers the question to defer; those of
    strangers and what support has written down of calls too, as unclear."""
    asking = [(kind.request_phrases, kind.hint_phrases) for kind in (policy.escalation, policy.rfo)]
    names = (*[phrases + hints for phrases, hints in asking], policy.deferral.consent_phrases)
    heard = _heard(ticket, policy.applies_since)
    naming = _naming(Conversation(ticket, heard), heard, names) if heard else {}
    pressed = _pressed(ticket)
    decided = {mention.article.created_at: mention.reading.verdict for mention in pressed.consent}
    first_asked = min((*_asked_at(ticket), *decided), default=None)
    if not naming and first_asked is None:
        return pressed
    if (since := _deferring_since(ticket, heard, naming, first_asked)) is not None:
        naming = {at: naming.get(at, _NAMES_NOTHING) for at in heard if at >= since or at in naming}
    messages = read_messages(ticket, naming)
    escalation, rfo = (tuple(_requests(ticket, kind, named, naming, messages)) for kind, named in enumerate(asking))
    calendar = policy.deferral_calendar
    said = Spoken(escalation, rfo, tuple(_consents(ticket, names[2], naming, messages, calendar, decided=decided)))
    return Spoken(*map(_in_order, said, pressed)) if any(pressed) else said


def _pressed(ticket: Ticket) -> Spoken:
    """What the customer wants or agrees to by buttons. The reason below our own sentence is what they said."""
    acts = [article for article in ticket.articles if article.act is not None and article.author is Actor.CUSTOMER]
    if not acts:
        return _NOTHING
    mentions = [(article.act, Mention(article, _by_button(article))) for article in acts]

    def of(*wanted: CustomerAct) -> tuple[Mention, ...]:
        return tuple(mention for act, mention in mentions if act in wanted)

    return Spoken(of(CustomerAct.ESCALATE), of(CustomerAct.REQUEST_RFO), of(CustomerAct.DEFER, CustomerAct.WITHDRAW))


def _by_button(article: Article) -> Reading:
    sentence, _, words = article.body.partition("\n\n")
    verdict = Verdict.NO if article.act is CustomerAct.WITHDRAW else Verdict.YES
    return Reading(verdict, words or sentence, ())


def _in_order(said: tuple[Mention, ...], pressed: tuple[Mention, ...]) -> tuple[Mention, ...]:
    return tuple(sorted((*said, *pressed), key=lambda mention: mention.article.created_at))


def _deferring_since(
    ticket: Ticket, heard: Iterable[int], naming: Mapping[int, Naming], first_asked: datetime | None
) -> int | None:
    """The first message from which on a bare yes or no may be about a deferral."""
    for at in heard:
        asked = first_asked is not None and first_asked < ticket.articles[at].created_at
        if asked or (at in naming and naming[at][2]):
            return at
    return None


def _requests(
    ticket: Ticket,
    kind: int,
    phrases: tuple[tuple[str, ...], tuple[str, ...]],
    naming: Mapping[int, Naming],
    messages: Mapping[int, MarkedMessage],
) -> Iterator[Mention]:
    """A wish that only hints at it ("I want to speak to your manager", "please send a written explanation") is for
    support to judge. ``phrases``: those that name it, and those that hint at it."""
    names, hints = phrases
    for at, named in naming.items():
        if named[kind]:
            text = f"{own_subject(ticket, at)}\n\n{own_words(messages[at].lines)}"
            reading = _request(Body(text), names)
            if reading is None and hints and (hinted := _request(Body(text), hints)) is not None:
                reading = None if hinted.verdict is Verdict.NO else hinted._replace(verdict=Verdict.UNCLEAR)
            if reading is not None:
                statement = _doubted(Mention(ticket.articles[at], reading), messages[at])
                if statement.reading.verdict is Verdict.YES and _is_with_a_person(ticket, statement.article):
                    statement = _unclear(statement)
                if not _is_silent(statement):
                    yield statement


def _consents(
    ticket: Ticket,
    names: tuple[str, ...],
    naming: Mapping[int, Naming],
    messages: Mapping[int, MarkedMessage],
    calendar: BusinessCalendar,
    *,
    decided: Mapping[datetime, Verdict],
) -> Iterator[Mention]:
    """A bare "yes" counts as the answer to a question that nobody has answered; other words must name a deferral.

    Whoever has agreed takes it back without naming it: "please carry on now"; and while work waits, whatever puts the
    consent in doubt ends it. That the fault is as it was is for support to judge. ``decided``: what buttons have
    answered.
    """
    asked_at, told_at = _asked_at(ticket), ticket.noted_at("deferral-told")
    answered_at: datetime | None = None
    agreed = False
    for at, named in naming.items():
        article = ticket.articles[at]
        by_button = max((then for then in decided if then <= article.created_at), default=None)
        if by_button is not None and (answered_at is None or answered_at < by_button):
            answered_at, agreed = by_button, decided[by_button] is Verdict.YES
        question = max((asked for asked in asked_at if asked < article.created_at), default=None)
        open_question = question is not None and (answered_at is None or answered_at < question)
        if not (named[2] or open_question or agreed):
            continue
        words = own_words(messages[at].lines)
        reading = _consent(Body(words), names, open_question or agreed)
        if agreed and reading is not None and answers_only(reading):
            reading = None
        since = answered_at if agreed else max((told for told in told_at if told < article.created_at), default=None)
        waiting = since is not None and article.created_at < calendar.next_opening(since)
        doubt = doubted_in(words) if waiting and _may_doubt(article, messages[at]) else None
        if reading is None or not (named[2] or open_question or takes_back(reading)):
            if doubt is None and not (agreed and waiting and read_afterwards(words) is Afterwards.BROKEN):
                continue
            reading = Reading(Verdict.UNCLEAR, words, ())
        statement = _limited(_doubted(Mention(article, reading), messages[at]), words, calendar.zone)
        if doubt is not None and statement.reading.verdict is Verdict.UNCLEAR:
            statement = statement._replace(reading=reading._replace(said=doubt, verdict=Verdict.UNCLEAR), doubts=True)
        if _is_silent(statement):
            continue
        if statement.doubts or statement.reading.verdict is not Verdict.UNCLEAR:
            answered_at, agreed = article.created_at, statement.reading.verdict is Verdict.YES
        yield statement


def _may_doubt(article: Article, message: MarkedMessage) -> bool:
    """New words of the customer's own."""
    return article.author is Actor.CUSTOMER and not message.repeats and not _written_down(article)


def _asked_at(ticket: Ticket) -> list[datetime]:
    """When we asked for consent, or told what was agreed: that asks to object if it is not so."""
    return ticket.noted_at("deferral-asked", "deferral-told")


def _limited(statement: Mention, words: str, zone: ZoneInfo) -> Mention:
    """Nobody waits longer than the customer said; where nobody can tell how long that is, it is no consent yet."""
    if statement.reading.verdict is not Verdict.YES:
        return statement
    until = read_until(words, statement.article.created_at, zone)
    return _unclear(statement) if until == UNREADABLE else statement._replace(until=until)


def _is_with_a_person(ticket: Ticket, article: Article) -> bool:
    """A stranger's wish that support was told of stays with support, also once the stranger is let in."""
    if article.by is None or article.by.id == ticket.customer.id or Mark("unclear", article.id) not in ticket.marks:
        return False
    counted = (Mark(name, f"a{article.id}") for name in _COUNTED)
    return ticket.marks.keys().isdisjoint(counted)


_COUNTED: tuple[MarkName, ...] = ("request", "refused", "request-late", "rfo-noted")
"""What proves that a message was a customer's request."""


def _doubted(statement: Mention, message: MarkedMessage) -> Mention:
    """What only repeats the ticket's words may be an echo, and neither a stranger's word decides anything nor what
    support writes of a call: for that they have the fields."""
    article = statement.article
    doubtful = (message.repeats or _written_down(article)) and statement.reading.verdict is Verdict.YES
    return _unclear(statement) if doubtful or article.author is Actor.STRANGER else statement


def _written_down(article: Article) -> bool:
    """By support, of a call; a helpdesk's mask for calls may name the caller as the author."""
    return article.author.is_staff or article.is_call


def _is_silent(statement: Mention) -> bool:
    """What support writes of a call takes nothing back."""
    return _written_down(statement.article) and statement.reading.verdict is Verdict.NO


def _unclear(statement: Mention) -> Mention:
    return statement._replace(reading=statement.reading._replace(verdict=Verdict.UNCLEAR))


@lru_cache(maxsize=2_048)
def _naming(said: Conversation, heard: tuple[int, ...], names: Names) -> Mapping[int, Naming]:
    """Of the messages at these places those that name anything, remembered for the whole conversation."""
    ticket = said.take()
    subjects = own_subjects(ticket)
    named = {at: _named(Body(ticket.articles[at].body), subjects[at], names) for at in heard}
    return {at: naming for at, naming in named.items() if any(naming)}


@lru_cache(maxsize=8_192)
def _named(body: Body, subject: str, names: Names) -> Naming:
    return may_name(f"{subject} {body.take()}", names)


@lru_cache(maxsize=2_048)
def _request(text: Body, names: tuple[str, ...]) -> Reading | None:
    return read_request(text.take(), names)


@lru_cache(maxsize=2_048)
def _consent(text: Body, names: tuple[str, ...], asked: bool) -> Reading | None:
    return read_consent(text.take(), names, asked)
