"""R11–R14: one fault, one ticket. A new mail about an open ticket goes on there; calls are checked and confirmed."""

from datetime import timedelta

import pytest

from connector.domain.model import TicketId
from connector.domain.vocabulary import Actor, Duplicate, Impact, Priority, PrioritySource, TicketState
from connector.operations.explanation import explained
from connector.sandbox.zammad import SandboxZammad
from connector.work.reach import reach
from tests.promises.conftest import COMPLETE, Cast, set_the_stage

MINOR = COMPLETE.replace("service affecting", "degradation").replace("dead", "slow")


def notes(cast: Cast, ticket: str, *, public: bool = False) -> str:
    """What the connector has written on it, together."""
    own = (a for a in cast.stage.ticket(ticket).articles if a.author is Actor.CONNECTOR and a.internal is not public)
    return "\n\n".join(f"{article.subject}\n{article.body}" for article in own)


def test_a_new_mail_about_an_open_ticket_goes_on_there(cast: Cast) -> None:
    """Goes red if the mail escalates as an incident of its own, is not noted, is noted twice, if a worse impact that
    it tells of does not count, or if the operations page says beforehand that something else will be done."""
    first = cast.customer.writes("Line slow", MINOR)
    cast.stage.settle()
    number = cast.stage.ticket(first).number
    second = cast.customer.writes(
        "Our line",
        f"This is about ticket {number}. Now we have a total outage, please escalate.\nImpact: service affecting",
    )
    seen = explained(cast.stage.desk, cast.stage.policy, TicketId(second), cast.stage.clock(), None)
    assert {"rule": "duplicate", "reasons": [f"it goes on under {number}"]} in seen["rules"]
    assert seen["would_write"]["message"] == {"public": True, "about": ["added_to_ticket"]}
    assert "outage" not in str(seen)
    found = reach(cast.stage.desk, cast.stage.policy, [TicketId(second)], cast.stage.clock())
    assert dict(found.acts) == {"letter added_to_ticket": 1}, "the gate of a new policy sees what the worker will do"
    cast.stage.settle()
    cast.stage.advance(timedelta(hours=9))

    new, old = cast.stage.ticket(second), cast.stage.ticket(first)
    assert new.fields.duplicate is Duplicate.CONFIRMED
    assert new.fields.duplicate_of == number
    assert new.state is TicketState.CLOSED
    assert new.fields.priority_source is None
    assert new.fields.escalation_level is None
    assert f"about ticket {number}" in notes(cast, second, public=True)
    assert notes(cast, first).count(f"{new.number} is about this case") == 1
    assert "> This is about ticket" in notes(cast, first)
    assert "may ask for an escalation" in notes(cast, first)
    assert old.fields.impact is Impact.SERVICE_AFFECTING, "a worse statement always counts"
    assert old.state is not TicketState.CLOSED


def test_a_second_message_on_the_duplicate_is_noted_too_and_a_person_may_decline(cast: Cast) -> None:
    """Goes red if what follows on the closed one is heard by nobody, or if the rules do not come back."""
    first = cast.customer.writes("Line slow", MINOR)
    cast.stage.settle()
    number = cast.stage.ticket(first).number
    second = cast.customer.writes("Our line", f"Any news on {number}?")
    cast.stage.settle()
    cast.stage.advance(timedelta(minutes=5))
    cast.customer.mails(second, "We see errors on the interface as well.")
    cast.stage.settle()
    assert "errors on the interface" in notes(cast, first)

    cast.agent.sets(second, state=TicketState.OPEN, duplicate=Duplicate.DECLINED, service_id="SVC-1004")
    cast.stage.settle()
    assert cast.stage.ticket(second).fields.service_check is not None
    assert "interface" not in notes(cast, first).replace("errors on the interface", ""), "nothing new is said there"


@pytest.mark.parametrize(
    "words",
    [
        "A new fault, similar to ticket {number}: our site in Berlin is cut off.",
        "Unlike {number} this is about our office. The line is dead.",
        "In addition to {number}: SVC-1004 is down.",
    ],
)
def test_a_mail_that_only_mentions_a_ticket_stays_an_incident(cast: Cast, words: str) -> None:
    """Goes red if a fault of its own is put aside."""
    first = cast.customer.writes("Line slow", MINOR)
    cast.stage.settle()
    number = cast.stage.ticket(first).number
    second = cast.customer.writes("Outage", words.format(number=number))
    cast.stage.settle()
    assert cast.stage.ticket(second).fields.duplicate is Duplicate.PROPOSED
    assert cast.stage.ticket(second).fields.intake_status is not None, "the rules hold"
    assert f"The mail names {number}" in notes(cast, second)
    assert "Also reported" not in notes(cast, first)


