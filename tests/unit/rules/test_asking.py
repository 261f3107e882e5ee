"""R14, R16: asked once for what is missing, reminded once, and no zone is assumed in silence."""

from datetime import timedelta

import pytest

from connector.domain.fields import Fields
from connector.domain.person import Customer
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, Channel, IntakeStatus, TicketState
from connector.messages.words import Language
from connector.rules.completeness import completeness
from connector.rules.evaluate import evaluate
from tests.builders import T0, at, default_policy, note, said
from tests.unit.rules.intake import ALL, LINES, OPTIONAL, asked_for, bare, mail, only
from tests.unit.rules.passes import decide, with_values, written

POLICY = default_policy()
DAY = POLICY.intake.remind_after.fixed


def test_nobody_is_asked_twice_and_the_reminder_comes_at_its_time_and_not_before() -> None:
    ticket = bare(said("Help!"), note({"asked"}, at(minutes=1)))
    due = at(minutes=1) + DAY

    before = decide(completeness, ticket, POLICY, due - timedelta(microseconds=1))
    then = decide(completeness, ticket, POLICY, due)

    assert before.notes == ()
    assert before.due == due
    assert before.changes["intake_status"] is IntakeStatus.ASKED
    assert only(then.notes).marks == {"reminded"}
    assert asked_for(only(then.notes)) == set(LINES)
    assert then.changes["intake_status"] is IntakeStatus.REMINDED


def test_after_the_reminder_there_is_silence() -> None:
    ticket = bare(said("Help!"), note({"asked"}), note({"reminded"}, T0 + DAY))

    outcome = decide(completeness, ticket, POLICY, T0 + 2 * DAY)

    assert outcome.notes == ()
    assert outcome.due is None
    assert outcome.changes["intake_status"] is IntakeStatus.REMINDED


def test_the_reminder_asks_only_for_what_is_still_missing() -> None:
    answer = said(f"{LINES['impact']}\n{LINES['short_description']}", at(hours=1))
    ticket = bare(mail("service_id"), note({"asked"}, T0), answer)

    assert asked_for(only(decide(completeness, ticket, POLICY, T0 + DAY).notes)) == {"problem_start"}


def test_a_doubt_is_put_as_a_question_and_never_guessed() -> None:
    """R16: dd/mm against mm/dd."""
    ticket = bare(mail("service_id", "short_description", "impact"), said("Start time: 03/04/2026 10:00"))

    outcome = decide(completeness, ticket, POLICY, T0)

    assert "problem_start" not in outcome.changes
    text = only(outcome.notes).text
    assert '- Is "03/04/2026" 3 April 2026 or 4 March 2026?\n\nSo that' in text
    assert text.count("Start of the problem") == 1


def test_whoever_is_asked_again_is_told_that_something_is_still_missing() -> None:
    answer = said("Start time: 03/04/2026 10:00", at(hours=1))
    first = decide(completeness, bare(said("Help!")), POLICY, T0)
    again = decide(completeness, bare(said("Help!"), note({"asked"}, T0), answer), POLICY, at(hours=1))

    assert ["we still need" in only(outcome.notes).text for outcome in (first, again)] == [False, True]


def test_whoever_was_asked_hears_once_that_nothing_is_missing_any_more() -> None:
    ticket = bare(said("Help!"), note({"asked"}, at(minutes=1)), said(ALL, at(minutes=5)))

    done = evaluate(ticket, POLICY, at(minutes=5))
    after = written(ticket, done, at(minutes=5))
    thanks = with_values(after, articles=(*after.articles, said("Thanks. Urgency: low", at(minutes=9))))

    assert done.note is not None
    assert done.note.public
    assert done.note.marks == {"complete"}
    assert decide(completeness, thanks, POLICY, at(minutes=9)).notes == ()


@pytest.mark.parametrize(
    "ticket",
    [
        bare(said(ALL)),
        bare(said("Help!"), note({"asked"}, at(minutes=1)), said(ALL, at(minutes=5)), state=TicketState.CLOSED),
        bare(said(ALL, T0, Actor.AGENT), note({"asked"}, at(minutes=1)), created_by=Actor.AGENT),
        with_values(
            bare(said("Help!"), note({"asked"}, at(minutes=1)), said(ALL, at(minutes=5))),
            fields=Fields(intake_status=IntakeStatus.COMPLETE),
        ),
    ],
    ids=["not asked", "over", "asked on the phone", "complete before"],
)
def test_nobody_else_hears_it(ticket: Ticket) -> None:
    assert decide(completeness, ticket, POLICY, at(minutes=6)).notes == ()


