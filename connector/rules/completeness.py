"""The required details (R14–R22): filled from what was said, asked for once, reminded once, never waited for.

Nothing stops for a missing detail: the clocks run, and a possible P1 is handled as one (see ``priority``).
"""

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from threading import Lock
from typing import Any, NamedTuple, cast

from cachetools import LRUCache, cached

from connector.domain.changes import Changes
from connector.domain.decision import Notice, Outcome, Reasons
from connector.domain.fields import INTAKE, fit
from connector.domain.ticket import Article, Ticket
from connector.domain.vocabulary import Actor, Channel, IntakeStatus
from connector.policy.catalogue import Catalogue
from connector.rules import wording
from connector.rules.asking import Assumed, Gap, Understood, confirmation, question, sentence, status
from connector.rules.case import Case
from connector.rules.restated import restated
from connector.rules.text import Doubt, Extraction, Setting, extract, setting
from connector.rules.text.known import conversation, read_messages
from connector.rules.text.reply import as_mail
from connector.rules.text.start_in_prose import fault_in
from connector.rules.text.subject import bare_subject
from connector.rules.worsening import Worse, basis, worsened

_EMPTY_TITLES = frozenset(
    {"no subject", "kein betreff", "(no subject)", "help", "problem", "support", "urgent", "ticket"}
)

_DECORATION = re.compile(
    r"(?:image\d{3}|(?:.*[-_ ])?(?:logo|signature|signatur|banner|footer|icon)(?:[-_ ].*)?|facebook|linkedin|xing"
    r"|twitter"
    r"|instagram|youtube|outlook-\w+|att\d{5})\.(?:png|jpe?g|gif|svg|bmp|webp|txt|html?)|winmail\.dat|.*\.(?:p7s"
    r"|p7m|vcf|ics|asc)",
    re.IGNORECASE,
)
"""Files that come along with signatures: no test results (R21)."""
_LATEST_COUNTS = ("impact", "urgency")
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
    filled, warned = _found(case, said) if said else (_described(ticket), ())
    current = ticket.with_changes(filled)
    held = vars(current.fields)
    missing = tuple([field for field in case.policy.intake.required if held[field] is None])
    if not missing:
        return Outcome(
            rule="completeness",
            changes={**filled, "intake_status": IntakeStatus.COMPLETE},
            notices=(*warned, *confirmation(ticket, _understood(current, said))),
            reasons=Reasons(lambda: (*_read(ticket, filled), "all required details are there")),
        )
    doubts = _doubts(said, missing)
    answers = tuple(s.article for s in said if any(doubt.field in missing for doubt in s.said.doubts))
    gap = Gap(missing, doubts, answers, _understood(current, said))
    notice, due = question(case, gap)
    return Outcome(
        rule="completeness",
        changes={**filled, "intake_status": status(ticket, notice)},
        notices=(*warned, notice) if notice else warned,
        reasons=Reasons(lambda: (*_read(ticket, filled), *_open(case, missing, doubts))),
        due=due,
    )


def _read(ticket: Ticket, filled: Changes) -> Iterator[str]:
    for field, found in filled.items():
        yield f"{ticket.labels[field]} from the customer's text: {wording.value(found)}"


def _open(case: Case, missing: Sequence[str], doubts: Sequence[Doubt]) -> Iterator[str]:
    yield f"missing: {', '.join(case.ticket.labels[field] for field in missing)}"
    for doubt in doubts:
        yield f"unclear: {sentence(case, doubt)}"


def statements(case: Case) -> tuple[Statement, ...]:
    """What each message that has not been read yet says, oldest first; of those that say something."""
    ticket = case.ticket
    unread = _unread(ticket)
    if not unread:
        return ()
    companies = case.companies
    customers = setting(
        next((company.timezone for company in companies if company.timezone), None),
        case.policy.intake.service_id_pattern,
        default_zone=case.policy.intake.customers_timezone,
        known=case.policy.catalogue.identifiers(companies),
        labels=ticket.labels.in_mails,
    )
    asked_at = tuple(ticket.noted_at("asked", "doubt", "reminded"))
    said = _extractions(ticket, tuple(unread), customers, asked_at)
    articles = ticket.articles
    saying = [at for at in unread if at in said or articles[at].attachments]
    if not saying or not _is_open(ticket):
        return ()
    return tuple(Statement(articles[at], _spelled(said.get(at, _SILENT), case.policy.catalogue)) for at in saying)


