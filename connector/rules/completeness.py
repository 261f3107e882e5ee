"""The required details (R14–R22): filled from what was said, asked for once, reminded once, never waited for.

Nothing stops for a missing detail: the clocks run, and a possible P1 is handled as one (see ``priority``).
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from connector.domain.decision import Note, Outcome, mark
from connector.domain.ticket import Article, Ticket
from connector.domain.vocabulary import Actor, Channel, IntakeStatus
from connector.policy.models import Policy
from connector.rules import wording
from connector.rules.text import Doubt, Extraction, extract
from connector.rules.trust import INTAKE

_TITLE_PREFIX = re.compile(r"^\s*((re|fwd?|aw|wg)\s*:\s*)+", re.IGNORECASE)
_EMPTY_TITLES = frozenset({"no subject", "kein betreff", "(no subject)", "help", "problem", "support", "urgent", "ticket"})

_OVERLAP = timedelta(minutes=5)

_HINTS = {
    "service_id": "as in your welcome message",
    "problem_start": "date, time and time zone, for example 2026-11-22 10:05 UTC",
    "short_description": "one sentence",
    "impact": "service affecting, degradation, or non-service affecting",
}


class Statement(NamedTuple):
    """What one message says of the details."""

    article: Article
    said: Extraction


def completeness(ticket: Ticket, policy: Policy, now: datetime) -> Outcome:
    """Fills what was said, and asks once for exactly what is missing."""
    statements = _statements(ticket, policy)
    filled = _filled(ticket, statements)
    current = ticket.with_changes(filled)
    missing = tuple(field for field in policy.intake.required if getattr(current.fields, field) is None)
    reasons = [f"{wording.label(field)} from the customer's text: {wording.value(v)}" for field, v in filled.items()]
    if not missing:
        return Outcome(
            rule="completeness",
            changes={**filled, "intake_status": IntakeStatus.COMPLETE},
            notes=_confirmation(ticket, statements, filled),
            reasons=(*reasons, "all required details are there"),
        )
    reasons.append(f"missing: {', '.join(wording.label(field) for field in missing)}")
    doubts = _doubts(statements, missing)
    reasons += [f"unclear: {doubt.question}" for doubt in doubts]
    note, due = _question(ticket, policy, now, current, missing, doubts, statements)
    status = _status(ticket, note)
    return Outcome(
        rule="completeness",
        changes={**filled, "intake_status": status},
        notes=(note,) if note else (),
        reasons=tuple(reasons),
        due=due,
    )


def _statements(ticket: Ticket, policy: Policy) -> tuple[Statement, ...]:
    if all(getattr(ticket.fields, field) is not None for field in INTAKE):
        return ()
    pattern = policy.intake.service_id_pattern
    known = policy.catalogue.customer(ticket.customer.organization, ticket.customer.email)
    zone = known.timezone if known else None
    return tuple(
        Statement(article, extract(article.body, article.is_html, article.created_at, zone, pattern))
        for article in _unread(ticket)
        if _speaks_for_customer(article)
    )


def _unread(ticket: Ticket) -> tuple[Article, ...]:
    """What was said before the details were complete has been read then. Reading costs more than all other rules."""
    read = [change.at for change in ticket.changes.get("intake_status", ()) if change.actor is Actor.CONNECTOR]
    if ticket.fields.intake_status is not IntakeStatus.COMPLETE or not read:
        return ticket.articles
    # What came in while that was decided may not have been seen.
    since = read[-1] - _OVERLAP
    return tuple(article for article in ticket.articles if article.created_at >= since)


def _speaks_for_customer(article: Article) -> bool:
    """The customer's own messages, and what an agent wrote down on the phone."""
    if article.author is Actor.CUSTOMER:
        return not article.internal
    return article.channel is Channel.PHONE and article.author.is_person_of_support


def _filled(ticket: Ticket, statements: tuple[Statement, ...]) -> dict[str, Any]:
    filled: dict[str, Any] = {}
    for field in sorted(INTAKE):
        if not _may_fill(ticket, field):
            continue
        stated = next((s for s in statements if getattr(s.said, field) is not None), None)
        if stated is not None:
            filled[field] = getattr(stated.said, field)
    if "short_description" not in filled and _may_fill(ticket, "short_description"):
        title = _TITLE_PREFIX.sub("", ticket.title).strip()
        if len(title.split()) > 1 and title.casefold() not in _EMPTY_TITLES:
            filled["short_description"] = title[:240]
    if "test_results" not in filled and _may_fill(ticket, "test_results"):
        files = [name for s in statements for name in s.article.attachments]
        if files:
            filled["test_results"] = f"attached: {', '.join(files)}"[:4000]
    return filled


