"""One fault, one ticket (R11): a new mail that names an open ticket of the same customer goes on there, and whoever
takes a call about a service of which an open ticket tells is shown that one.

A ticket that is a duplicate keeps its words, is closed once, and no rule of incidents holds for it any more. A person
who says that it is a case of its own (the field *Duplicate*) has the rules back, with the ticket's own age.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from operator import attrgetter

from connector.domain.changes import Changes
from connector.domain.decision import Asked, Notice, Outcome
from connector.domain.fields import fit, shortened
from connector.domain.mark import Mark
from connector.domain.past import PlaceSearch
from connector.domain.ticket import Article, LinkedTicket, Ticket
from connector.domain.vocabulary import Actor, Channel, Duplicate, Impact, TicketKind, TicketState
from connector.rules.case import Case
from connector.rules.completeness import statements
from connector.rules.outages import is_over
from connector.rules.requests import escalation_requests
from connector.rules.text.reply import own_words, read_lines
from connector.rules.trust import is_known
from connector.rules.worsening import is_worse, worse_noted

_MOST_NUMBERS = 5
"""A mail that names more tickets is a list: nobody can say which one it is about."""
_LONGEST = 2_000
"""Characters of a customer's words that are shown on the other ticket."""
_LONGEST_OPEN = timedelta(days=90)
"""Incidents that are older are not looked for."""
_CLOSING = timedelta(minutes=1)
_LINK_SHOWS = timedelta(minutes=1)
_NUMBER = re.compile(r"(.*?)(\d+)", re.DOTALL)
_OF_ITS_OWN = re.compile(
    r"\b(?:new|another|different|separate|second|third|further|additional|(?:neue|andere|weitere|zweite|zusätzliche)[snr]?)"
    r"\s+(?:\w+\s+)?(?:fault|issue|problem|incident|outage|case|failure|error|ticket|site|line|circuit|service|one"
    r"|störung|fehler|ausfall|fall|vorfall|standort|leitung|dienst)"
    r"|\b(?:unrelated|not related|not (?:the same|about|part of)|nothing to do with|separate(?:ly)? from"
    r"|different from|in addition to|besides|apart from|similar(?:ly)? to|same as|just like"
    r"|like (?:in|ticket|case|number|no\b|#|\d)|as in|unlike|instead of|after (?:ticket|case|#|\d)"
    r"|nichts\b.{0,20}\bzu tun|unabhängig|zusätzlich zu|neben|ähnlich|genauso|wie (?:bei|in|im)\b"
    r"|nicht\b.{0,20}\bidentisch)",
    re.IGNORECASE,
)
"""Says that the ticket it names is another case, or only compares with it."""
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")

_NOTHING, _NO_NEWS, _NOT_REPORTED = (Outcome(rule=name) for name in ("duplicate", "also_reported", "already_reported"))


def duplicate(case: Case) -> Outcome:
    """Whether the ticket goes on under another one; then nothing else is decided about it."""
    ticket = case.ticket
    if ticket.fields.duplicate is Duplicate.CONFIRMED:
        return _confirmed(case)
    if ticket.fields.duplicate is not None or ticket.last_setter("duplicate") is not None:
        return _NOTHING._replace(reasons=(f"as a duplicate: {ticket.fields.duplicate or 'emptied'}",))
    return _new_mail(case)


def also_reported(case: Case) -> Outcome:
    """What customers say on duplicates of this ticket is noted here for support. A worse impact that they state counts
    (R18); whether a request that they make counts, support decides."""
    ticket = case.ticket
    news = tuple(link.id for link in ticket.links if _has_news(ticket, link))
    if not news:
        return _NO_NEWS
    if not {other.id for other in ticket.others or ()} & set(news):
        # They are asked for once in a look: a ticket that could not be read then is left out.
        asks = None if ticket.others is not None else Asked(tickets=news)
        return Outcome(rule="also_reported", asks=asks, reasons=("what was reported again is read first",))
    notices: tuple[Notice, ...] = ()
    stated = []
    for other in ticket.others or ():
        if other.id in news and _is_duplicate_of(other, ticket):
            its = Case(other, case.policy, case.now)
            new = [a for a in _words(other) if Mark("duplicate-noted", other.id, a.id) not in ticket.marks]
            notices += tuple(_noted(its, article, ticket) for article in new)
            stated += [
                (said.said.impact, f"{other.id}.{said.article.id}")
                for said in statements(its)
                if said.article in new and said.said.impact is not None
            ]
    worst, ref = min(stated, key=lambda one: list(Impact).index(one[0]), default=(None, ""))
    changes: Changes = {}
    if worst is not None and not is_over(ticket) and is_worse("impact", worst, ticket.fields.impact):
        changes = {"impact": worst}
        notices = (*notices, worse_noted("impact", ticket.fields.impact, worst, ref))
    return Outcome("also_reported", changes, notices=notices, reasons=("it was reported again",))