def _is_open(ticket: Ticket) -> bool:
    """Whether there is a detail that a message may still fill or make worse, as there nearly always is."""
    return any(_may_fill(ticket, field) or basis(ticket, field) for field in _LATEST_COUNTS) or any(
        _may_fill(ticket, field) for field in INTAKE
    )


_SILENT = Extraction()
_MAX_CACHED = 8_000_000
"""Bytes of what is remembered of messages."""


def _extractions_key(ticket: Ticket, unread: tuple[int, ...], customers: Setting, asked_at: Hashable) -> Hashable:
    sent = tuple([ticket.articles[at].created_at for at in unread])
    return conversation(ticket)[unread[-1]], hash((unread, sent, asked_at)), customers


def _size(said: Mapping[int, Extraction]) -> int:
    """The bytes that they take, roughly: all but the test results is short."""
    return 500 + sum(2_000 + len(extraction.test_results or "") for extraction in said.values())


@cached(LRUCache(_MAX_CACHED, getsizeof=_size), key=_extractions_key, lock=Lock())
def _extractions(
    ticket: Ticket, unread: tuple[int, ...], customers: Setting, asked_at: tuple[datetime, ...]
) -> Mapping[int, Extraction]:
    """Of the messages at these places those that say something, remembered for the whole conversation."""
    said: dict[int, Extraction] = {}
    subject = bare_subject(ticket.title)
    describe = not _describes(subject)
    later = read_messages(ticket, {at for at in unread if at > 0})
    for at in unread:
        article = ticket.articles[at]
        # What stands on the ticket already is quoted.
        quotes = at in later and later[at].quotes
        body, is_html = (as_mail(later[at].lines), False) if quotes else (article.body, article.is_html)
        extraction = extract(
            body,
            is_html,
            article.created_at,
            customers,
            subject="" if at in later else subject,
            describe=describe,
            asked=None if at == 0 else any(mark < article.created_at for mark in asked_at),
        )
        if extraction != _SILENT:
            said[at] = extraction
    return said


def _spelled(said: Extraction, catalogue: Catalogue) -> Extraction:
    """Identifiers as the catalogue spells them."""
    if said.service_id is None and said.circuit_id is None:
        return said
    service = catalogue.service(said.service_id) if said.service_id else None
    circuit = catalogue.circuit(said.circuit_id) if said.circuit_id else None
    spelled = {"service_id": service.id if service else said.service_id, "circuit_id": circuit or said.circuit_id}
    if spelled == {"service_id": said.service_id, "circuit_id": said.circuit_id}:
        return said
    return said.model_copy(update=spelled)


def _unread(ticket: Ticket) -> list[int]:
    """The customer's own messages, and what an agent wrote down on the phone or to open the ticket.

    What was said before the details were complete has been read then. Reading costs more than all other rules.
    """
    articles = ticket.articles
    noted = 0 if ticket.created_by.is_staff else None
    said = [
        at
        for at, article in enumerate(articles)
        if (
            not article.internal
            if article.author.is_customer
            else article.author.is_staff and (at == noted or article.channel is Channel.PHONE)
        )
    ]
    read = [change.at for change in ticket.changes.get("intake_status", ()) if change.actor is Actor.CONNECTOR]
    if ticket.fields.intake_status is not IntakeStatus.COMPLETE or not read:
        return said
    # What came in while that was decided may not have been seen; the opening message is there from the start.
    since = read[-1] - _OVERLAP
    return [at for at in said if at > 0 and articles[at].created_at >= since]


def _found(case: Case, said: tuple[Statement, ...]) -> tuple[Changes, tuple[Notice, ...]]:
    """What messages fill or make worse, and what support is told of them."""
    ticket, stated = case.ticket, _stated(said)
    worse = _worse(ticket, stated)
    filled = cast(Changes, {**_filled(case, said, stated), **{found.field: found.value for found in worse}})
    since = case.now - case.policy.intake.ask_within.fixed
    otherwise = restated(ticket, ticket.with_changes(filled).fields, said, since)
    return filled, (*(notice for found in worse for notice in found.notices), *otherwise)


