"""R27: a non-service-affecting fault outside working hours waits for the next opening if both parties agree."""

from datetime import timedelta

import pytest

from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, Impact, TicketState
from connector.policy.links import ConsentQuestion, Links
from connector.rules.case import Case
from connector.rules.deferral import deferral
from connector.rules.requests import customer_consents
from connector.rules.unclear import unclear
from tests.builders import T0, at, changed, incident, note, said
from tests.unit.rules.deferrals import EVENING, OPENING, POLICY, QUIET, agreed, decided
from tests.unit.rules.passes import decide, with_values


def test_both_parties_agreed() -> None:
    outcome = decided(agreed())

    assert outcome.changes["deferred_until"] == OPENING
    assert outcome.changes["deferral"] == (
        "Support: Grace Hopper on Mon 23 Nov 2026 20:00 CET (19:00 UTC), by the field. "
        'Customer: Ada Lovelace on Mon 23 Nov 2026 20:10 CET (19:10 UTC), by the message "I agree to the deferral".'
    )
    assert [told.public for told in outcome.notes] == [False, True]
    assert all("Tue 24 Nov 2026 09:00 CET (08:00 UTC)" in told.text + told.title for told in outcome.notes)
    assert str(outcome.changes["deferral"]) in outcome.notes[0].text
    assert outcome.due == OPENING


def test_the_record_of_people_without_a_name_says_what_they_are() -> None:
    both = QUIET.model_copy(update={"deferral_support": True, "deferral_customer": True})
    history = (
        changed("deferral_support", None, True, EVENING),
        changed("deferral_customer", None, True, EVENING + timedelta(minutes=10), Actor.CUSTOMER),
    )

    outcome = decided(incident(both, history=history))

    assert outcome.changes["deferral"] == (
        "Support: an agent on Mon 23 Nov 2026 20:00 CET (19:00 UTC), by the field. "
        "Customer: the customer on Mon 23 Nov 2026 20:10 CET (19:10 UTC), by the field."
    )
    assert outcome.reasons == (
        "deferred until 2026-11-24 08:00 UTC: an agent at 2026-11-23 19:00 UTC, by the field; "
        "the customer at 2026-11-23 19:10 UTC, by the field",
    )


def test_explain_names_who_agreed_and_by_which_message() -> None:
    assert decided(agreed()).reasons == (
        "deferred until 2026-11-24 08:00 UTC: Grace Hopper at 2026-11-23 19:00 UTC, by the field; "
        "Ada Lovelace at 2026-11-23 19:10 UTC, message 77: 'I agree to the deferral'",
    )


def test_the_clocks_are_looked_at_again_once_the_pause_is_written() -> None:
    written_already = agreed(QUIET.model_copy(update={"deferred_until": OPENING}))

    assert (decided(agreed()).again, decided(written_already).again) == (True, False)


def test_it_is_decided_and_told_once() -> None:
    ticket = agreed()
    after = ticket
    for _ in range(2):
        outcome = decided(after)
        after = with_values(
            after,
            fields=after.fields.model_copy(update=dict(outcome.changes)),
            articles=(*after.articles, *(note(set(told.marks), EVENING) for told in outcome.notes)),
        )

    again = decided(after)
    assert again.notes == ()
    assert not again.again
    assert again.changes["deferred_until"] == after.fields.deferred_until


@pytest.mark.parametrize("impact", [Impact.SERVICE_AFFECTING, Impact.DEGRADATION, None])
def test_only_non_service_affecting_faults_are_deferred(impact: Impact | None) -> None:
    outcome = decided(agreed(QUIET.model_copy(update={"impact": impact})))

    assert outcome.changes == {"deferral_support": None}
    assert [told.title for told in outcome.notes] == ["Not deferred"]


def test_not_in_working_hours() -> None:
    support = changed("deferral_support", None, True, T0)
    ticket = incident(QUIET.model_copy(update={"deferral_support": True}), history=(support,))
    outcome = decide(deferral, ticket, POLICY, at(minutes=1))

    assert outcome.changes == {"deferral_support": None}
    assert "these are working hours" in outcome.notes[0].text


def test_before_the_opening_of_a_working_day_it_is_that_days_opening() -> None:
    early = at(hours=19)
    ticket = incident(
        QUIET.model_copy(update={"deferral_support": True}),
        history=(changed("deferral_support", None, True, early),),
        articles=(said("I agree to the deferral.", early),),
    )
    assert decide(deferral, ticket, POLICY, early).changes["deferred_until"] == OPENING


def test_support_alone_asks_the_customer_once() -> None:
    ticket = agreed(message=False)
    (question,) = decided(ticket).notes
    asked = with_values(ticket, articles=(note(set(question.marks), EVENING),))

    assert question.public
    assert "answer yes or no" in question.text
    assert "agree" not in question.text
    assert decided(ticket).changes == {}
    assert decided(asked).notes == ()


ASKED = note({"deferral-asked-20261124T0800"}, EVENING + timedelta(minutes=1))


