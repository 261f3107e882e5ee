"""R14–R22: filled from what was said, asked for once, reminded once, never waited for."""

from datetime import timedelta
from typing import Any

import pytest

from connector.domain.decision import Note
from connector.domain.ticket import Article, Customer, Fields, Ticket
from connector.domain.vocabulary import Actor, Channel, Impact, IntakeStatus, Priority, TicketState
from connector.rules.completeness import completeness
from connector.rules.evaluate import evaluate
from tests.builders import T0, at, changed, default_policy, incident, note, said
from tests.unit.rules.passes import with_values, written

POLICY = default_policy()
DAY = POLICY.intake.remind_after.fixed

LINES = {
    "service_id": "Service ID: SVC-1005",
    "problem_start": "Start time: 2026-11-23 09:40 UTC",
    "short_description": "Description: the line to Hamburg loses packets",
    "impact": "Impact: degradation",
}
LABELS = {
    "service_id": "Service ID",
    "problem_start": "Start time",
    "short_description": "Description",
    "impact": "Impact",
}
ALL = "\n".join(LINES.values())
OPTIONAL = """
Urgency: high
Circuit ID: HAM-1
Fault type: permanent
Test results: loss at hop 4
IP address: 192.0.2.1"""


def mail(*names: str) -> Article:
    return said("\n".join(LINES[name] for name in names), T0)


def bare(*articles: Article, **values: Any) -> Ticket:
    """A fresh ticket whose title says nothing."""
    return incident(Fields(), title="ticket", articles=articles, **values)


def only(notes: tuple[Note, ...]) -> Note:
    (told,) = notes
    return told


def asked_for(told: Note) -> set[str]:
    return {name for name, label in LABELS.items() if f"\n{label} (" in f"\n{told.text}"}


def test_a_complete_message_is_filled_in_and_nobody_is_asked() -> None:
    outcome = completeness(bare(mail(*LINES)), POLICY, T0)

    assert outcome.changes == {
        "service_id": "SVC-1005",
        "problem_start": at(minutes=-20),
        "short_description": "the line to Hamburg loses packets",
        "impact": Impact.DEGRADATION,
        "intake_status": IntakeStatus.COMPLETE,
    }
    assert outcome.notes == ()
    assert outcome.due is None


@pytest.mark.parametrize("missing", LINES)
def test_what_alone_is_missing_is_all_that_is_asked_for(missing: str) -> None:
    ticket = bare(mail(*(name for name in LINES if name != missing)))

    outcome = completeness(ticket, POLICY, T0)

    told = only(outcome.notes)
    assert asked_for(told) == {missing}
    assert told.public
    assert told.marks == {"asked"}
    assert outcome.changes["intake_status"] is IntakeStatus.ASKED
    assert missing not in outcome.changes
    assert outcome.due == T0 + DAY


def test_if_all_is_missing_one_message_asks_for_all_of_it() -> None:
    assert asked_for(only(completeness(bare(said("Help!")), POLICY, T0).notes)) == set(LINES)


def test_nobody_is_asked_twice_and_the_reminder_comes_at_its_time_and_not_before() -> None:
    ticket = bare(said("Help!"), note({"asked"}, at(minutes=1)))
    due = at(minutes=1) + DAY

    before = completeness(ticket, POLICY, due - timedelta(microseconds=1))
    then = completeness(ticket, POLICY, due)

    assert before.notes == ()
    assert before.due == due
    assert before.changes["intake_status"] is IntakeStatus.ASKED
    assert only(then.notes).marks == {"reminded"}
    assert asked_for(only(then.notes)) == set(LINES)
    assert then.changes["intake_status"] is IntakeStatus.REMINDED


def test_after_the_reminder_there_is_silence() -> None:
    ticket = bare(said("Help!"), note({"asked"}), note({"reminded"}, T0 + DAY))

    outcome = completeness(ticket, POLICY, T0 + 2 * DAY)

    assert outcome.notes == ()
    assert outcome.due is None
    assert outcome.changes["intake_status"] is IntakeStatus.REMINDED


def test_an_answer_completes_the_ticket() -> None:
    first, answer = mail("service_id"), said("\n".join(LINES.values()), at(hours=1))
    ticket = bare(first, note({"asked"}, at(minutes=1)), answer)

    outcome = completeness(ticket, POLICY, at(hours=2))

    assert outcome.changes["intake_status"] is IntakeStatus.COMPLETE
    assert outcome.notes == ()