Stated = Mapping[str, list[tuple[Article, Any]]]
"""What messages say of each detail, oldest first."""


def _stated(statements: tuple[Statement, ...]) -> Stated:
    found: dict[str, list[tuple[Article, Any]]] = {}
    for article, said in statements:
        for field, value in said.stated.items():
            found.setdefault(field, []).append((article, value))
    return found


def _filled(case: Case, statements: tuple[Statement, ...], stated: Stated) -> Changes:
    ticket = case.ticket
    filled: dict[str, Any] = {}
    held = vars(ticket.fields)
    for field in INTAKE if stated else ():
        if field in stated and _may_fill(ticket, field):
            _, value = stated[field][-1 if field in _LATEST_COUNTS else 0]
            if value != held[field]:
                filled[field] = value
    if "short_description" not in filled:
        filled |= _described(ticket, next(_first_words(case, statements), None))
    if "test_results" not in filled and _may_fill(ticket, "test_results"):
        files = [name for s in statements for name in s.article.attachments if not _DECORATION.fullmatch(name)]
        if files:
            filled["test_results"] = case.field("test_results", "attached_files", files=files)
    return cast(Changes, filled)


def _first_words(case: Case, statements: tuple[Statement, ...]) -> Iterator[str]:
    """The first words of messages that describe. What is said to a deferral, an escalation or an RFO does not."""
    asking = {mention.article.id: mention.said for mention in chain.from_iterable(case.spoken)}
    for article, said in statements:
        words = said.first_words
        if words and not (article.id in asking and asking[article.id] in words and fault_in(words) is None):
            yield words


def _described(ticket: Ticket, first_words: str | None = None) -> Changes:
    """By its title, else by the first words of a message."""
    if not _may_fill(ticket, "short_description"):
        return {}
    title = bare_subject(ticket.title)
    described = fit("short_description", title) if _describes(title) else first_words
    return {"short_description": described} if described else {}


def _worse(ticket: Ticket, stated: Stated) -> list[Worse]:
    """R18: a worse statement counts, whoever has chosen before."""
    found = (worsened(ticket, field, stated[field]) for field in _LATEST_COUNTS if field in stated)
    return [worse for worse in found if worse is not None]


def _describes(title: str) -> bool:
    return len(title.split()) > 1 and title.casefold() not in _EMPTY_TITLES


def _may_fill(ticket: Ticket, field: str) -> bool:
    """Empty, and not emptied on purpose by a person of support; or chosen in an earlier message of the customer."""
    if getattr(ticket.fields, field) is None:
        last = ticket.last_setter(field)
        return last is None or not last.is_staff
    if field not in _LATEST_COUNTS:
        return False
    return ticket.last_setter(field) is Actor.CONNECTOR and not _set_by_support(ticket, field)


def _set_by_support(ticket: Ticket, field: str) -> bool:
    """Also before the connector repaired it: a correction is kept (R18)."""
    return any(change.actor.is_staff for change in ticket.changes.get(field, ()))


def _doubts(statements: tuple[Statement, ...], missing: tuple[str, ...]) -> tuple[Doubt, ...]:
    """The latest doubt of each missing field."""
    doubts = {doubt.field: doubt for s in statements for doubt in s.said.doubts if doubt.field in missing}
    return tuple(doubts.values())


def _understood(ticket: Ticket, statements: tuple[Statement, ...]) -> Understood:
    """How the start and the impact that stand on the ticket were read, where the customer left it open (R16, R24) and
    does not know yet."""
    if not statements:
        return Understood()
    fields = ticket.fields
    start = next((said for _, said in statements if said.problem_start == fields.problem_start), None)
    impact = next((said for _, said in reversed(statements) if said.impact is not None), None)
    understood = Understood(
        start=Assumed(start.problem_start, start.zone_assumed)
        if start and start.problem_start and (start.zone_assumed or start.start_approximate)
        else None,
        total_loss=impact is not None
        and impact.impact_presumed
        and impact.impact is fields.impact
        and not _set_by_support(ticket, "impact"),
    )
    return understood.untold(ticket)
