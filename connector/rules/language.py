"""The language a customer writes in (R6): kept in a field, and told politely, once, that support reads English only.

It never keeps a ticket back: nothing else depends on the field.
"""

from functools import cache

from connector.domain.decision import Notice, Outcome
from connector.domain.mark import Mark
from connector.domain.ticket import Ticket, found_once
from connector.domain.vocabulary import Actor, WrittenLanguage
from connector.rules.case import Case
from connector.rules.outages import is_over
from connector.rules.text.language import read_language
from connector.rules.text.reply import read_lines
from connector.rules.timeline import first_response_at

_TOLD = Mark("english-only")


def language(case: Case) -> Outcome:
    """The language of the customer's first message of some length, unless support has set or emptied the field."""
    ticket = case.ticket
    known = ticket.fields.language
    if known is not None or ticket.last_setter("language") is not None:
        return _as_it_is(known)
    written = _written(ticket)
    if written is None:
        return Outcome(rule="language", reasons=("no message that is long enough to tell a language for certain",))
    notices = (_notice(written),) if written is not WrittenLanguage.ENGLISH and _may_be_told(case) else ()
    reason = f"the customer writes {written.name.title()}"
    return Outcome(rule="language", changes={"language": written}, notices=notices, reasons=(reason,))


@cache
def _as_it_is(known: WrittenLanguage | None) -> Outcome:
    return Outcome(rule="language", reasons=(f"the customer writes {known.name.title()}" if known else "emptied",))


@found_once
def _written(ticket: Ticket) -> WrittenLanguage | None:
    """What support writes down of a call, machines and strangers say nothing about the customer's language."""
    own = (article for article in ticket.articles if article.author is Actor.CUSTOMER and not article.internal)
    found = (read_language(read_lines(article.body, article.is_html)) for article in own)
    return next(filter(None, found), None)


def _may_be_told(case: Case) -> bool:
    """Not where support has answered, which knows best, and not on old tickets or where the mail would reach nobody."""
    return not _is_late(case.ticket, case) and case.ticket.customer.silence is None


def _is_late(ticket: Ticket, case: Case) -> bool:
    old = case.now - ticket.created_at > case.policy.intake.ask_within.fixed
    return old or is_over(ticket) or first_response_at(ticket) is not None


def _notice(written: WrittenLanguage) -> Notice:
    return Notice("english_only", {"language": written}, frozenset({_TOLD}))