def already_reported(case: Case) -> Outcome:
    """A call about a service that an open ticket tells of: whoever took it is told at once, and decides."""
    ticket, service = case.ticket, case.verified_service
    if ticket.fields.duplicate is not None or not (ticket.articles and ticket.articles[0].is_call) or service is None:
        return _NOT_REPORTED
    if case.found.fields.verified_service is not None or ticket.last_setter("duplicate") is not None or is_over(ticket):
        return Outcome(rule="already_reported", reasons=("it was looked for when the service was known first",))
    if ticket.others is None:
        place = PlaceSearch((service,), (), case.now - _LONGEST_OPEN)
        return Outcome("already_reported", asks=Asked(place=place), reasons=(f"who tells of {service} is read first",))
    same = [other for other in _incidents(ticket, case) if _states(other, service)]
    if not same:
        return Outcome(rule="already_reported", reasons=(f"no other open ticket tells of {service}",))
    rows = [
        {
            "number": other.number,
            "priority": other.fields.priority and other.fields.priority.value,
            "level": other.fields.escalation_level,
            "next_update": other.fields.next_update_at,
        }
        for other in same
    ]
    notice = Notice("already_reported", {"service": service, "reports": rows}, frozenset({Mark("already-reported")}))
    return Outcome(
        "already_reported",
        {"duplicate": Duplicate.PROPOSED, "duplicate_of": same[0].number},
        notices=(notice,),
        reasons=(f"{same[0].number} tells of {service} too",),
    )


def _new_mail(case: Case) -> Outcome:
    ticket = case.ticket
    opening = next(iter(ticket.articles), None)
    if opening is None or opening.author is not Actor.CUSTOMER or opening.channel is not Channel.EMAIL:
        return _NOTHING
    if is_known(ticket) or is_over(ticket) or ticket.copied_from or ticket.merged or ticket.merged_into:
        return _NOTHING
    words = _text(ticket, opening)
    numbers = _numbers(ticket, words)
    if not numbers:
        return _NOTHING
    if ticket.others is None:
        return _NOTHING._replace(asks=Asked(numbers=numbers), reasons=(f"the mail names {', '.join(numbers)}",))
    named = [other for other in _incidents(ticket, case) if other.number in numbers]
    own = [other for other in named if other.customer.includes(ticket.customer)]
    if not own:
        return _NOTHING._replace(reasons=(f"{', '.join(numbers)}: no open ticket of this customer",))
    if len(own) == 1 and not _is_of_its_own(case, words, own[0]):
        return _goes_on(case, own[0], by_mail=True)
    # A person decides; until then it is an incident like any other.
    data = {"numbers": [other.number for other in own]}
    return _NOTHING._replace(
        changes={"duplicate": Duplicate.PROPOSED, "duplicate_of": own[0].number},
        notices=(Notice("duplicate_proposed", data, frozenset({Mark("duplicate-proposed")})),),
        reasons=(f"the mail names {own[0].number}, and may be about something else",),
    )


def _confirmed(case: Case) -> Outcome:
    """This rule or a person of support has said that it is a duplicate: it is linked and closed, once, and what is new
    on it is told on the other ticket."""
    ticket, number = case.ticket, (case.ticket.fields.duplicate_of or "").strip().lstrip("#")
    link = next((link for link in ticket.links if link.number == number), None)
    if link is not None:
        mark = Mark("duplicate", link.id)
        closes = mark not in ticket.marks and not is_over(ticket)
        notice = Notice("duplicate_closed", {"number": number}, frozenset({mark}))
        return _NOTHING._replace(
            state=TicketState.CLOSED if closes else None,
            notices=(notice,),
            touches=(link.id,),
            reasons=(f"it goes on under {number}",),
            ends=True,
        )
    if ticket.others is None and number:
        return _NOTHING._replace(asks=Asked(numbers=(number,)), reasons=(f"{number} is read first",))
    found = next((other for other in ticket.others or () if other.number == number and other.id != ticket.id), None)
    if found is None or found.kind is not TicketKind.INCIDENT:
        notice = Notice("duplicate_unknown", {"number": number or None}, frozenset({Mark("duplicate-unknown", number)}))
        return _NOTHING._replace(notices=(notice,), reasons=("nobody knows what it is a duplicate of",))
    return _goes_on(case, found, by_mail=False)


