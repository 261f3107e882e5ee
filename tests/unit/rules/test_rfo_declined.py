"""R34: a person of support declines an RFO, on the incident or on its task; the last word counts."""

from typing import Any

import pytest

from connector.domain.ticket import Change, Ticket
from connector.domain.vocabulary import Actor, RfoStatus, TicketKind
from connector.rules.rfo import rfo
from connector.rules.rfo_declined import Refusal, declined
from tests.builders import at, changed, default_policy, note
from tests.unit.rules.passes import decide, with_values
from tests.unit.rules.released_rfos import outage, task

POLICY = default_policy()
WHY = "A test of ours."
NO, DUE = RfoStatus.DECLINED, RfoStatus.DUE


def status(new: RfoStatus, hours: float, actor: Actor = Actor.AGENT, id: str = "801") -> Change:
    return changed("rfo_status", None, new, at(hours=hours), actor).model_copy(update={"id": id})


def incident_with(
    *history: Change, on_task: tuple[Change, ...] = (), told: float | None = None, shows: RfoStatus = NO, **values: Any
) -> Ticket:
    """An incident whose own status, task and notes say something of a decline."""
    about = outage(*((note({"rfo-declined-by-us-803"}, at(hours=told)),) if told else ()), rfo_decline_reason=WHY)
    about = with_values(about, history=(*about.history, *history))
    own = task(about, *on_task, rfo_status=shows, rfo_decline_reason="A drill.")
    return about.model_copy(update={"related": own.model_copy(update=values)})


ON_TASK = (status(NO, 4, id="802"),)


@pytest.mark.parametrize(
    ("ticket", "refusal"),
    [
        (incident_with(), None),
        (incident_with(status(NO, 4)), ("801", 4, Actor.AGENT, WHY)),
        (incident_with(status(NO, 4, Actor.MANAGER)), ("801", 4, Actor.MANAGER, WHY)),
        (incident_with(status(NO, 4, Actor.CUSTOMER)), None),
        (incident_with(status(NO, 4), status(DUE, 5)), None),
        (incident_with(on_task=ON_TASK), ("802", 4, Actor.AGENT, "A drill.")),
        (incident_with(on_task=ON_TASK, shows=DUE), None),
        (incident_with(on_task=ON_TASK, kind=TicketKind.PROBLEM), None),
        (incident_with(on_task=(status(NO, 4, Actor.CONNECTOR),)), None),
        (incident_with(status(DUE, 3), on_task=ON_TASK), ("802", 4, Actor.AGENT, "A drill.")),
        (incident_with(status(DUE, 5), on_task=ON_TASK), None),
        (incident_with(told=5), ("803", 5, Actor.AGENT, WHY)),
        (incident_with(status(NO, 4), told=5), ("803", 5, Actor.AGENT, WHY)),
        (incident_with(status(DUE, 6), told=5), None),
        (incident_with(status(DUE, 4), told=5), ("803", 5, Actor.AGENT, WHY)),
    ],
    ids=[
        "nobody", "agent", "manager", "customer", "taken-back", "on-the-task", "the-task-shows-another",
        "on-a-problem-record", "by-the-rules", "task-after-incident", "incident-after-task", "told", "told-since",
        "due-since-then", "due-before",
    ],
)  # fmt: skip
def test_the_last_word_of_support_counts(ticket: Ticket, refusal: tuple[str, float, Actor, str] | None) -> None:
    expected = refusal and Refusal(refusal[0], at(hours=refusal[1]), *refusal[2:])

    assert declined(ticket) == expected


def test_declined_on_the_task_the_customer_is_told_from_the_incident() -> None:
    outcome = decide(rfo, incident_with(on_task=ON_TASK), POLICY, at(hours=5))

    assert outcome.changes == {"rfo_status": NO, "rfo_due_at": None}
    assert [(told.public, set(told.marks)) for told in outcome.notes] == [(True, {"rfo-declined-by-us-802"})]
    assert "A drill." in outcome.notes[0].text


@pytest.mark.parametrize("reason", [None, "", "  ", "tbd", "n/a"])
def test_without_a_reason_that_says_something_nothing_is_declined(reason: str | None) -> None:
    ticket = incident_with(status(NO, 4)).with_changes({"rfo_decline_reason": reason})
    found = declined(ticket)

    assert found is not None
    assert found.reason is None


def test_what_the_customer_was_told_stays_though_the_reason_is_gone() -> None:
    ticket = incident_with(told=5).with_changes({"rfo_decline_reason": None})

    outcome = decide(rfo, ticket, POLICY, at(hours=6))
    assert (outcome.changes["rfo_status"], outcome.notes) == (NO, ())