def test_the_reminder_asks_only_for_what_is_still_missing() -> None:
    answer = said(f"{LINES['impact']}\n{LINES['short_description']}", at(hours=1))
    ticket = bare(mail("service_id"), note({"asked"}, T0), answer)

    assert asked_for(only(completeness(ticket, POLICY, T0 + DAY).notes)) == {"problem_start"}


def test_a_doubt_is_put_as_a_question_and_never_guessed() -> None:
    """R16: dd/mm against mm/dd."""
    ticket = bare(mail("service_id", "short_description", "impact"), said("Start time: 03/04/2026 10:00"))

    outcome = completeness(ticket, POLICY, T0)

    assert "problem_start" not in outcome.changes
    assert "One thing is not clear to us" in only(outcome.notes).text


def test_a_new_doubt_in_an_answer_gets_its_own_question_once() -> None:
    answer = said("Start time: 03/04/2026 10:00", at(hours=1))
    ticket = bare(mail("service_id", "short_description", "impact"), note({"asked"}, T0), answer)

    first = completeness(ticket, POLICY, at(hours=1))
    told = only(first.notes)
    again = completeness(
        with_values(ticket, articles=(*ticket.articles, note(set(told.marks), at(hours=1)))), POLICY, at(hours=2)
    )

    assert told.marks == {f"doubt-{answer.id}"}
    assert first.due == at(hours=1) + DAY
    assert again.notes == ()


def test_the_reminder_does_not_follow_at_the_heels_of_a_question() -> None:
    """The customer was asked about a doubt a minute before the reminder of the first question was due."""
    answer = said("Start time: 03/04/2026 10:00", T0 + DAY - timedelta(minutes=2))
    doubted = note({f"doubt-{answer.id}"}, T0 + DAY - timedelta(minutes=1))
    ticket = bare(mail("service_id"), note({"asked"}, T0), answer, doubted)

    soon = completeness(ticket, POLICY, T0 + DAY)
    later = completeness(ticket, POLICY, T0 + 2 * DAY - timedelta(minutes=1))

    assert soon.notes == ()
    assert soon.due == T0 + 2 * DAY - timedelta(minutes=1)
    assert only(later.notes).marks == {"reminded"}


def test_an_assumed_zone_is_stated_in_the_question() -> None:
    ticket = bare(said("Start time: 2026-11-23 09:40"))

    told = only(completeness(ticket, POLICY, T0).notes)

    assert "We understood the start time as 2026-11-23 09:40 UTC" in told.text
    assert told.marks == {"asked", "understood"}


def test_the_customers_own_zone_is_assumed_and_stated_when_all_is_there() -> None:
    customer = Customer(id="9", name="Bo", email="bo@acme.example", organization="Acme Logistics")
    text = ALL.replace("09:40 UTC", "10:40").replace("SVC-1005", "SVC-1001")

    outcome = completeness(bare(said(text), customer=customer), POLICY, T0)

    told = only(outcome.notes)
    assert outcome.changes["problem_start"] == at(minutes=-20)
    assert "2026-11-23 09:40 UTC" in told.text
    assert "Europe/Berlin" in told.text
    assert told.public
    assert told.marks == {"understood"}


def test_an_assumed_zone_is_stated_once() -> None:
    ticket = bare(said(ALL.replace(" UTC", "")), note({"understood"}, at(minutes=1)))

    assert completeness(ticket, POLICY, at(minutes=2)).notes == ()


def test_a_zone_the_customer_named_is_not_restated() -> None:
    assert completeness(bare(said(ALL)), POLICY, T0).notes == ()


@pytest.mark.parametrize(
    ("extra", "delay"),
    [
        ("", timedelta(hours=1)),
        (OPTIONAL, timedelta()),
    ],
    ids=["read an hour after it was written", "every detail given"],
)
def test_an_assumed_zone_is_stated_even_if_an_internal_note_goes_first(extra: str, delay: timedelta) -> None:
    """One request carries one message: the note on the unknown service goes first, the answer follows at once."""
    text = ALL.replace("SVC-1005", "SVC-9999").replace(" UTC", "") + extra
    ticket = bare(said(text))

    first = evaluate(ticket, POLICY, T0 + delay)
    second = evaluate(written(ticket, first, T0 + delay), POLICY, T0 + delay)

    assert first.unfinished
    assert first.note is not None
    assert not first.note.public
    assert second.note is not None
    assert second.note.public
    assert "no time zone" in second.note.text