def _may_fill(ticket: Ticket, field: str) -> bool:
    """Empty, and not emptied on purpose by a person of support."""
    if getattr(ticket.fields, field) is not None:
        return False
    last = ticket.last_setter(field)
    return last is None or not last.is_person_of_support


def _doubts(statements: tuple[Statement, ...], missing: tuple[str, ...]) -> tuple[Doubt, ...]:
    """The latest doubt of each missing field."""
    found = {doubt.field: doubt for s in statements for doubt in s.said.doubts if doubt.field in missing}
    return tuple(found.values())


def _question(
    ticket: Ticket,
    policy: Policy,
    now: datetime,
    current: Ticket,
    missing: tuple[str, ...],
    doubts: tuple[Doubt, ...],
    statements: tuple[Statement, ...],
) -> tuple[Note | None, datetime | None]:
    """The message to send now, or when to look again."""
    if ticket.state.is_over or now - ticket.created_at > policy.intake.ask_within.fixed:
        return None, None
    asked = ticket.marks.get("asked")
    if asked is None:
        return _message(current, missing, doubts, statements, "asked"), now + policy.intake.remind_after.fixed
    unclear = _unclear_since(asked, statements, missing)
    remind_at = asked + policy.intake.remind_after.fixed
    if unclear is not None and mark("doubt", unclear.id) not in ticket.marks:
        return _message(current, missing, doubts, statements, mark("doubt", unclear.id)), max(now, remind_at)
    if "reminded" in ticket.marks:
        return None, None
    if now < remind_at:
        return None, remind_at
    return _message(current, missing, doubts, statements, "reminded"), None


def _unclear_since(asked: datetime, statements: tuple[Statement, ...], missing: tuple[str, ...]) -> Article | None:
    """An answer that raised a new doubt gets a question of its own."""
    for article, said in statements:
        if article.created_at > asked and any(doubt.field in missing for doubt in said.doubts):
            return article
    return None


def _status(ticket: Ticket, note: Note | None) -> IntakeStatus | None:
    marks = set(ticket.marks) | (note.marks if note else set())
    if "reminded" in marks:
        return IntakeStatus.REMINDED
    return IntakeStatus.ASKED if "asked" in marks else None


def _is_for_agent(ticket: Ticket) -> bool:
    """Somebody of support wrote this ticket down: they have the customer on the phone, and get the question."""
    return ticket.channel is Channel.PHONE or ticket.created_by.is_person_of_support


def _message(
    ticket: Ticket, missing: tuple[str, ...], doubts: tuple[Doubt, ...], statements: tuple[Statement, ...], step: str
) -> Note:
    lines = "\n".join(f"{wording.label(field)} ({_HINTS[field]}): " for field in missing)
    questions = "\n".join(f"- {doubt.question}" for doubt in doubts)
    understood = _understood(ticket, statements)
    if _is_for_agent(ticket):
        parts = ["Required details are missing. Please ask the customer and fill them in on the ticket.", lines]
        parts += [questions] if questions else []
        return Note(public=False, title="Details missing", text="\n\n".join(parts), marks=frozenset({step}))
    intro = "thank you for your message. We are on it. To work on it without delay we also need:"
    if step == "reminded":
        intro = "we are working on your ticket and still need:"
    parts = [wording.greeting(ticket), intro, lines]
    parts += [f"One thing is not clear to us:\n{questions}"] if questions else []
    parts += [understood] if understood else []
    parts.append("Please reply to this message and fill in the lines above.")
    steps = {step, "understood"} if understood else {step}
    return Note(public=True, title=f"Ticket {ticket.number}: details needed", text="\n\n".join(parts), marks=frozenset(steps))


def _understood(ticket: Ticket, statements: tuple[Statement, ...]) -> str | None:
    """R16: a start time without a zone was read in one, and the answer says which."""
    for _, said in statements:
        if said.problem_start is not None and said.zone_assumed and said.problem_start == ticket.fields.problem_start:
            return (
                f"We understood the start time as {wording.moment(said.problem_start)}: you named no time zone, "
                f"so we took {said.zone_assumed}. Please correct us if that is wrong."
            )
    return None


def _confirmation(ticket: Ticket, statements: tuple[Statement, ...], filled: Mapping[str, Any]) -> tuple[Note, ...]:
    if "understood" in ticket.marks or _is_for_agent(ticket) or ticket.state.is_over:
        return ()
    sentence = _understood(ticket.with_changes(filled), statements)
    if sentence is None:
        return ()
    text = f"{wording.greeting(ticket)}\n\nthank you, we have everything we need.\n\n{sentence}"
    return (
        Note(public=True, title=f"Ticket {ticket.number}: details complete", text=text, marks=frozenset({"understood"})),
    )