def test_a_new_doubt_in_an_answer_gets_its_own_question_once() -> None:
    answer = said("Start time: 03/04/2026 10:00", at(hours=1))
    ticket = bare(mail("service_id", "short_description", "impact"), note({"asked"}, T0), answer)

    first = decide(completeness, ticket, POLICY, at(hours=1))
    told = only(first.notes)
    again = decide(
        completeness,
        with_values(ticket, articles=(*ticket.articles, note(set(told.marks), at(hours=1)))),
        POLICY,
        at(hours=2),
    )

    assert told.marks == {f"doubt-{answer.id}"}
    assert first.due == at(hours=1) + DAY
    assert again.notes == ()


def test_the_reminder_does_not_follow_at_the_heels_of_a_question() -> None:
    """The customer was asked about a doubt a minute before the reminder of the first question was due."""
    answer = said("Start time: 03/04/2026 10:00", T0 + DAY - timedelta(minutes=2))
    doubted = note({f"doubt-{answer.id}"}, T0 + DAY - timedelta(minutes=1))
    ticket = bare(mail("service_id"), note({"asked"}, T0), answer, doubted)

    soon = decide(completeness, ticket, POLICY, T0 + DAY)
    later = decide(completeness, ticket, POLICY, T0 + 2 * DAY - timedelta(minutes=1))

    assert soon.notes == ()
    assert soon.due == T0 + 2 * DAY - timedelta(minutes=1)
    assert only(later.notes).marks == {"reminded"}


def test_an_assumed_zone_is_stated_in_the_question() -> None:
    ticket = bare(said("Start time: 2026-11-23 09:40"))

    told = only(decide(completeness, ticket, POLICY, T0).notes)

    assert "the start of the problem as Mon 23 Nov 2026 10:40 CET (09:40 UTC), taking" in told.text
    assert told.marks == {"asked", "understood"}


def test_the_customers_own_zone_is_assumed_and_stated_when_all_is_there() -> None:
    customer = Customer(id="9", name="Bo", email="bo@acme.example", organizations=("Acme Logistics",))
    text = ALL.replace("09:40 UTC", "10:40").replace("SVC-1005", "SVC-1001")

    outcome = decide(completeness, bare(said(text), customer=customer), POLICY, T0)

    told = only(outcome.notes)
    assert outcome.changes["problem_start"] == at(minutes=-20)
    assert "(09:40 UTC)" in told.text
    assert "Europe/Berlin" in told.text
    assert told.public
    assert told.marks == {"understood"}


def test_an_assumed_zone_is_stated_once() -> None:
    ticket = bare(said(ALL.replace(" UTC", "")), note({"understood"}, at(minutes=1)))

    assert decide(completeness, ticket, POLICY, at(minutes=2)).notes == ()


def test_a_zone_the_customer_named_is_not_restated() -> None:
    assert decide(completeness, bare(said(ALL)), POLICY, T0).notes == ()


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
    assert "did not name a time zone" in second.note.text


def test_two_unclear_answers_get_one_question() -> None:
    answers = [said("Start time: 03/04/2026 10:00", at(hours=1, minutes=minute)) for minute in (0, 1)]
    ticket = bare(said("Help!"), note({"asked"}, T0), *answers)

    told = only(decide(completeness, ticket, POLICY, at(hours=2)).notes)

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

    told = only(decide(completeness, ticket, POLICY, T0).notes)
    reminder = only(decide(completeness, with_values(ticket, articles=(note({"asked"}, T0),)), POLICY, T0 + DAY).notes)

    assert not told.public
    assert told.marks == {"asked"}
    assert not reminder.public


@pytest.mark.parametrize("state", [TicketState.RESOLVED, TicketState.CLOSED, TicketState.CANCELLED])
def test_nobody_is_asked_on_a_ticket_that_is_over(state: TicketState) -> None:
    fresh = decide(completeness, bare(said("Help!"), state=state), POLICY, T0)
    asked = decide(completeness, bare(said("Help!"), note({"asked"}), state=state), POLICY, T0 + DAY)
    assumed = decide(completeness, bare(said(ALL.replace(" UTC", "")), state=state), POLICY, T0)

    assert fresh.notes == asked.notes == assumed.notes == ()
    assert fresh.due is None


def test_nobody_is_asked_on_an_old_ticket() -> None:
    ticket = bare(said("Help!"))
    limit = POLICY.intake.ask_within.fixed

    assert decide(completeness, ticket, POLICY, T0 + limit).notes != ()
    old = decide(completeness, ticket, POLICY, T0 + limit + timedelta(seconds=1))
    assert old.notes == ()
    assert old.changes["intake_status"] is None


def test_a_question_to_the_customer_is_in_english_whatever_support_reads() -> None:
    german = POLICY.model_copy(update={"internal_language": Language.DE, "display_timezone": "Asia/Tokyo"})
    ticket = bare(said("Start time: 2026-12-24 09:40 UTC"))

    (letter,) = decide(completeness, ticket, german, at(minutes=1)).notes

    assert letter.public
    assert "The start time, Thu 24 Dec 2026" in letter.text
