"""The required details (R14–R22): filled from what was said, asked for once, reminded once, never waited for.

Nothing stops for a missing detail: the clocks run, and a possible P1 is handled as one (see ``priority``).
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple, cast

from connector.domain.decision import Outcome
from connector.domain.fields import INTAKE, fit
from connector.domain.ticket import Article, Changes, Ticket
from connector.domain.vocabulary import Actor, Channel, IntakeStatus
from connector.rules import wording
from connector.rules.asking import Gap, Understood, confirmation, question, sentence, status
from connector.rules.case import Case
from connector.rules.text import Doubt, Extraction, extract
from connector.rules.text.known import read_messages
from connector.rules.text.machines import is_automatic
from connector.rules.text.reply import as_mail
from connector.rules.text.subject import bare_subject

_EMPTY_TITLES = frozenset(
    {"no subject", "kein betreff", "(no subject)", "help", "problem", "support", "urgent", "ticket"}
)

_LATEST_COUNTS = frozenset({"impact", "urgency"})
"""What the customer chooses (R10, R18) and may choose again; other details are as first stated."""

_OVERLAP = timedelta(minutes=5)


class Statement(NamedTuple):
    """What one message says of the details."""

    article: Article
    said: Extraction


def completeness(case: Case) -> Outcome:
    """Fills what was said, and asks once for exactly what is missing."""
    ticket = case.ticket
    said = statements(case)
    filled = _filled(case, said)
    current = ticket.with_changes(filled)
    missing = tuple(field for field in case.policy.intake.required if getattr(current.fields, field) is None)
    reasons = [f"{ticket.labels[field]} from the customer's text: {wording.value(v)}" for field, v in filled.items()]
    if not missing:
        return Outcome(
            rule="completeness",
            changes={**filled, "intake_status": IntakeStatus.COMPLETE},
            notices=confirmation(ticket, _zone_assumed(current, said)),
            reasons=(*reasons, "all required details are there"),
        )
    reasons.append(f"missing: {', '.join(ticket.labels[field] for field in missing)}")
    doubts = _doubts(said, missing)
    reasons += [f"unclear: {sentence(case, doubt)}" for doubt in doubts]
    answers = tuple(s.article for s in said if any(doubt.field in missing for doubt in s.said.doubts))
    gap = Gap(missing, doubts, answers, _zone_assumed(current, said))
    notice, due = question(case, gap)
    return Outcome(
        rule="completeness",
        changes={**filled, "intake_status": status(ticket, notice)},
        notices=(notice,) if notice else (),
        reasons=tuple(reasons),
        due=due,
    )


def statements(case: Case) -> tuple[Statement, ...]:
    """What each message that has not been read yet says, oldest first."""
    ticket = case.ticket
    if not any(_may_fill(ticket, field) for field in reversed(INTAKE)):
        return ()
    pattern = case.policy.intake.service_id_pattern
    zone = next((company.timezone for company in case.companies if company.timezone), None)
    labels = ticket.labels.in_mails
    said = []
    unread = [
        at
        for at in _unread(ticket)
        if _speaks_for_customer(ticket.articles[at], opens=at == 0 and ticket.created_by.is_staff)
    ]
    later = read_messages(ticket.articles, {at for at in unread if at > 0})
    for at in unread:
        article = ticket.articles[at]
        # What stands on the ticket already is quoted.
        quotes = at in later and later[at].quotes
        body, is_html = (as_mail(later[at].lines), False) if quotes else (article.body, article.is_html)
        subject = "" if at in later else bare_subject(ticket.title)
        describe = not _describes(bare_subject(ticket.title))
        extraction = extract(
            body, is_html, article.created_at, zone, pattern, labels=labels, subject=subject, describe=describe
        )
        said.append(Statement(article, extraction))
    return tuple(said)


def _unread(ticket: Ticket) -> Iterable[int]:
    """What was said before the details were complete has been read then. Reading costs more than all other rules."""
    read = [change.at for change in ticket.changes.get("intake_status", ()) if change.actor is Actor.CONNECTOR]
    if ticket.fields.intake_status is not IntakeStatus.COMPLETE or not read:
        return range(len(ticket.articles))
    # What came in while that was decided may not have been seen; the opening message is there from the start.
    since = read[-1] - _OVERLAP
    return [at for at, article in enumerate(ticket.articles) if at > 0 and article.created_at >= since]


def _speaks_for_customer(article: Article, *, opens: bool) -> bool:
    """The customer's own messages, and what an agent wrote down on the phone or to open the ticket."""
    if article.author is Actor.CUSTOMER:
        return not article.internal and not is_automatic(article)
    return article.author.is_staff and (opens or article.channel is Channel.PHONE)


def _filled(case: Case, statements: tuple[Statement, ...]) -> Changes:
    ticket = case.ticket
    filled: dict[str, Any] = {}
    for field in INTAKE if statements else ():
        said = [value for s in statements if (value := getattr(s.said, field)) is not None]
        if said and _may_fill(ticket, field):
            value = said[-1] if field in _LATEST_COUNTS else said[0]
            if value != getattr(ticket.fields, field):
                filled[field] = value
    if "short_description" not in filled and _may_fill(ticket, "short_description"):
        title = bare_subject(ticket.title)
        if _describes(title):
            filled["short_description"] = fit("short_description", title)
        elif first := next((s.said.first_words for s in statements if s.said.first_words), None):
            filled["short_description"] = first
    if "test_results" not in filled and _may_fill(ticket, "test_results"):
        files = [name for s in statements for name in s.article.attachments]
        if files:
            filled["test_results"] = case.field("test_results", "attached_files", files=files)
    return cast(Changes, filled)


def _describes(title: str) -> bool:
    return len(title.split()) > 1 and title.casefold() not in _EMPTY_TITLES


def _may_fill(ticket: Ticket, field: str) -> bool:
    """Empty, and not emptied on purpose by a person of support; or chosen in an earlier message of the customer."""
    last = ticket.last_setter(field)
    if getattr(ticket.fields, field) is None:
        return last is None or not last.is_staff
    return field in _LATEST_COUNTS and last is Actor.CONNECTOR and not _set_by_support(ticket, field)


def _set_by_support(ticket: Ticket, field: str) -> bool:
    """Also before the connector repaired it: a correction is kept (R18)."""
    return any(change.actor.is_staff for change in ticket.changes.get(field, ()))


def _doubts(statements: tuple[Statement, ...], missing: tuple[str, ...]) -> tuple[Doubt, ...]:
    """The latest doubt of each missing field."""
    doubts = {doubt.field: doubt for s in statements for doubt in s.said.doubts if doubt.field in missing}
    return tuple(doubts.values())


def _zone_assumed(ticket: Ticket, statements: tuple[Statement, ...]) -> Understood | None:
    """R16: the start time that stands on the ticket was given without a zone."""
    for _, said in statements:
        if said.problem_start is not None and said.zone_assumed and said.problem_start == ticket.fields.problem_start:
            return Understood(said.problem_start, said.zone_assumed)
    return None
