"""R11: what is written and told once it is known, or may be, that two tickets are about one case."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from connector.domain.decision import Outcome
from connector.domain.past import PlaceSearch
from connector.domain.person import Person
from connector.domain.ticket import Article, LinkedTicket, Ticket
from connector.domain.vocabulary import (
    Actor,
    Channel,
    Duplicate,
    Impact,
    Priority,
    ServiceCheck,
    TicketKind,
    TicketState,
)
from connector.rules.case import Case
from connector.rules.duplicate import already_reported, also_reported, duplicate
from tests.builders import T0, at, changed, complete, default_policy, incident, note, said
from tests.unit.rules.passes import Decided, shown, told, with_values
from tests.unit.rules.test_duplicate import OPEN, mail

POLICY = default_policy()
MINUTE = timedelta(minutes=1)


def of(rule: Any, ticket: Ticket, now: datetime = T0) -> Outcome:
    return told(rule, Case(ticket, POLICY, now))


def written(rule: Any, ticket: Ticket, now: datetime = T0) -> Decided:
    return shown(of(rule, ticket, now), ticket, POLICY)


# A new mail


def test_a_mail_that_goes_on_elsewhere_is_linked_there_and_its_writer_hears_the_number() -> None:
    new = with_values(mail("About ticket 41001: any news?"), others=(OPEN,))
    outcome = of(duplicate, new, at(minutes=1))

    assert outcome.changes == {"duplicate": Duplicate.CONFIRMED, "duplicate_of": "41001"}
    assert (outcome.links, outcome.touches) == (("1",), ("1",))
    assert (outcome.ends, outcome.again, outcome.due) == (True, True, at(minutes=2))
    (letter,) = shown(outcome, new, POLICY).notes
    assert (letter.public, set(letter.marks)) == (True, {"duplicate-told"})
    assert "about ticket 41001, which is open" in letter.text


def test_of_several_the_eldest_is_proposed_and_all_are_named() -> None:
    younger = with_values(OPEN, id="2", number="41002", created_at=at(minutes=-5))
    new = with_values(mail("About 41001 and 41002"), others=(younger, with_values(OPEN, created_at=at(minutes=-9))))
    outcome = of(duplicate, new)

    assert outcome.changes == {"duplicate": Duplicate.PROPOSED, "duplicate_of": "41001"}
    assert (outcome.links, outcome.ends, outcome.again) == ((), False, False)
    (note_,) = shown(outcome, new, POLICY).notes
    assert (note_.public, note_.title, set(note_.marks)) == (
        False, "The mail names 41001, 41002", {"duplicate-proposed"},
    )  # fmt: skip


@pytest.mark.parametrize(
    "other",
    [
        with_values(OPEN, kind=TicketKind.PROBLEM),
        with_values(OPEN, id="7"),
        with_values(OPEN, fields=complete(duplicate=Duplicate.CONFIRMED)),
        with_values(OPEN, created_at=at(days=-1)),
    ],
    ids=["no-incident", "itself", "a-duplicate", "left-alone-by-the-rules"],
)
def test_what_is_no_open_incident_of_the_rules_carries_nothing_on(other: Ticket) -> None:
    policy = POLICY.model_copy(update={"applies_since": at(hours=-1)})
    new = with_values(mail("About ticket 41001: any news?"), others=(other,))
    outcome = duplicate(Case(new, policy, T0))

    assert (outcome.changes, outcome.notices) == ({}, ())
    assert outcome.reasons == ("41001: no open ticket of this customer",)
    same_moment = with_values(new, others=(with_values(OPEN, created_at=at(hours=-1)),))
    assert duplicate(Case(same_moment, policy, T0)).ends


def test_a_person_who_has_said_what_it_is_has_decided() -> None:
    declined = mail("About 41001").with_changes({"duplicate": Duplicate.DECLINED})
    emptied = with_values(mail("About 41001"), history=(changed("duplicate", Duplicate.PROPOSED, None, T0),))

    assert (of(duplicate, declined).asks, of(duplicate, declined).reasons) == (None, ("as a duplicate: declined",))
    assert (of(duplicate, emptied).asks, of(duplicate, emptied).reasons) == (None, ("as a duplicate: emptied",))


# Confirmed


def link(number: str = "41001", **values: Any) -> LinkedTicket:
    held: dict[str, Any] = {"id": "1", "state": TicketState.OPEN, "created_by_connector": False}
    return LinkedTicket(number=number, **(held | {"kind": TicketKind.INCIDENT} | values))


def confirmed(number: str | None = "41001", *, marks: set[str] | None = None, **values: Any) -> Ticket:
    proofs = (note(marks),) if marks else ()
    ticket = with_values(mail("x"), fields=complete(duplicate=Duplicate.CONFIRMED, duplicate_of=number))
    return with_values(ticket, articles=(*ticket.articles, *proofs), **values)


def test_once_the_link_shows_it_is_closed_with_a_note_and_the_other_is_looked_at() -> None:
    ticket = confirmed("#41001 ", links=(link("41009", id="9"), link()))
    outcome = of(duplicate, ticket)

    assert (outcome.state, outcome.touches, outcome.ends) == (TicketState.CLOSED, ("1",), True)
    (told_,) = shown(outcome, ticket, POLICY).notes
    assert (told_.public, told_.title, set(told_.marks)) == (False, "Goes on under 41001", {"duplicate-1"})


@pytest.mark.parametrize(
    "ticket",
    [confirmed(links=(link(),), marks={"duplicate-1"}), confirmed(links=(link(),), state=TicketState.RESOLVED)],
    ids=["opened-again", "over"],
)
def test_it_is_closed_once(ticket: Ticket) -> None:
    outcome = of(duplicate, ticket)

    assert (outcome.state, outcome.ends) == (None, True)


def test_confirmed_by_a_person_it_is_linked_and_no_letter_goes_out() -> None:
    outcome = of(duplicate, confirmed(others=(with_values(OPEN, id="2", number="41002"), OPEN)))

    assert (outcome.links, outcome.notices, outcome.again, outcome.ends) == (("1",), (), False, True)


@pytest.mark.parametrize(
    ("ticket", "mark", "words"),
    [
        (confirmed(others=()), "duplicate-unknown-41001", "no incident with the number 41001"),
        (confirmed(None), "duplicate-unknown", "It is not said which ticket"),
        (confirmed("41007", others=(with_values(OPEN, id="7", number="41007"),)), "duplicate-unknown-41007", "41007"),
        (confirmed(others=(with_values(OPEN, kind=TicketKind.PROBLEM),)), "duplicate-unknown-41001", "41001"),
    ],
    ids=["unknown", "unsaid", "of-itself", "no-incident"],
)
def test_where_it_cannot_go_on_a_person_is_told_and_it_stays_a_case(ticket: Ticket, mark: str, words: str) -> None:
    (told_,) = written(duplicate, ticket).notes

    assert (told_.public, [str(each).rstrip("-") for each in told_.marks]) == (False, [mark])
    assert words in told_.text
    assert not of(duplicate, ticket).ends


# What the other ticket is told


def reported(*articles: Article, **fields: Any) -> Ticket:
    """A duplicate of 41001 on which the customer wrote these."""
    values = complete(duplicate=Duplicate.CONFIRMED, duplicate_of="41001", intake_status=None, **fields)
    set_by = changed("duplicate", None, Duplicate.CONFIRMED, T0), changed("duplicate_of", None, "41001", T0)
    return incident(values, articles=articles, history=set_by)


def first(*others: Ticket, marks: dict[str, float] | None = None, **values: Any) -> Ticket:
    """The ticket on which it goes on."""
    links = values.pop("links", (link("41007", id="7", duplicate_of="41001"),))
    notes = tuple(note({mark}, at(minutes=minutes)) for mark, minutes in (marks or {}).items())
    ticket = with_values(OPEN, links=links, articles=notes, **values)
    return with_values(ticket, others=others) if others else ticket


def test_each_message_is_quoted_once_with_who_wrote_it() -> None:
    words = said("Any news?\n\nPlease escalate this ticket.", T0, id="801")
    call = said("They called.", at(minutes=1), Actor.AGENT, channel=Channel.PHONE, is_call=True, id="802")
    internal = said("hm", at(minutes=2), internal=True, id="803")
    answer = said("We are on it.", at(minutes=3), Actor.AGENT, id="804")
    ticket = first(reported(words, call, internal, answer))
    notes = written(also_reported, ticket, at(minutes=5)).notes

    assert [set(each.marks) for each in notes] == [{"duplicate-noted-7-801"}, {"duplicate-noted-7-802"}]
    assert notes[0].title == "Also reported as 41007"
    quoted = notes[0].text.splitlines()
    assert "Ada Example wrote there at Mon 23 Nov 2026 11:00 CET (10:00 UTC):" in notes[0].text
    assert [line for line in quoted if line.startswith(">")] == ["> Any news?", "> Please escalate this ticket."]
    assert "This may ask for an escalation." in notes[0].text
    assert "This may ask for an escalation." not in notes[1].text
    again = first(reported(words, call), marks={"duplicate-noted-7-801": 5})
    assert [set(each.marks) for each in written(also_reported, again, at(minutes=6)).notes] == [
        {"duplicate-noted-7-802"}
    ]


@pytest.mark.parametrize(
    ("customer", "who"),
    [({"name": ""}, "ada@harbour.example"), ({"name": "", "email": None}, "The customer")],
)
def test_without_a_name_who_wrote_is_an_address_or_the_customer(customer: dict[str, Any], who: str) -> None:
    other = reported(said("Any news?"))
    other = with_values(other, customer=other.customer.model_copy(update=customer))
    (told_,) = written(also_reported, first(other), at(minutes=5)).notes

    assert f"{who} wrote there" in told_.text


WORSE = said("Impact: service affecting", id="801")


def test_a_worse_impact_there_counts_here_the_worst_of_all() -> None:
    second = with_values(reported(said("Impact: degradation", id="802")), id="8", number="41008")
    links = (link("41007", id="7", duplicate_of="41001"), link("41008", id="8", duplicate_of="41001"))
    quiet = complete(impact=Impact.NON_SERVICE_AFFECTING)
    outcome = of(also_reported, first(second, reported(WORSE), links=links, fields=quiet), at(minutes=5))

    assert outcome.changes == {"impact": Impact.SERVICE_AFFECTING}
    assert [set(each.marks) for each in outcome.notices] == [
        {"duplicate-noted-8-802"},
        {"duplicate-noted-7-801"},
        {"worse-7.801"},
    ]
    assert outcome.notices[-1].data == {
        "field": "impact", "before": Impact.NON_SERVICE_AFFECTING, "after": Impact.SERVICE_AFFECTING
    }  # fmt: skip


@pytest.mark.parametrize(
    "ticket",
    [
        first(reported(WORSE), fields=complete(impact=Impact.SERVICE_AFFECTING)),
        first(reported(WORSE), state=TicketState.CLOSED),
        first(reported(WORSE), marks={"duplicate-noted-7-801": 5}),
        first(reported(said("Any news?", id="801"))),
    ],
    ids=["as-bad-already", "over", "noted", "says-none"],
)
def test_nothing_else_changes_the_impact(ticket: Ticket) -> None:
    assert of(also_reported, ticket, at(minutes=6)).changes == {}


@pytest.mark.parametrize(
    ("ticket", "asks"),
    [
        (first(), ("7",)),
        (first(links=(link("41007", id="7"),)), None),
        (first(links=(link("41007", id="7", duplicate_of="41001", kind=TicketKind.PROBLEM),)), None),
        (first(reported()), None),
        (with_values(first(), others=(with_values(OPEN, id="9"),)), None),
        (first(marks={"duplicate-noted-7-801": 5}), ("7",)),
    ],
    ids=["new", "no-duplicate", "no-incident", "read", "read-others", "open-still"],
)
def test_it_is_read_when_there_is_news(ticket: Ticket, asks: tuple[str, ...] | None) -> None:
    found = of(also_reported, ticket, at(minutes=6)).asks

    assert (found.tickets if found else None) == asks


@pytest.mark.parametrize(
    ("updated", "has_news"),
    [(None, False), (at(minutes=6), False), (at(minutes=6, seconds=1), True)],
)
def test_a_closed_one_has_news_if_something_happened_a_minute_after_the_note(
    updated: datetime | None, has_news: bool
) -> None:
    over = link("41007", id="7", duplicate_of="41001", state=TicketState.CLOSED, updated_at=updated)
    marks = {"duplicate-noted-7-801": 4.0, "duplicate-noted-7-802": 5.0, "duplicate-noted-9-803": 9.0}

    assert (of(also_reported, first(links=(over,), marks=marks)).asks is not None) is has_news


@pytest.mark.parametrize(
    "other",
    [
        with_values(reported(said("Any news?")), fields=complete(duplicate=Duplicate.PROPOSED, duplicate_of="41001")),
        with_values(reported(said("Any news?")), fields=complete(duplicate=Duplicate.CONFIRMED, duplicate_of="41002")),
    ],
)
def test_only_what_is_a_duplicate_of_this_one_is_told_here(other: Ticket) -> None:
    assert of(also_reported, first(other), at(minutes=5)).notices == ()


# A call


def call(*, found: str | None = None, **values: Any) -> Case:
    """An agent took a call about SVC-1005, whose service was found in this look."""
    opening = said("Line down.", T0, Actor.AGENT, channel=Channel.PHONE, is_call=True)
    ticket = with_values(incident(complete(service_id=found), articles=(opening,), created_by=Actor.AGENT), **values)
    return Case(ticket, POLICY, at(days=1)).with_changes(
        {"service_id": "SVC-1005", "service_check": ServiceCheck.VERIFIED}
    )


REPORTED = incident(
    complete(service_id="svc-1005", priority=Priority.P1, escalation_level=3, next_update_at=at(hours=1)),
    id="1",
    number="41001",
)


def test_a_call_about_a_service_that_an_open_ticket_tells_of_is_proposed_to_whoever_took_it() -> None:
    case = call(others=(REPORTED, with_values(OPEN, id="2", number="41002", fields=complete(service_id="SVC-1006"))))
    outcome = told(already_reported, case)

    assert outcome.changes == {"duplicate": Duplicate.PROPOSED, "duplicate_of": "41001"}
    (note_,) = shown(outcome, case.ticket, POLICY).notes
    assert (note_.public, set(note_.marks)) == (False, {"already-reported"})
    assert [line for line in note_.text.splitlines() if line][:2] == [
        "SVC-1005 is reported as out of order already:",
        "- 41001, P1, level 3, next update Mon 23 Nov 2026 12:00 CET (11:00 UTC)",
    ]


def test_open_incidents_of_the_service_are_asked_for_once() -> None:
    asks = told(already_reported, call()).asks
    assert asks is not None
    assert asks.place == PlaceSearch(("SVC-1005",), (), at(days=1) - timedelta(days=90))

    none = told(already_reported, call(others=()))
    assert (none.asks, none.changes) == (None, {})
    assert none.reasons == ("no other open ticket tells of SVC-1005",)


@pytest.mark.parametrize(
    "case",
    [
        call(found="SVC-1005", others=(REPORTED,)),
        call(history=(changed("duplicate", Duplicate.PROPOSED, None, T0),), others=(REPORTED,)),
        call(state=TicketState.CLOSED, others=(REPORTED,)),
        call(articles=(), others=(REPORTED,)),
        call(articles=(said("Line down."),), others=(REPORTED,)),
        call(others=(REPORTED,)).with_changes({"duplicate": Duplicate.DECLINED}),
        call(others=(REPORTED,)).with_changes({"service_check": ServiceCheck.UNKNOWN}),
    ],
    ids=["known-before", "decided", "over", "no-message", "a-mail", "declined", "of-nobody-knows-which-service"],
)
def test_nothing_else_is_compared(case: Case) -> None:
    outcome = told(already_reported, case)

    assert (outcome.changes, outcome.notices, outcome.asks) == ({}, (), None)


def test_what_this_customer_has_said_there_is_their_word_here() -> None:
    """Not what a carrier, a machine or another customer has reported on it."""
    ada, emil = Person(id="5"), Person(id="31", email="emil@acme.example")
    ticket = first(reported(said("10 hops.", T0, id="801", by=ada), said("10 hops.", at(minutes=1), id="802", by=emil)))

    notes = written(also_reported, ticket, at(minutes=5)).notes

    assert [set(each.marks) for each in notes] == [
        {"duplicate-noted-7-801", "customer-said-7-801"},
        {"duplicate-noted-7-802"},
    ]