def _goes_on(case: Case, other: Ticket, *, by_mail: bool) -> Outcome:
    """Linked first: the notes on both tickets and the closing follow in the next look, when the link shows."""
    changes: Changes = {"duplicate": Duplicate.CONFIRMED, "duplicate_of": fit("duplicate_of", other.number)}
    told_by_mail = (Notice("added_to_ticket", {"number": other.number}, frozenset({Mark("duplicate-told")})),)
    return Outcome(
        "duplicate",
        changes,
        notices=told_by_mail if by_mail else (),
        links=(other.id,),
        touches=(other.id,),
        reasons=(f"it goes on under {other.number}",),
        due=case.now + _LINK_SHOWS,
        again=by_mail,
        ends=True,
    )


def _numbers(ticket: Ticket, words: str) -> tuple[str, ...]:
    """The numbers or keys of other tickets that ``words`` names: only what is shaped like this ticket's own is looked
    up. Empty if there are more than :data:`_MOST_NUMBERS`."""
    shape = _NUMBER.fullmatch(ticket.number)
    if shape is None:
        return ()
    prefix, digits = shape[1], len(shape[2])
    lengths = "1,9" if prefix else f"{max(5, digits - 1)},{digits}"
    pattern = rf"(?<!\w)(?<!\d[.,:/+-]){re.escape(prefix)}\d{{{lengths}}}(?![\w-]|[.,:/]\d)"
    found = dict.fromkeys(match.upper() for match in re.findall(pattern, words, re.IGNORECASE | re.ASCII))
    numbers = tuple(number for number in found if number != ticket.number.upper())
    return numbers if len(numbers) <= _MOST_NUMBERS else ()


def _is_of_its_own(case: Case, words: str, other: Ticket) -> bool:
    """Whether the mail names another service than ``other`` has, or says that it is about another case."""
    service = other.fields.service_id
    stated = {said.said.service_id for said in statements(case) if said.said.service_id}
    if service and any(one.casefold() != service.casefold() for one in stated):
        return True
    named = [sentence for sentence in _SENTENCE.split(words) if other.number.casefold() in sentence.casefold()]
    return any(map(_OF_ITS_OWN.search, named))


def _incidents(ticket: Ticket, case: Case) -> list[Ticket]:
    """The other tickets that are open incidents to the rules, the eldest first."""
    since = case.policy.applies_since
    return sorted(
        (
            other
            for other in ticket.others or ()
            if other.id != ticket.id and other.kind is TicketKind.INCIDENT and not is_over(other)
            # The rules leave older ones alone: a fault that went on there would escalate to nobody.
            and (since is None or other.created_at >= since) and other.fields.duplicate is not Duplicate.CONFIRMED
        ),
        key=attrgetter("created_at"),
    )  # fmt: skip


def _states(other: Ticket, service: str) -> bool:
    return (other.fields.service_id or "").casefold() == service.casefold()


def _has_news(ticket: Ticket, link: LinkedTicket) -> bool:
    """Whether it is a duplicate of this ticket that may hold something not noted here: no note yet, still open, or
    updated later than :data:`_CLOSING` after the last note. Within that time the rules close it themselves."""
    if link.kind is not TicketKind.INCIDENT or link.duplicate_of != ticket.number:
        return False
    noted = ticket.marks_by_name.get("duplicate-noted", {})
    told = [at for mark, at in noted.items() if mark.parts[:1] == (link.id,)]
    settled = max(told) + _CLOSING if told else None
    return settled is None or not link.state.is_over or (link.updated_at is not None and link.updated_at > settled)


def _is_duplicate_of(other: Ticket, ticket: Ticket) -> bool:
    return other.fields.duplicate is Duplicate.CONFIRMED and other.fields.duplicate_of == ticket.number


def _words(ticket: Ticket) -> Iterator[Article]:
    """The messages with the customer's words: public ones of theirs, calls that an agent noted, and the first one."""
    for at, article in enumerate(ticket.articles):
        if (article.author is Actor.CUSTOMER and not article.internal) or article.is_call or at == 0:
            yield article


def _noted(its: Case, article: Article, ticket: Ticket) -> Notice:
    """``ticket``: the open one, whose customer may have said it, or somebody else."""
    other = its.ticket
    text = own_words(read_lines(article.body, article.is_html))
    asked = [request for request in escalation_requests(its) if request.ref == article.id]
    data = {
        "number": other.number,
        "who": other.customer.name or other.customer.email or None,
        "at": article.created_at,
        "lines": [line for line in shortened(text, _LONGEST).splitlines() if line.strip()],
        "asks": asked[0].said if asked else None,
    }
    marks = {Mark("duplicate-noted", other.id, article.id)}
    if article.author is Actor.CUSTOMER and article.by and ticket.customer.includes(article.by, article.created_at):
        marks |= {Mark("customer-said", other.id, article.id)}
    return Notice("also_reported", data, frozenset(marks))


def _text(ticket: Ticket, article: Article) -> str:
    return f"{article.subject or ticket.title}\n{own_words(read_lines(article.body, article.is_html))}"
