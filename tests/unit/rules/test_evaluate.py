"""All rules together: the laws of ``evaluate``."""

import pkgutil
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from importlib import import_module
from inspect import get_annotations, isfunction, unwrap
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connector import rules
from connector.domain.decision import Decision, Outcome
from connector.domain.fields import Fields
from connector.domain.person import Customer
from connector.domain.ticket import Change, LinkedTicket, Ticket
from connector.domain.vocabulary import Actor, Channel, Priority, RfoStatus, ServiceCheck, TicketKind, TicketState
from connector.policy.models import Updates
from connector.rules.case import Case
from connector.rules.evaluate import RULES, evaluate
from tests.builders import T0, at, changed, complete, default_policy, incident, moved, said
from tests.unit.rules.passes import written

POLICY = default_policy()
PASSES = 5
"""Repair, internal note, message to the customer, clocks of a deferral, nothing."""

TEXTS = [
    "Help!",
    "Service ID: SVC-1005\nStart time: 2026-11-23 09:40\nImpact: service affecting\nUrgency: high",
    "Service ID: SVC-9999\nImpact: degradation",
    "Start time: 03/04/2026 10:00",
    "please escalate",
    "Please send us the RFO.",
    "We are on it.",
    "I agree to the deferral.",
]
SETTINGS: list[tuple[str, list[Any]]] = [
    ("priority", list(Priority)),
    ("priority_source", ["matrix", "agent", None]),
    ("impact", ["service_affecting", "degradation", "non_service_affecting", None]),
    ("service_id", ["SVC-1005", "SVC-1001", None]),
    ("service_check", [*ServiceCheck, None]),
    ("escalation_level", [1, 2, 5, None]),
    ("escalation_request", ["now", None]),
    ("rfo_requested", [True, False]),
    ("deferral_support", [True, None]),
    ("deferral_customer", [True, None]),
    ("deferred_until", [at(days=300), None]),
    ("rfo_status", [RfoStatus.DELIVERED, None]),
    ("next_escalation_at", [at(days=300), None]),
    ("group", ["intake", "level_4"]),
]

moments = st.integers(0, 10 * 24 * 60).map(lambda minutes: at(minutes=minutes))
actors = st.sampled_from(Actor)
articles = st.builds(
    lambda body, when, author, channel, internal: said(body, when, author, channel=channel, internal=internal),
    st.sampled_from(TEXTS),
    moments,
    st.sampled_from([Actor.CUSTOMER, Actor.CUSTOMER, Actor.AGENT, Actor.MANAGER, Actor.SYSTEM]),
    st.sampled_from(Channel),
    st.booleans(),
)
settings_by_hand = st.sampled_from(SETTINGS).flatmap(
    lambda entry: st.tuples(st.just(entry[0]), st.sampled_from(entry[1]), moments, actors)
)
moves = st.tuples(st.sampled_from(TicketState), moments, actors)
customers = st.sampled_from(
    [
        Customer(id="5", name="Ada Example", email="ada@harbour.example", organizations=("Harbour Bank",)),
        Customer(id="6", email="bo@acme.example"),
        Customer(id="7"),
    ]
)


@st.composite
def lives(draw: st.DrawFn) -> Ticket:
    """An incident to which anybody may have done anything."""
    fields, state, history = Fields(group="intake", priority=Priority.P3), TicketState.NEW, list[Change]()
    steps: list[Any] = draw(st.lists(settings_by_hand, max_size=6)) + draw(st.lists(moves, max_size=4))
    for step in sorted(steps, key=lambda step: step[-2]):
        if len(step) == 3:
            history.append(moved(state, *step))
            state = step[0]
            continue
        field, value, when, actor = step
        new = Fields.model_validate({**fields.model_dump(), field: value})
        history.append(changed(field, getattr(fields, field), getattr(new, field), when, actor))
        fields = new
    return incident(
        fields,
        state=state,
        title=draw(st.sampled_from(["ticket", "packet loss on the line"])),
        articles=tuple(sorted(draw(st.lists(articles, max_size=6)), key=lambda article: article.created_at)),
        history=tuple(history),
        created_by=draw(actors),
        channel=draw(st.sampled_from(Channel)),
        customer=draw(customers),
    )


def with_task(ticket: Ticket, decision: Decision) -> Ticket:
    """The task exists and is linked, as the helpdesk shows it afterwards."""
    links = tuple(
        LinkedTicket(
            id=f"9{place}", number=f"4109{place}", state=TicketState.NEW, created_by_connector=True,
            connector_key=new.key, rfo_status=new.fields.get("rfo_status"), rfo_due_at=new.fields.get("rfo_due_at"),
        )
        for place, new in enumerate(decision.creates, start=len(ticket.links))
    )  # fmt: skip
    return replace(ticket, links=(*ticket.links, *links))


