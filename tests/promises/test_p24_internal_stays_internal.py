"""P24: an internal text never becomes public, whatever user, helpdesk or version answers.

Tried, and red: a note is written without its mark as internal; nobody looks at it afterwards; only the worker that has
seen it stops (it runs on for ever then).
"""

from datetime import timedelta
from typing import Any

import pytest

from connector.domain.vocabulary import Actor
from connector.helpdesks.jira.desk import JiraDesk
from connector.helpdesks.zammad.desk import ZammadDesk
from connector.work.admission import RefusedAdmissionError, admit
from tests.promises.conftest import COMPLETE, Cast

FOR_SUPPORT = frozenset({"level", "unclear"})
"""Marks of notes that are none of the customer's business."""


def test_what_is_written_for_support_stays_with_support(cast: Cast) -> None:
    stage = cast.stage
    ticket = cast.customer.writes("Line dead", COMPLETE)
    stage.settle()
    cast.customer.replies(ticket, "Could you perhaps escalate this ticket?")
    stage.advance(timedelta(hours=3))

    notes = [article for article in stage.ticket(ticket).articles if article.author is Actor.CONNECTOR]
    assert len(notes) >= 3
    for note in notes:
        names = {mark.name for mark in note.marks}
        assert note.internal or not names & FOR_SUPPORT, note.body
        assert note.internal or note.body.lstrip().startswith("Dear "), "customers get letters, nothing else"
    assert {mark.name for note in notes for mark in note.marks} >= FOR_SUPPORT


def test_an_internal_note_that_comes_back_public_stops_all_work(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = cast.stage
    _expose(cast, monkeypatch)
    first = cast.customer.writes("Line dead", COMPLETE)
    second = cast.customer.writes("Another line dead", COMPLETE)

    stage.settle()
    stage.advance(timedelta(hours=3))

    notes = [article for ticket in (first, second) for article in stage.ticket(ticket).articles]
    assert sum(article.author is Actor.CONNECTOR for article in notes) == 1
    assert stage.worker.exposed is not None
    assert "public" in (stage.table.helpdesks.stopped(stage.desk.name) or "")
    with pytest.raises(RefusedAdmissionError, match="was stopped"):
        admit(stage.table, stage.desk.name, _identity(stage.desk))

    monkeypatch.undo()
    stage.table.helpdesks.set_stopped(stage.desk.name, None)
    stage.connect()
    stage.advance(timedelta(hours=1))
    assert stage.ticket(second).fields.escalation_level is not None


def _expose(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the helpdesk makes every note public."""
    if cast.stage.desk.name == "zammad":
        from connector.sandbox.zammad import article_store

        store = article_store.store

        def public(world: Any, ticket: Any, article: Any, actor: int) -> Any:
            return store(world, ticket, {**article, "internal": False}, actor)

        monkeypatch.setattr(article_store, "store", public)
    else:
        from connector.sandbox.jira import changing

        monkeypatch.setattr(changing, "new_properties", lambda given: {})


def _identity(desk: object) -> Any:
    assert isinstance(desk, ZammadDesk | JiraDesk)
    return desk.identity()