def answered(*messages: str) -> Ticket:
    """We have asked, and the customer has written these, a minute apart."""
    ticket = agreed(message=False)
    replies = (said(text, EVENING + timedelta(minutes=2 + number)) for number, text in enumerate(messages))
    return with_values(ticket, articles=(ASKED, *replies))


def test_where_customers_have_our_pages_the_question_has_a_link_to_answer_it() -> None:
    """It is valid for this ticket and this opening."""
    links = Links("https://help.example", (b"k" * 32,))
    policy = POLICY.model_copy(update={"links": links})
    (question,) = decide(deferral, agreed(message=False), policy, EVENING + timedelta(minutes=11)).notes

    page = links.consent(ConsentQuestion("zammad", TicketId("7"), OPENING))
    assert f"or on this page: {page}" in question.text
    (bare,) = decided(agreed(message=False)).notes
    assert "page" not in bare.text


@pytest.mark.parametrize("yes", ["Yes.", "OK, tomorrow is fine.", "Ja, gerne.", "Agreed, thanks!\n\nAda"])
def test_a_plain_yes_to_our_question_agrees(yes: str) -> None:
    assert decided(answered(yes)).changes["deferred_until"] == OPENING


@pytest.mark.parametrize(
    "text",
    [
        "I do not agree to the deferral.",
        "No, please carry on tonight.",
        "Yes, but only until seven.",
        "OK, if the backup stays up.",
        "OK, here are the logs that you asked for.",
        "I have to ask my manager before I agree to the deferral.",
    ],
)
def test_anything_else_agrees_to_nothing(text: str) -> None:
    assert "deferred_until" not in decided(answered(text)).changes


def test_a_yes_before_our_question_or_after_a_no_is_none() -> None:
    early = with_values(agreed(message=False), articles=(said("Yes.", EVENING), ASKED))

    assert "deferred_until" not in decided(early).changes
    assert "deferred_until" not in decided(answered("No.", "OK")).changes


@pytest.mark.parametrize(
    "text",
    [
        "Please do not wait any longer.",
        "I withdraw my consent.",
        "Please carry on now.",
        "It is getting worse.",
        "Es wird immer schlimmer.",
    ],
)
def test_the_customer_takes_the_consent_back_by_message(text: str) -> None:
    ticket = answered("Yes.", text)
    fields = ticket.fields.model_copy(update={"deferred_until": OPENING})
    outcome = decided(with_values(ticket, fields=fields))

    assert outcome.changes["deferred_until"] is None
    assert [told.title for told in outcome.notes] == ["Deferral over"]
    assert "no longer agreed by both parties" in outcome.notes[0].text


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        (
            "Actually no, there is smoke now. Please come at once!",
            "Actually no, there is smoke now. Please come at once",
        ),
        ("Hello,\n\nit smells burnt now.", "it smells burnt now"),
        ("Thanks for the update. But could you come tonight after all?", "But could you come tonight after all?"),
        ("The second fan has failed as well, packet loss now.", "The second fan has failed as well, packet loss now"),
    ],
)
@pytest.mark.parametrize("told", [True, False])
def test_what_puts_the_consent_in_doubt_ends_it_and_the_owner_reads_the_sentence(
    text: str, doubt: str, *, told: bool
) -> None:
    ticket = answered("Yes.", text)
    agreed_note = (note({"deferral-told-20261124T0800"}, EVENING + timedelta(minutes=2, seconds=30)),) if told else ()
    fields = ticket.fields.model_copy(update={"deferred_until": OPENING})
    begun = changed("deferred_until", None, OPENING, EVENING + timedelta(minutes=2, seconds=20), Actor.CONNECTOR)
    held = with_values(
        ticket,
        fields=fields,
        owner="Grace Hopper",
        history=(*ticket.history, begun),
        articles=(*ticket.articles[:2], *agreed_note, *ticket.articles[2:]),
    )
    outcome = decided(held)

    assert outcome.changes["deferred_until"] is None
    (ended,) = outcome.notes
    assert f'The customer wrote: "{doubt.rstrip("?")}' in ended.text
    assert "Owner: Grace Hopper" in ended.text
    assert unclear(Case(held, POLICY, EVENING + timedelta(minutes=5))).notices == ()


@pytest.mark.parametrize(
    "text", ["Thanks, see you Monday.", "No problem.", "When will you come?", "The fan is still noisy.", "No, thanks."]
)
def test_a_courtesy_after_the_yes_ends_nothing(text: str) -> None:
    ticket = answered("Yes.", text)

    assert decided(ticket).changes["deferred_until"] == OPENING
    assert unclear(Case(ticket, POLICY, EVENING + timedelta(minutes=5))).notices == ()


def test_a_doubt_before_support_agreed_is_for_support_to_read() -> None:
    yes = said("It can wait until tomorrow.", EVENING)
    doubt = said("It smells burnt now.", EVENING + timedelta(minutes=1))
    case = Case(incident(QUIET, articles=(yes, doubt)), POLICY, EVENING + timedelta(minutes=2))

    assert customer_consents(case) == []
    assert [notice.data["consent"] for notice in unclear(case).notices] == ["It smells burnt now"]