@pytest.mark.parametrize(
    ("title", "description"),
    [
        ("Re: AW: packet loss on the line", "packet loss on the line"),
        ("No subject", None),
        ("urgent", None),
        ("Problem", None),
    ],
)
def test_the_title_serves_as_description_if_it_says_something(title: str, description: str | None) -> None:
    ticket = incident(Fields(), title=title, articles=(said("hello"),))

    assert completeness(ticket, POLICY, T0).changes.get("short_description") == description


def test_the_customers_own_description_comes_before_the_title() -> None:
    ticket = incident(Fields(), title="Something else entirely", articles=(mail("short_description"),))

    assert completeness(ticket, POLICY, T0).changes["short_description"] == "the line to Hamburg loses packets"


def test_attachments_are_test_results() -> None:
    """R21."""
    ticket = bare(said("Help!", attachments=("mtr.txt", "ping.log")))

    assert completeness(ticket, POLICY, T0).changes["test_results"] == "attached: mtr.txt, ping.log"


def test_what_an_agent_emptied_is_not_filled_again() -> None:
    emptied = changed("service_id", "SVC-1005", None, at(minutes=5))
    ticket = bare(mail(*LINES), history=(emptied,))

    outcome = completeness(ticket, POLICY, at(minutes=6))

    assert "service_id" not in outcome.changes
    assert asked_for(only(outcome.notes)) == {"service_id"}


def test_what_stands_on_the_ticket_is_not_overwritten() -> None:
    ticket = incident(Fields(service_id="SVC-1006"), articles=(mail(*LINES),))

    assert "service_id" not in completeness(ticket, POLICY, T0).changes


def test_two_unclear_answers_get_one_question() -> None:
    answers = [said("Start time: 03/04/2026 10:00", at(hours=1, minutes=minute)) for minute in (0, 1)]
    ticket = bare(said("Help!"), note({"asked"}, T0), *answers)

    told = only(completeness(ticket, POLICY, at(hours=2)).notes)

    assert told.marks == {f"doubt-{answer.id}" for answer in answers}


def test_an_answering_machine_is_not_questioned_for_ever() -> None:
    ticket = bare(said("Help!"))
    questions = 0
    for minute in range(10):
        decision = evaluate(ticket, POLICY, at(minutes=minute))
        questions += decision.note is not None and decision.note.public
        echo = said("Start time: 03/04/2026 10:00", at(minutes=minute, seconds=30))
        ticket = written(ticket, decision, at(minutes=minute))
        ticket = with_values(ticket, articles=(*ticket.articles, echo))

    assert questions == 4


def test_a_later_message_changes_the_impact_the_customer_chose() -> None:
    """R10, R18."""
    filled = changed("impact", None, "degradation", at(minutes=1), Actor.CONNECTOR)
    later = said("Impact: service affecting", at(hours=1))
    ticket = incident(Fields(impact=Impact.DEGRADATION), history=(filled,), articles=(mail("impact"), later))

    assert completeness(ticket, POLICY, at(hours=1)).changes["impact"] is Impact.SERVICE_AFFECTING


def test_a_repaired_correction_of_support_is_kept_for_good() -> None:
    """R18: support corrected the impact, the customer reset it through the API, the connector repaired it."""
    history = (
        changed("impact", None, "service_affecting", at(minutes=1), Actor.CONNECTOR),
        changed("impact", "service_affecting", "degradation", at(minutes=2), Actor.AGENT),
        changed("impact", "degradation", "service_affecting", at(minutes=3), Actor.CUSTOMER),
        changed("impact", "service_affecting", "degradation", at(minutes=4), Actor.CONNECTOR),
    )
    ticket = incident(Fields(impact=Impact.DEGRADATION), history=history, articles=(said("Impact: service affecting"),))

    assert "impact" not in completeness(ticket, POLICY, at(minutes=5)).changes


def test_the_first_statement_counts() -> None:
    ticket = bare(mail("service_id"), said("Service ID: SVC-1006", at(minutes=5)))

    assert completeness(ticket, POLICY, at(minutes=6)).changes["service_id"] == "SVC-1005"


