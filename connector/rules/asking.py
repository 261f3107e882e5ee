"""What is said to the customer about missing details (R14, R16), or to the agent who has the customer on the phone."""

from datetime import datetime
from typing import Any, NamedTuple

from connector.domain.decision import Notice
from connector.domain.mark import Mark
from connector.domain.ticket import Article, Ticket
from connector.domain.vocabulary import Channel, IntakeStatus
from connector.rules.case import Case
from connector.rules.outages import is_over
from connector.rules.text import Doubt

_ASKED, _REMINDED = Mark("asked"), Mark("reminded")
_COMPLETE = Mark("complete")
_UNDERSTOOD, _PRESUMED = Mark("understood"), Mark("understood", "impact")

_MOST_QUESTIONS = 4
"""The most questions on a ticket, the first included and the reminder not: the customer's side may be a machine that
answers for ever."""


class Assumed(NamedTuple):
    """A start time that was not said in so many words (R16)."""

    start: datetime
    zone: str | None
    """In which it was read, since none was named; ``None``: it was reckoned from words like "20 minutes ago"."""


class Understood(NamedTuple):
    """What was not said in so many words: the customer is told once how it was taken, and may correct it."""

    start: Assumed | None = None
    total_loss: bool = False
    """A plain total loss was told: the impact is presumed (R24)."""

    @property
    def data(self) -> dict[str, Any]:
        """The data of the messages that say so."""
        start = {"understood": self.start._asdict()} if self.start else {}
        return start | ({"presumed": True} if self.total_loss else {})

    @property
    def marks(self) -> frozenset[Mark]:
        """The marks that prove that the customer was told."""
        start = {_UNDERSTOOD} if self.start else set()
        return frozenset(start | ({_PRESUMED} if self.total_loss else set()))

    def untold(self, ticket: Ticket) -> "Understood":
        """What the customer has not been told of it: these are parts of letters, and the letters are told apart by more
        than they."""
        told = ticket.marks
        return Understood(None if _UNDERSTOOD in told else self.start, self.total_loss and _PRESUMED not in told)


class Gap(NamedTuple):
    """What is missing, and what the customer said about it that is not clear."""

    missing: tuple[str, ...]
    doubts: tuple[Doubt, ...]
    unclear: tuple[Article, ...]
    """The messages that raised doubts about what is missing."""
    understood: Understood


def question(case: Case, gap: Gap) -> tuple[Notice | None, datetime | None]:
    """The message to send now, and when to look again (UTC); ``None`` for nothing and for never.

    The customer is asked once and reminded once. Answers that raise new doubts get a question of their own.
    """
    ticket, now, intake = case.ticket, case.now, case.policy.intake
    if is_over(ticket) or now - ticket.created_at > intake.ask_within.fixed:
        return None, None
    asked = ticket.marks.get(_ASKED)
    if asked is None:
        return _message(case, gap, _ASKED), now + intake.remind_after.fixed
    reminded = _REMINDED in ticket.marks
    questions = set(ticket.noted_at("asked", "doubt"))
    unclear = {Mark("doubt", article.id) for article in gap.unclear if article.created_at > asked}
    if not unclear <= ticket.marks.keys() and len(questions) < _MOST_QUESTIONS:
        return _message(case, gap, *unclear), None if reminded else now + intake.remind_after.fixed
    if reminded:
        return None, None
    # Counted from the last question, so that no reminder follows shortly after one about a doubt.
    remind_at = max(questions) + intake.remind_after.fixed
    if now < remind_at:
        return None, remind_at
    return _message(case, gap, _REMINDED), None


def confirmation(ticket: Ticket, understood: Understood) -> tuple[Notice, ...]:
    """Nothing is missing any more: whoever was asked hears so when it comes true, and everybody how their words were
    taken."""
    if _is_for_agent(ticket) or is_over(ticket):
        return ()
    was_asked = _ASKED in ticket.marks and ticket.fields.intake_status is not IntakeStatus.COMPLETE
    marks = understood.marks | ({_COMPLETE} if was_asked else set())
    return (Notice("details_complete", understood.data, marks),) if marks else ()


def status(ticket: Ticket, notice: Notice | None) -> IntakeStatus | None:
    """How far asking has come, ``notice`` included, which is about to be sent; ``None``: nobody was asked."""
    marks = {*ticket.marks, *(notice.marks if notice else ())}
    if _REMINDED in marks:
        return IntakeStatus.REMINDED
    return IntakeStatus.ASKED if _ASKED in marks else None


def _is_for_agent(ticket: Ticket) -> bool:
    """Whether support gets the question: because somebody there wrote the ticket down and has the customer on the
    phone, or because the customer cannot be asked."""
    return ticket.channel is Channel.PHONE or ticket.created_by.is_staff or ticket.customer.silence is not None


def sentence(case: Case, doubt: Doubt) -> str:
    """The doubt as a question to the customer."""
    return case.text("question", about=doubt.about, **doubt.data)


def _message(case: Case, gap: Gap, *steps: Mark) -> Notice:
    data: dict[str, Any] = {"missing": gap.missing, "doubts": [sentence(case, doubt) for doubt in gap.doubts]}
    if _is_for_agent(case.ticket):
        return Notice("details_missing", data, frozenset(steps))
    message = "details_needed" if _ASKED in steps else "details_reminder"
    return Notice(message, {**data, **gap.understood.data}, gap.understood.marks.union(steps))
