"""R14, R16, R18: bare answers to our question, and what the customer is told of how their words were taken."""

from datetime import UTC, datetime

import pytest

from connector.domain.ticket import Article
from connector.domain.vocabulary import Actor, Impact
from connector.rules.completeness import completeness
from connector.rules.evaluate import evaluate
from tests.builders import T0, at, changed, complete, default_policy, incident, note, said
from tests.unit.rules.intake import ALL, LINES, bare, only
from tests.unit.rules.passes import decide

POLICY = default_policy()


def answered(text: str, *before: Article) -> dict[str, object]:
    """What is filled in after an answer to our question."""
    ticket = bare(said("We have a problem."), *before, said(text, at(minutes=30)))
    return dict(decide(completeness, ticket, POLICY, at(minutes=31)).changes)


ASKED = note({"asked"}, at(minutes=1))


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("09:20 UTC", "problem_start", datetime(2026, 3, 2, 9, 20, tzinfo=UTC)),
        ("today at 9:20 UTC", "problem_start", datetime(2026, 3, 2, 9, 20, tzinfo=UTC)),
        ("Hello,\n\n9:20\n\nRegards\nAda", "problem_start", datetime(2026, 3, 2, 9, 20, tzinfo=UTC)),
        ("SVC-1005", "service_id", "SVC-1005"),
        ("total loss of service", "impact", Impact.SERVICE_AFFECTING),
        ("total outage", "impact", Impact.SERVICE_AFFECTING),
        ("degradation", "impact", Impact.DEGRADATION),
        ("Verschlechterung", "impact", Impact.DEGRADATION),
        ("the link flaps every minute", "short_description", "the link flaps every minute"),
    ],
)
def test_a_bare_line_answers_the_question_that_we_asked(text: str, field: str, value: object) -> None:
    day = T0.date()
    if isinstance(value, datetime):
        value = datetime.combine(day, value.timetz())

    assert answered(text, ASKED)[field] == value


@pytest.mark.parametrize(
    "text",
    [
        "Yes, you may defer it until Monday.",
        "It can wait until Monday.",
        "Thank you very much.",
        "We need an escalation.",
    ],
)
def test_an_answer_to_something_else_is_no_description(text: str) -> None:
    assert "short_description" not in answered(text, ASKED)


def test_a_message_that_nobody_asked_for_is_no_description() -> None:
    ticket = bare(said("Fan noisy.", T0), said("The link is down again, they say.", at(hours=1)))

    assert "short_description" not in decide(completeness, ticket, POLICY, at(hours=1)).changes


@pytest.mark.parametrize("text", ["09:20 UTC", "total outage"])
def test_without_our_question_a_bare_line_answers_nothing(text: str) -> None:
    assert answered(f"Hello,\n\n{text}").keys() <= {"short_description", "intake_status", "impact"}


@pytest.mark.parametrize("text", ["call me at 10:20?", "perhaps 9:20 or 9:30", "10:20 is when the technician comes"])
def test_a_time_in_other_words_is_no_answer(text: str) -> None:
    assert "problem_start" not in answered(text, ASKED)


def test_a_quoted_value_counts_only_in_the_question_that_was_asked_on_this_ticket() -> None:
    quoted = "See below.\n\n> Service ID: SVC-1005\n> Impact: service affecting"

    assert answered(quoted).get("service_id") is None
    assert answered(quoted, ASKED)["service_id"] == "SVC-1005"


def test_a_presumed_impact_counts_at_once_and_the_customer_is_told() -> None:
    mail = "\n".join(LINES[name] for name in LINES if name != "impact") + "\nOur line is completely down."

    decision = evaluate(bare(said(mail, T0)), POLICY, T0)

    assert decision.changes["impact"] is Impact.SERVICE_AFFECTING
    assert decision.note is not None
    assert decision.note.public
    assert "treat the impact as service-affecting" in decision.note.text


def test_how_words_were_taken_is_said_once() -> None:
    mail = said("Our line is completely down since 20 minutes.", at(hours=1))
    first = only(decide(completeness, bare(mail), POLICY, at(hours=1)).notes)
    asked = note(set(first.marks), at(hours=1))

    reminder = only(decide(completeness, bare(mail, asked), POLICY, at(hours=26)).notes)

    assert ["lost altogether" in told.text for told in (first, reminder)] == [True, False]
    assert ["as about" in told.text for told in (first, reminder)] == [True, False]
    assert reminder.marks == {"reminded"}


def test_a_start_that_is_about_and_without_a_zone_is_restated_in_one_sentence() -> None:
    mail = ALL.replace("2026-11-23 09:40 UTC", "approx. 2026-11-23 09:40")

    told = only(decide(completeness, bare(said(mail, at(hours=1))), POLICY, at(hours=1)).notes)

    assert told.text.count("We have read") + told.text.count("we have read") == 1


def test_what_was_reckoned_back_is_told_as_about() -> None:
    mail = ALL.replace("2026-11-23 09:40 UTC", "20 minutes ago")

    told = only(decide(completeness, bare(said(mail, at(hours=1))), POLICY, at(hours=1)).notes)

    assert "as about" in told.text


def test_a_later_total_loss_raises_the_impact_that_the_customer_chose() -> None:
    history = (changed("impact", None, Impact.DEGRADATION, T0, Actor.CONNECTOR),)
    worse = said("Now the line is completely down.", at(hours=1))
    ticket = incident(complete(), articles=(said(ALL, T0), worse), history=history)

    assert decide(completeness, ticket, POLICY, at(hours=1)).changes["impact"] is Impact.SERVICE_AFFECTING