@pytest.mark.parametrize(
    "article",
    [
        said(ALL, author=Actor.AGENT),
        said(ALL, author=Actor.CONNECTOR),
        said(ALL, author=Actor.SYSTEM),
        said(ALL, internal=True),
    ],
    ids=["agent", "connector", "system", "internal"],
)
def test_only_the_customers_own_words_count(article: Article) -> None:
    assert "service_id" not in completeness(bare(article), POLICY, T0).changes


def test_what_an_agent_wrote_down_on_the_phone_counts() -> None:
    call = said(ALL, author=Actor.AGENT, channel=Channel.PHONE)

    assert completeness(bare(call), POLICY, T0).changes["intake_status"] is IntakeStatus.COMPLETE


@pytest.mark.parametrize(
    ("channel", "created_by"),
    [
        (Channel.PHONE, Actor.AGENT),
        (Channel.PHONE, Actor.CUSTOMER),
        (Channel.NOTE, Actor.AGENT),
        (Channel.EMAIL, Actor.MANAGER),
    ],
)
def test_who_wrote_the_ticket_down_gets_the_question(channel: Channel, created_by: Actor) -> None:
    ticket = bare(said("Help!"), channel=channel, created_by=created_by)

    told = only(completeness(ticket, POLICY, T0).notes)
    reminder = only(completeness(with_values(ticket, articles=(note({"asked"}, T0),)), POLICY, T0 + DAY).notes)

    assert not told.public
    assert told.marks == {"asked"}
    assert not reminder.public


@pytest.mark.parametrize("state", [TicketState.RESOLVED, TicketState.CLOSED, TicketState.CANCELLED])
def test_nobody_is_asked_on_a_ticket_that_is_over(state: TicketState) -> None:
    fresh = completeness(bare(said("Help!"), state=state), POLICY, T0)
    asked = completeness(bare(said("Help!"), note({"asked"}), state=state), POLICY, T0 + DAY)
    assumed = completeness(bare(said(ALL.replace(" UTC", "")), state=state), POLICY, T0)

    assert fresh.notes == asked.notes == assumed.notes == ()
    assert fresh.due is None


def test_nobody_is_asked_on_an_old_ticket() -> None:
    ticket = bare(said("Help!"))
    limit = POLICY.intake.ask_within.fixed

    assert completeness(ticket, POLICY, T0 + limit).notes != ()
    old = completeness(ticket, POLICY, T0 + limit + timedelta(seconds=1))
    assert old.notes == ()
    assert old.changes["intake_status"] is None


def test_nothing_waits_for_the_details() -> None:
    """A possible P1 is handled as one while it is asked for: priority, targets and ladder are there at once."""
    decision = evaluate(bare(said("All is down!\nUrgency: high")), POLICY, T0)

    assert decision.changes["intake_status"] is IntakeStatus.ASKED
    assert decision.changes["priority"] is Priority.P1
    assert decision.changes["escalation_level"] == 1
    assert decision.changes["first_response_due_at"] == at(minutes=15)
    assert decision.changes["next_escalation_at"] == at(minutes=15)


def test_a_detail_that_an_agent_empties_later_is_asked_for_although_the_ticket_was_complete() -> None:
    done = changed("intake_status", None, IntakeStatus.COMPLETE, at(minutes=1), Actor.CONNECTOR)
    emptied = changed("impact", "degradation", None, at(hours=1))
    fields = Fields(
        service_id="SVC-1005", problem_start=T0, short_description="down", intake_status=IntakeStatus.COMPLETE
    )
    ticket = incident(fields, articles=(mail(*LINES),), history=(done, emptied))

    outcome = completeness(ticket, POLICY, at(hours=2))

    assert asked_for(only(outcome.notes)) == {"impact"}
    assert outcome.changes["intake_status"] is IntakeStatus.ASKED


def test_a_message_after_the_details_were_complete_still_adds_optional_ones() -> None:
    done = changed("intake_status", None, IntakeStatus.COMPLETE, at(minutes=1), Actor.CONNECTOR)
    fields = Fields(
        service_id="SVC-1005", problem_start=T0, short_description="down", impact=Impact.DEGRADATION,
        intake_status=IntakeStatus.COMPLETE,
    )  # fmt: skip
    ticket = incident(fields, articles=(mail(*LINES), said("IP address: 192.0.2.7", at(hours=1))), history=(done,))

    assert completeness(ticket, POLICY, at(hours=1)).changes["ip_addresses"] == "192.0.2.7"