def test_numbers_of_others_and_of_what_is_over_mean_nothing(cast: Cast) -> None:
    """Goes red if a stranger's ticket, or a closed one, swallows a report."""
    other = cast.stage.person("eve@acme.example", organization="Acme Logistics", name="Eve Acme")
    foreign = other.writes("Line slow", MINOR.replace("SVC-1005", "SVC-1001"))
    over = cast.customer.writes("Line slow", MINOR)
    cast.stage.settle()
    cast.agent.sets(over, state=TicketState.CLOSED)
    cast.stage.settle()
    made = [
        cast.customer.writes("Outage", f"About ticket {cast.stage.ticket(known).number}: the line is dead.\n{COMPLETE}")
        for known in (foreign, over)
    ]
    cast.stage.settle()
    for ticket in made:
        assert cast.stage.ticket(ticket).fields.duplicate is None
        assert cast.stage.ticket(ticket).fields.priority is Priority.P1
    assert "Also reported" not in notes(cast, foreign)


def test_a_call_is_checked_confirmed_and_shown_what_is_known_already(cast: Cast) -> None:
    """Goes red if nobody tells whoever took the call that it is reported already, if the customer gets no number, or if
    the macro's word does not link and close."""
    first = cast.customer.writes("Line dead", COMPLETE)
    cast.stage.settle()
    number = cast.stage.ticket(first).number
    call = cast.agent.takes_call(cast.customer, "Line dead", f"{COMPLETE}\nThey rang at once.")
    cast.stage.settle()

    new = cast.stage.ticket(call)
    told = notes(cast, call)
    assert f"- {number}, P1" in told
    assert "next update" in told
    assert "Caller check for SVC-1005" in told
    assert "Level 1" in told
    letter = notes(cast, call, public=True)
    assert new.number in letter
    assert "SVC-1005" in letter
    assert "09:40 UTC" in letter
    assert "priority P1" in letter
    assert letter.count("Thank you for your call") == 1
    assert new.fields.duplicate is Duplicate.PROPOSED
    assert new.fields.escalation_level is not None

    cast.agent.sets(call, duplicate=Duplicate.CONFIRMED)
    cast.stage.settle()
    cast.stage.advance(timedelta(minutes=2))
    assert cast.stage.ticket(call).state is TicketState.CLOSED
    assert notes(cast, first).count(f"{new.number} is about this case") == 1


def test_a_caller_of_another_company_is_to_be_called_back(cast: Cast) -> None:
    """Goes red if a foreign caller is taken for entitled."""
    call = cast.agent.takes_call(cast.customer, "Line dead", COMPLETE.replace("SVC-1005", "SVC-1001"))
    cast.stage.settle()
    assert "Share nothing about it yet" in notes(cast, call)


def test_the_priority_that_an_agent_chose_in_the_call_stays(cast: Cast) -> None:
    """Goes red if the matrix overrides it; the helpdesk's own default is no choice."""
    chosen = cast.agent.takes_call(cast.customer, "Line slow", MINOR, priority=Priority.P1)
    default = cast.agent.takes_call(cast.customer, "Line dead", COMPLETE, priority=Priority.P3)
    cast.stage.settle()
    assert cast.stage.ticket(chosen).fields.priority is Priority.P1
    assert cast.stage.ticket(chosen).fields.priority_source is PrioritySource.AGENT
    assert cast.stage.ticket(default).fields.priority is Priority.P1
    assert cast.stage.ticket(default).fields.priority_source is PrioritySource.MATRIX


def test_whoever_has_no_address_hears_the_number_from_the_agent(sqlite_url: str) -> None:
    """Goes red if the number gets lost where nothing can be sent."""
    with (made := set_the_stage(sqlite_url, "zammad-7")).stage:
        sandbox = made.stage.sandbox
        assert isinstance(sandbox, SandboxZammad)
        user = sandbox.world.table("User")[sandbox.user_id("ada@harbour.example")]
        call = made.agent.takes_call(made.customer, "Line dead", COMPLETE)
        user["email"] = ""
        made.stage.settle()
        assert f"The ticket number is {made.stage.ticket(call).number}" in notes(made, call)
        assert notes(made, call, public=True) == ""