def settled(ticket: Ticket, now: datetime) -> tuple[Ticket, list[Decision], datetime]:
    """Evaluated and written until nothing more is to be done. What happened lies in the past."""
    now = max([now, *(article.created_at for article in ticket.articles), *(change.at for change in ticket.history)])
    decisions = list[Decision]()
    for _ in range(PASSES):
        decision = evaluate(ticket, POLICY, now)
        if decision.writes_nothing:
            break
        decisions.append(decision)
        ticket = with_task(written(ticket, decision, now), decision)
        if not decision.unfinished:
            break
    return ticket, decisions, now


@given(ticket=lives(), now=moments)
def test_what_has_been_written_is_not_written_again(ticket: Ticket, now: datetime) -> None:
    """The law of idempotence: once a decision is finished, evaluating its result decides nothing."""
    after, decisions, now = settled(ticket, now)

    assert len(decisions) < PASSES
    assert evaluate(after, POLICY, now).writes_nothing


@given(ticket=lives(), now=moments)
def test_every_change_carries_its_reason(ticket: Ticket, now: datetime) -> None:
    decision = evaluate(ticket, POLICY, now)

    for change in decision.changes.items():
        because = [outcome for outcome in decision.outcomes if change in outcome.changes.items()]
        assert because
        assert all(outcome.reasons and all(outcome.reasons) for outcome in because)


@given(ticket=lives(), now=moments)
def test_nothing_internal_is_ever_public(ticket: Ticket, now: datetime) -> None:
    """Neither what agents are told nor who is on duty nor which policy decided."""
    _, decisions, _ = settled(ticket, now)

    for decision in decisions:
        told = decision.note
        if told is None or not told.public:
            continue
        assert {o.rule for o in decision.outcomes if any(notice.public for notice in o.notices)} <= {
            "completeness",
            "rfo",
            "deferral",
            "level_letter",
            "refusals",
        }
        assert POLICY.version not in told.text
        assert "Contact:" not in told.text
        assert "catalogue" not in told.text


@given(ticket=lives(), now=moments)
def test_the_next_look_lies_ahead(ticket: Ticket, now: datetime) -> None:
    """Else the connector would look at the ticket for ever."""
    after, _, now = settled(ticket, now)
    due = evaluate(after, POLICY, now).due

    assert due is None or due > now


@given(ticket=lives(), now=moments)
def test_evaluating_is_pure(ticket: Ticket, now: datetime) -> None:
    before = asdict(ticket)

    assert evaluate(ticket, POLICY, now) == evaluate(ticket, POLICY, now)
    assert asdict(ticket) == before


def test_an_internal_and_a_public_message_are_two_steps() -> None:
    ticket = incident(
        Fields(service_id="SVC-9999"), title="ticket", articles=(said("Help!"),), created_by=Actor.CUSTOMER
    )

    after, (first, second), _ = settled(ticket, T0)

    assert first.unfinished
    assert not second.unfinished
    assert first.note is not None
    assert second.note is not None
    assert (first.note.public, second.note.public) == (False, True)
    assert after.fields.intake_status == "asked"


def test_several_internal_messages_are_one_note_that_names_the_policy() -> None:
    fields = complete(service_id="SVC-9999", priority=Priority.P1, priority_source="matrix", escalation_level=1)

    told = evaluate(incident(fields, created_by=Actor.AGENT), POLICY, at(hours=9)).note

    assert told is not None
    assert "Service ID is unknown" in told.title
    assert "Priority P3" in told.title
    assert "Escalation level" in told.title
    assert told.text.endswith(f"Interspace rules, policy {POLICY.version}")


def test_a_tampered_level_neither_stops_nor_fakes_the_ladder() -> None:
    """The repaired value is what the ladder goes on from, in the same pass."""
    level = (
        changed("escalation_level", None, 2, at(hours=1), Actor.CONNECTOR),
        changed("escalation_level", 2, 5, at(hours=1, minutes=30), Actor.CUSTOMER),
    )
    answer = said("We are on it.", at(minutes=5), Actor.AGENT)
    fields = complete(
        impact="service_affecting", urgency="high", priority=Priority.P1, escalation_level=5, escalation_reason="x"
    )
    ticket = incident(fields, history=level, articles=(answer,))

    assert evaluate(ticket, POLICY, at(hours=2)).changes["escalation_level"] == 3


