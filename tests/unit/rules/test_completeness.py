"""R14–R22: filled from what was said, never waited for."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connector.domain.fields import CATALOGUE, Fields
from connector.domain.labels import LABELS, Labels
from connector.domain.person import Customer
from connector.domain.ticket import Article, Ticket
from connector.domain.vocabulary import Actor, Channel, Impact, IntakeStatus, Priority
from connector.policy.models import Policy
from connector.rules.case import Case
from connector.rules.completeness import completeness, statements
from connector.rules.evaluate import evaluate
from tests.builders import T0, at, changed, complete, default_policy, incident, note, said
from tests.unit.rules.intake import ALL, LINES, asked_for, bare, mail, only
from tests.unit.rules.passes import decide

POLICY = default_policy()
DAY = POLICY.intake.remind_after.fixed


def test_a_complete_message_is_filled_in_and_nobody_is_asked() -> None:
    outcome = decide(completeness, bare(mail(*LINES)), POLICY, T0)

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

    outcome = decide(completeness, ticket, POLICY, T0)

    told = only(outcome.notes)
    assert asked_for(told) == {missing}
    assert told.public
    assert told.marks == {"asked"}
    assert outcome.changes["intake_status"] is IntakeStatus.ASKED
    assert missing not in outcome.changes
    assert outcome.due == T0 + DAY


def test_if_all_is_missing_one_message_asks_for_all_of_it() -> None:
    assert asked_for(only(decide(completeness, bare(said("Help!")), POLICY, T0).notes)) == set(LINES)


def test_an_answer_completes_the_ticket() -> None:
    first, answer = mail("service_id"), said("\n".join(LINES.values()), at(hours=1))
    ticket = bare(first, note({"asked"}, at(minutes=1)), answer)

    outcome = decide(completeness, ticket, POLICY, at(hours=2))

    assert outcome.changes["intake_status"] is IntakeStatus.COMPLETE
    assert "We now have all the details" in only(outcome.notes).text


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

    assert decide(completeness, ticket, POLICY, T0).changes.get("short_description") == description


def test_the_customers_own_description_comes_before_the_title() -> None:
    ticket = incident(Fields(), title="Something else entirely", articles=(mail("short_description"),))

    assert decide(completeness, ticket, POLICY, T0).changes["short_description"] == "the line to Hamburg loses packets"


def test_attachments_are_test_results() -> None:
    """R21."""
    ticket = bare(said("Help!", attachments=("mtr.txt", "ping.log")))

    assert decide(completeness, ticket, POLICY, T0).changes["test_results"] == "attached: mtr.txt, ping.log"


def test_the_customer_is_asked_by_the_labels_of_the_helpdesk_and_answers_in_their_lines() -> None:
    names = {"service_id": "Leistungskennzeichen", "problem_start": "Unterbrechung ab"}
    labels = Labels({**LABELS.fields, **names}, LABELS.choices)
    ticket = bare(mail("short_description", "impact"), labels=labels)

    question = only(decide(completeness, ticket, POLICY, T0).notes).text
    assert all(f"\n{label} (" in question for label in names.values())
    assert "Service ID" not in question

    answer = said("Leistungskennzeichen: SVC-1005\nUnterbrechung ab: 2026-11-23 09:40 UTC", at(minutes=5))
    answered = ticket.model_copy(update={"articles": (*ticket.articles, answer)})
    changes = decide(completeness, answered, POLICY, at(minutes=5)).changes
    assert changes["service_id"] == "SVC-1005"
    assert changes["intake_status"] is IntakeStatus.COMPLETE


def test_what_is_filled_in_fits_its_field() -> None:
    files = tuple(f"capture {number}.pcap" for number in range(400))
    ticket = incident(Fields(), title="packet loss " * 30, articles=(said("Help!", attachments=files),))

    changes = decide(completeness, ticket, POLICY, T0).changes
    for name in ("short_description", "test_results"):
        text = str(changes.get(name))
        assert CATALOGUE[name].length - 20 < len(text) <= CATALOGUE[name].length
        assert text.endswith("…")


def test_what_an_agent_emptied_is_not_filled_again() -> None:
    emptied = changed("service_id", "SVC-1005", None, at(minutes=5))
    ticket = bare(mail(*LINES), history=(emptied,))

    outcome = decide(completeness, ticket, POLICY, at(minutes=6))

    assert "service_id" not in outcome.changes
    assert asked_for(only(outcome.notes)) == {"service_id"}


def test_what_stands_on_the_ticket_is_not_overwritten() -> None:
    ticket = incident(Fields(service_id="SVC-1006"), articles=(mail(*LINES),))

    assert "service_id" not in decide(completeness, ticket, POLICY, T0).changes


def test_a_later_message_changes_the_impact_the_customer_chose() -> None:
    """R10, R18."""
    filled = changed("impact", None, "degradation", at(minutes=1), Actor.CONNECTOR)
    later = said("Impact: service affecting", at(hours=1))
    ticket = incident(Fields(impact=Impact.DEGRADATION), history=(filled,), articles=(mail("impact"), later))

    assert decide(completeness, ticket, POLICY, at(hours=1)).changes["impact"] is Impact.SERVICE_AFFECTING


def test_a_repaired_correction_of_support_is_kept_for_good() -> None:
    """R18: support corrected the impact, the customer reset it through the API, the connector repaired it."""
    history = (
        changed("impact", None, "service_affecting", at(minutes=1), Actor.CONNECTOR),
        changed("impact", "service_affecting", "degradation", at(minutes=2), Actor.AGENT),
        changed("impact", "degradation", "service_affecting", at(minutes=3), Actor.CUSTOMER),
        changed("impact", "service_affecting", "degradation", at(minutes=4), Actor.CONNECTOR),
    )
    ticket = incident(Fields(impact=Impact.DEGRADATION), history=history, articles=(said("Impact: service affecting"),))

    assert "impact" not in decide(completeness, ticket, POLICY, at(minutes=5)).changes


def test_the_first_statement_counts() -> None:
    ticket = bare(mail("service_id"), said("Service ID: SVC-1006", at(minutes=5)))

    assert decide(completeness, ticket, POLICY, at(minutes=6)).changes["service_id"] == "SVC-1005"


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
    assert "service_id" not in decide(completeness, bare(article), POLICY, T0).changes


def test_what_an_agent_wrote_down_on_the_phone_counts() -> None:
    call = said(ALL, author=Actor.AGENT, channel=Channel.PHONE)

    assert decide(completeness, bare(call), POLICY, T0).changes["intake_status"] is IntakeStatus.COMPLETE


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

    outcome = decide(completeness, ticket, POLICY, at(hours=2))

    assert asked_for(only(outcome.notes)) == {"impact"}
    assert outcome.changes["intake_status"] is IntakeStatus.ASKED


def test_a_message_after_the_details_were_complete_still_adds_optional_ones() -> None:
    done = changed("intake_status", None, IntakeStatus.COMPLETE, at(minutes=1), Actor.CONNECTOR)
    fields = Fields(
        service_id="SVC-1005", problem_start=T0, short_description="down", impact=Impact.DEGRADATION,
        intake_status=IntakeStatus.COMPLETE,
    )  # fmt: skip
    ticket = incident(fields, articles=(mail(*LINES), said("IP address: 192.0.2.7", at(hours=1))), history=(done,))

    assert decide(completeness, ticket, POLICY, at(hours=1)).changes["ip_addresses"] == "192.0.2.7"


def test_a_later_choice_of_the_impact_counts_although_every_detail_is_there() -> None:
    """R18: the customer may choose again; nothing else is left to fill, and the message is read all the same."""
    everything = complete(
        circuit_id="HAM-ETH-0108",
        fault_type="permanent",
        test_results="loss at hop 4",
        ip_addresses="192.0.2.1",
        intake_status="complete",
    )
    history = (
        changed("impact", None, "degradation", T0, Actor.CONNECTOR),
        changed("intake_status", None, "complete", T0, Actor.CONNECTOR),
    )
    worse = said("It is worse now.\nImpact: service affecting", at(hours=1))
    ticket = incident(everything, articles=(said("Impact: degradation"), worse), history=history)

    assert decide(completeness, ticket, POLICY, at(hours=1)).changes["impact"] == "service_affecting"


# What has been read


WORDS = "Impact: service affecting"


def read_before(*articles: Article, status: str = "complete", by: Actor = Actor.CONNECTOR, **values: Any) -> Ticket:
    """The details were complete an hour after T0."""
    history = (changed("intake_status", None, IntakeStatus.COMPLETE, at(hours=1), by),)
    fields = complete(intake_status=status, impact=None)
    return incident(fields, articles=(said(WORDS, T0, id="1"), *articles), history=history, **values)


def later(minutes: float, id: str = "2", **values: Any) -> Article:
    return said(WORDS, at(hours=1, minutes=minutes), id=id, **values)


@pytest.mark.parametrize(
    ("ticket", "read"),
    [
        (read_before(), []),
        (read_before(later(10)), ["2"]),
        (read_before(later(-5), later(10, "3")), ["2", "3"]),
        (read_before(later(-5.1), later(10, "3")), ["3"]),
        (read_before(later(10), status="asked"), ["1", "2"]),
        (read_before(later(10), by=Actor.AGENT), ["1", "2"]),
        (read_before(later(10, internal=True)), []),
        (read_before(later(10, author=Actor.AGENT)), []),
        (read_before(later(10, author=Actor.AGENT, channel=Channel.PHONE)), ["2"]),
        (read_before(later(10, author=Actor.STRANGER)), []),
        (read_before(said("Hello!", at(hours=2), id="2")), []),
        (read_before(said("Hello!", at(hours=2), id="2", attachments=("log.txt",))), ["2"]),
    ],
)
def test_what_was_said_before_the_details_were_complete_is_not_read_again(ticket: Ticket, read: list[str]) -> None:
    assert [each.article.id for each in statements(Case(ticket, POLICY, at(hours=3)))] == read


def test_identifiers_are_spelled_as_in_the_catalogue() -> None:
    def found(text: str) -> tuple[str | None, str | None]:
        (one,) = statements(Case(incident(Fields(group="intake"), articles=(said(text),)), POLICY, T0))
        return one.said.service_id, one.said.circuit_id

    assert found("Service ID: svc-1005\nCircuit ID: ham-eth-0108") == ("SVC-1005", "HAM-ETH-0108")
    assert found("Circuit ID: ham-eth-0108") == (None, "HAM-ETH-0108")
    assert found("Service ID: SVC-9999") == ("SVC-9999", None)


@pytest.mark.parametrize(
    ("marks", "minutes", "answers"),
    [
        ({"asked"}, 1, True),
        ({"doubt-1"}, 1, True),
        ({"reminded"}, 1, True),
        ({"understood"}, 1, False),
        ({"asked"}, 5, False),
        ({"asked"}, 9, False),
    ],
)
def test_a_bare_time_is_an_answer_once_we_have_asked(marks: set[str], minutes: float, answers: bool) -> None:
    question, answer = note(marks, at(minutes=minutes)), said("9:40", at(minutes=5))
    ticket = incident(Fields(group="intake"), articles=(said("Help!", T0), question, answer))
    starts = [each.said.problem_start for each in statements(Case(ticket, POLICY, at(minutes=9)))]

    assert starts == ([at(minutes=-20)] if answers else [])


NEW_YORK = POLICY.model_copy(
    update={"intake": POLICY.intake.model_copy(update={"customers_timezone": "America/New_York"})}
)


@pytest.mark.parametrize(
    ("organization", "policy", "hour"),
    [
        ("Acme Logistics", POLICY, 7),
        ("Northwind Media", POLICY, 8),
        ("Northwind Media", NEW_YORK, 8),
        ("Harbour Bank", POLICY, 9),
        ("Harbour Bank", NEW_YORK, 13),
    ],
    ids=["berlin", "london", "the-customers-before-the-policys", "none-known", "the-policys"],
)
def test_a_start_without_a_zone_is_read_in_the_customers(organization: str, policy: Policy, hour: int) -> None:
    customer = Customer(id="5", organizations=(organization,))
    mail = said("Start time: 2026-07-01 09:40", datetime(2026, 7, 1, 18, tzinfo=UTC))
    ticket = incident(Fields(group="intake"), articles=(mail,), customer=customer)
    (one,) = statements(Case(ticket, policy, mail.created_at))

    assert one.said.problem_start == datetime(2026, 7, 1, hour, 40, tzinfo=UTC)