@pytest.mark.parametrize("text", ["Yes. If it gets worse, we will call you.", "Yes.\n\nIt is not worse than before."])
def test_what_may_get_worse_takes_nothing_back(text: str) -> None:
    assert not [one for one in decided(answered("Yes.", text)).notes if one.title == "Deferral over"]
    assert decided(answered("Yes.", text)).changes["deferred_until"] == OPENING


def test_the_question_to_the_customer_is_no_consent_when_quoted() -> None:
    (question,) = decided(agreed(message=False)).notes
    quoted = "No, please go on.\n\n" + "\n".join(f"> {line}" for line in question.text.splitlines())
    ticket = with_values(agreed(message=False), articles=(said(quoted, EVENING),))

    assert "deferred_until" not in decided(ticket).changes


def test_the_customer_alone_is_told_to_the_agents_once() -> None:
    ticket = incident(QUIET, articles=(said("It can wait until tomorrow.", EVENING),))
    (told,) = decided(ticket).notes
    again = with_values(ticket, articles=(*ticket.articles, note(set(told.marks), EVENING)))

    assert not told.public
    assert told.marks == {"deferral-offered-20261124T0800"}
    assert decided(again).notes == ()


def test_who_waits_for_the_other_party_looks_again_when_it_would_end() -> None:
    """And explain says what is missing."""
    until_ten = incident(QUIET, articles=(said("It can wait until 22:00.", EVENING + timedelta(minutes=1)),))
    asked, offered = decided(agreed(message=False)), decided(until_ten)

    assert (asked.due, offered.due) == (OPENING, at(hours=11))
    assert [outcome.reasons[0].rpartition("; ")[2] for outcome in (asked, offered)] == [
        "the customer's consent is missing",
        "support's consent is missing",
    ]


def test_an_agent_may_record_the_customers_consent_by_phone() -> None:
    both = QUIET.model_copy(update={"deferral_support": True, "deferral_customer": True})
    history = (
        changed("deferral_support", None, True, EVENING),
        changed("deferral_customer", None, True, EVENING),
    )
    assert decided(incident(both, history=history)).changes["deferred_until"] == OPENING


def test_last_nights_consent_is_worth_nothing_tonight() -> None:
    ticket = agreed()
    outcome = decide(deferral, ticket, POLICY, EVENING + timedelta(days=1))

    assert outcome.changes == {"deferral_support": None}
    assert outcome.notes == ()


def test_a_raised_impact_ends_it_and_the_consents_are_used_up() -> None:
    held = QUIET.model_copy(update={"deferred_until": OPENING, "impact": Impact.DEGRADATION})
    ticket = agreed(held)
    outcome = decided(ticket, 60)
    lowered = with_values(
        ticket,
        fields=QUIET.model_copy(update={"deferral_support": True}),
        articles=(*ticket.articles, note(set(outcome.notes[0].marks), EVENING)),
    )

    assert outcome.changes == {"deferral_support": None, "deferred_until": None}
    assert [told.title for told in outcome.notes] == ["Deferral over"]
    assert "the impact is degradation" in outcome.notes[0].text
    assert "deferred_until" not in decided(lowered, 61).changes


def test_it_ends_at_the_opening() -> None:
    outcome = decide(deferral, agreed(QUIET.model_copy(update={"deferred_until": OPENING})), POLICY, OPENING)

    assert outcome.changes == {"deferral_support": None, "deferred_until": None}
    assert outcome.again


def test_it_ends_when_support_takes_its_word_back() -> None:
    held = QUIET.model_copy(update={"deferred_until": OPENING})
    ticket = incident(held, articles=(said("I agree to the deferral.", EVENING),))

    assert decided(ticket).changes["deferred_until"] is None


def test_nothing_is_said_of_tickets_that_nobody_wants_to_defer() -> None:
    for ticket in (incident(), incident(QUIET), incident(QUIET, state=TicketState.CLOSED)):
        outcome = decided(ticket)
        assert (outcome.changes, outcome.notes, outcome.due) == ({}, (), None)


# Who agreed


def test_an_agents_word_for_the_customer_shows_as_such_and_the_customer_hears_of_it() -> None:
    both = QUIET.model_copy(update={"deferral_support": True, "deferral_customer": True})
    grace = {"actor_name": "Grace Hopper"}
    history = (
        changed("deferral_support", None, True, EVENING).model_copy(update=grace),
        changed("deferral_customer", None, True, EVENING).model_copy(update=grace),
    )
    outcome = decided(incident(both, history=history))

    assert "Customer: as told to Grace Hopper on" in str(outcome.changes["deferral"])
    (public,) = (told for told in outcome.notes if told.public)
    assert "If you have not agreed to this, please tell us" in public.text
    own = decided(agreed())
    assert "as told to" not in str(own.changes["deferral"])
    assert "If you have not agreed" not in own.notes[1].text
