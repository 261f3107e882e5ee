"""R27: which messages are consents, one after the other: what is none does not hide those after it."""

import pytest

from connector.domain.ticket import Article
from connector.domain.vocabulary import Actor, Channel
from connector.rules.case import Case
from connector.rules.requests import customer_consents, escalation_requests, rfo_requests
from connector.rules.unclear import unclear
from tests.builders import at, complete, default_policy, incident, note, said

POLICY = default_policy()
NOW = at(hours=9)
AGREES = "You may defer this until tomorrow."


def consents(*articles: Article) -> list[str]:
    """Whose words agree, by the ids of their messages."""
    ticket = incident(complete(), articles=articles)
    return [consent.id.removeprefix("a") for consent in customer_consents(Case(ticket, POLICY, NOW))]


def test_words_that_name_nothing_hide_no_consent_after_them() -> None:
    names, plain = said("Who decides about a deferral?", at(minutes=1)), said("The light is red.", at(minutes=2))
    agrees = said(AGREES, at(minutes=3))

    assert consents(names, plain, agrees) == [agrees.id]


def test_a_word_that_is_no_answer_hides_no_consent_after_it() -> None:
    asked = note({"deferral-asked-1"}, at(minutes=1))
    plain, agrees = said("The light is red.", at(minutes=2)), said(AGREES, at(minutes=3))

    assert consents(asked, plain, agrees) == [agrees.id]


def test_a_bare_yes_to_no_question_agrees_to_nothing() -> None:
    assert consents(said("Yes.", at(minutes=1)), said("Yes, I agree.", at(minutes=2))) == []


def test_a_deferral_that_is_named_without_a_word_on_it_hides_no_consent_after_it() -> None:
    names, agrees = said("Who decides about a deferral?", at(minutes=1)), said(AGREES, at(minutes=2))

    assert consents(names, agrees) == [agrees.id]


def test_what_support_writes_of_a_call_takes_nothing_back_and_hides_nothing() -> None:
    agrees = said(AGREES, at(minutes=1))
    called = said("Customer does not agree to defer.", at(minutes=2), Actor.AGENT, channel=Channel.PHONE, is_call=True)
    again = said(AGREES, at(minutes=3))

    assert consents(agrees, called, again) == [agrees.id, again.id]


def test_a_yes_is_an_answer_only_while_the_question_is_open() -> None:
    asked = note({"deferral-asked-1"}, at(minutes=1))
    no, yes = said("No.", at(minutes=2)), said("Yes.", at(minutes=3))

    assert consents(asked, yes) == [yes.id]
    assert consents(asked, no, yes) == []


def test_an_answer_that_nobody_understands_leaves_the_question_open() -> None:
    asked = note({"deferral-asked-1"}, at(minutes=1))
    perhaps, yes = said("Yes, but only if it is really needed.", at(minutes=2)), said("Yes.", at(minutes=3))

    assert consents(asked, perhaps, yes) == [yes.id]
    ticket = incident(complete(), articles=(asked, perhaps))
    assert unclear(Case(ticket, POLICY, NOW)).notices


@pytest.mark.parametrize(
    ("words", "after", "is_told", "stands"),
    [
        ("The second power supply has failed, packet loss now.", 1, True, False),
        ("Nothing works any more.", 1, True, False),
        ("The problem persists.", 1, True, True),
        ("Thank you.", 1, False, True),
        ("Our new telephone number is +49 30 1234.", 1, False, True),
        ("The second power supply has failed, packet loss now.", 24, False, True),
    ],
)
def test_what_is_told_of_the_fault_while_work_waits_is_told_and_a_worse_state_ends_the_consent(
    words: str, after: int, *, is_told: bool, stands: bool
) -> None:
    agrees, later = said(AGREES, NOW), said(words, at(hours=9 + after))

    case = Case(incident(complete(), articles=(agrees, later)), POLICY, at(hours=9 + after))
    assert bool(unclear(case).notices) is is_told
    assert consents(agrees, later) == [agrees.id] * stands


@pytest.mark.parametrize(
    "doubt",
    [
        said("No. It smells burnt now!", at(hours=10), Actor.STRANGER),
        said("Customer says it smells burnt now.", at(hours=10), Actor.AGENT, channel=Channel.PHONE, is_call=True),
    ],
)
def test_only_the_customers_own_word_puts_a_consent_in_doubt(doubt: Article) -> None:
    agrees = said(AGREES, NOW)

    assert consents(agrees, doubt) == [agrees.id]


@pytest.mark.parametrize(
    ("words", "is_told"),
    [
        ("I want to speak to your manager.", True),
        ("Please involve your management now.", True),
        ("I want to speak to a supervisor", True),
        ("Could you raise this with management?", True),
        ("I need someone in charge.", True),
        ("Bitte verbinden Sie mich mit dem Schichtleiter.", True),
        ("The manager of our office asks when it will be fixed.", False),
        ("Please contact me or my team lead.", False),
        ("Ich möchte mit Ihrem Vorgesetzten sprechen.", True),
        ("Please do not bother your manager.", False),
        ("I am a manager at Harbour Bank.", False),
    ],
)
def test_a_wish_that_hints_at_an_escalation_is_for_support_to_judge(words: str, *, is_told: bool) -> None:
    case = Case(incident(complete(), articles=(said("The line is slow."), said(words, at(minutes=5)))), POLICY, NOW)

    assert escalation_requests(case) == []
    assert bool(unclear(case).notices) is is_told


@pytest.mark.parametrize(
    ("words", "is_told"),
    [
        ("I want to know the root cause of this outage in writing please", True),
        ("Could you send a written explanation of the outage?", True),
        ("Wir möchten die Ursache der Störung schriftlich haben.", True),
        ("What is the root cause?", False),
        ("Do you know yet what caused this?", False),
        ("Was ist die Ursache?", False),
        ("We do not need a written explanation.", False),
    ],
)
def test_a_wish_that_hints_at_an_rfo_is_for_support_to_judge(words: str, *, is_told: bool) -> None:
    case = Case(incident(complete(), articles=(said("The line is slow."), said(words, at(minutes=5)))), POLICY, NOW)

    assert rfo_requests(case) == []
    assert [set(notice.data) & {"escalation", "rfo"} for notice in unclear(case).notices] == [{"rfo"}] * is_told


def test_of_a_message_that_may_ask_for_both_both_are_told() -> None:
    case = Case(
        incident(complete(), articles=(said("Can I have an incident report? And maybe escalate?"),)), POLICY, NOW
    )

    (told,) = unclear(case).notices
    assert (told.data["rfo"], told.data["escalation"]) == ("Can I have an incident report?", "And maybe escalate?")


@pytest.mark.parametrize("words", ["please provide RCA", "Please send us a root cause analysis.", "RCA please"])
def test_a_root_cause_analysis_is_what_an_rfo_states(words: str) -> None:
    assert len(rfo_requests(Case(incident(complete(), articles=(said(words),)), POLICY, NOW))) == 1


def test_what_support_writes_in_the_mask_for_calls_is_for_support_to_judge() -> None:
    """The mask names the caller as the author."""
    called = said(
        "Customer wants an escalation. He agrees to defer.", at(minutes=2), channel=Channel.PHONE, is_call=True
    )

    case = Case(incident(complete(), articles=(called,)), POLICY, NOW)
    assert (escalation_requests(case), consents(called)) == ([], [])
    assert unclear(case).notices