def test_a_group_that_a_customer_chose_just_before_the_level_did_is_the_levels_own() -> None:
    """Else it would be the customer's for ever, and taken back at the next look."""
    forged = changed("group", "intake", "level_3", at(hours=1, minutes=59), Actor.CUSTOMER)
    answer = said("We are on it.", at(minutes=5), Actor.AGENT)
    fields = complete(impact="service_affecting", urgency="high", priority=Priority.P1, group="level_3")

    after, decisions, now = settled(incident(fields, history=(forged,), articles=(answer,)), at(hours=2))

    assert decisions[0].changes["group"] == "intake"
    assert after.fields.group == "level_3"
    assert after.fields.escalation_level == 3
    assert after.last_setter("group") is Actor.CONNECTOR
    assert evaluate(after, POLICY, now).writes_nothing


def test_a_priority_that_a_customer_set_to_what_the_matrix_says_is_repaired_and_then_computed() -> None:
    forged = changed("priority", Priority.P4, Priority.P3, at(minutes=1), Actor.CUSTOMER)
    fields = complete(priority_source="matrix", service_check=None)
    ticket = incident(fields, history=(forged,), created_by=Actor.AGENT)

    after, (first, second), _ = settled(ticket, at(minutes=2))

    assert first.changes == {"priority": Priority.P4}
    assert second.changes["priority"] is Priority.P3
    assert after.last_setter("priority") is Actor.CONNECTOR


def test_a_forged_priority_over_one_that_cannot_be_written_does_not_go_round_in_circles() -> None:
    """Support had chosen a priority of the helpdesk that the mapping does not know."""
    chosen = changed("priority", Priority.P3, None, at(minutes=1), Actor.SYSTEM)
    forged = changed("priority", None, Priority.P3, at(minutes=2), Actor.CUSTOMER)

    assert not evaluate(incident(complete(), history=(chosen, forged)), POLICY, at(minutes=3)).unfinished


def test_the_earliest_of_all_deadlines_is_the_next_look() -> None:
    """P3: the first response is due after 4 hours, before any level by age, and support is warned before."""
    assert evaluate(incident(), POLICY, T0).due == T0 + timedelta(hours=4) * 0.8
    warned = POLICY.model_copy(update={"updates": Updates()})
    assert evaluate(incident(), warned, T0).due == T0 + timedelta(hours=4)


def test_an_rfo_task_has_its_own_rules() -> None:
    assert [rule.__name__ for rule in RULES[TicketKind.RFO_TASK]] == [
        "rfo_task",
        "rfo_draft",
        "rfo_faults",
        "rfo_release",
        "left_out",
        "merged",
        "unknown_state",
        "contest",
        "unproved",
    ]
    task = incident(Fields(connector_key="rfo:7"), kind=TicketKind.RFO_TASK, created_by=Actor.CONNECTOR)

    assert evaluate(task, POLICY, at(days=30)).note is None


def test_every_rule_runs() -> None:
    """Whatever takes a case and gives an outcome is a rule, and stands in the lists."""
    modules = [import_module(module.name) for module in pkgutil.iter_modules(rules.__path__, "connector.rules.")]
    written_down = {
        rule
        for module in modules
        for rule in vars(module).values()
        if isfunction(rule)
        and not rule.__name__.startswith("_")
        and list(get_annotations(rule).values()) == [Case, Outcome]
    }

    assert {rule.__name__ for rule in written_down} >= {"unclear", "escalation", "rfo_task", "problem_record"}
    assert written_down == {unwrap(rule) for of_kind in RULES.values() for rule in of_kind}


def test_a_contested_field_is_not_waited_for() -> None:
    """A deferral that somebody else empties again and again: nothing to write, so nothing to look at again at once."""
    night, opening = at(hours=9), at(hours=22)
    history = [changed("deferral_support", None, True, night)]
    for minute in range(3):
        when = night + timedelta(minutes=minute)
        history.append(changed("deferred_until", None, opening, when, Actor.CONNECTOR))
        history.append(changed("deferred_until", opening, None, when + timedelta(seconds=30), Actor.AGENT))
    fields = complete(impact="non_service_affecting", urgency="low", deferral_support=True)
    ticket = incident(fields, history=tuple(history), articles=(said("I agree to the deferral.", night),))
    now = night + timedelta(minutes=5)

    decisions = list[Decision]()
    for _ in range(PASSES):
        decisions.append(evaluate(ticket, POLICY, now))
        ticket = written(ticket, decisions[-1], now)

    assert any(decision.note for decision in decisions)
    assert decisions[-1].writes_nothing
    assert not decisions[-1].unfinished
    assert decisions[-1].due is not None
    assert decisions[-1].due > now
