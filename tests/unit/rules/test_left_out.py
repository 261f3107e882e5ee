"""What was not read of a message is said once, and nothing else changes."""

from datetime import timedelta

import pytest

from connector.domain.decision import Outcome
from connector.domain.mark import Mark
from connector.domain.ticket import Article, Ticket
from connector.domain.vocabulary import Actor
from connector.rules.case import Case
from connector.rules.evaluate import evaluate
from connector.rules.left_out import left_out
from connector.rules.text.markup import MAX_HTML, MAX_TEXT
from tests.builders import T0, default_policy, incident, said
from tests.unit.rules.passes import decide, written

POLICY = default_policy()
LONG = "All links are down. " * (MAX_TEXT // 20 + 1)


@pytest.mark.parametrize(
    ("message", "read"),
    [
        (said(LONG), MAX_TEXT),
        (said("<b>x</b>" * MAX_HTML, is_html=True), MAX_HTML),
        (said("The link is down. And", is_cut=True), 21),
        (said("x" * MAX_TEXT), None),
        (said("x" * (MAX_TEXT + 1), is_html=True), None),
        (said(LONG, author=Actor.CONNECTOR), None),
        (said(LONG, author=Actor.OTHER_CONNECTOR), None),
    ],
)
def test_a_person_is_told_how_much_was_read(message: Article, read: int | None) -> None:
    outcome = left_out_of(incident(articles=(message,)))

    assert [notice.data["read"] for notice in outcome.notices] == ([] if read is None else [read])
    assert [message.id in reason for reason in outcome.reasons] == [True] * len(outcome.notices)
    assert outcome._replace(notices=(), reasons=()) == Outcome(rule="left_out")


def test_it_is_said_once_for_each_message() -> None:
    ticket = incident(articles=(said(LONG),))
    first = evaluate(ticket, POLICY, T0)
    assert first.note is not None
    assert "65536" in first.note.text
    assert not first.note.public

    after = written(ticket, first, T0)
    assert not decide(left_out, after, POLICY, T0).notes
    another = after.model_copy(update={"articles": (*after.articles, said(LONG))})
    assert [note.title for note in decide(left_out, another, POLICY, T0).notes] == ["Long message, please read"]


def test_old_messages_are_left_alone_and_a_flood_is_no_flood_of_ours() -> None:
    many = incident(articles=tuple(said(LONG) for _ in range(30)))

    assert [notice.marks for notice in left_out_of(many).notices] == [
        frozenset({Mark("left-out", article.id)}) for article in many.articles[-10:]
    ]
    assert not left_out(Case(many, POLICY, T0 + timedelta(days=400))).notices


def left_out_of(ticket: Ticket) -> Outcome:
    return left_out(Case(ticket, POLICY, T0))
