"""Stages on SQLite, and what several scenes play."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from connector.domain.vocabulary import Actor
from connector.rules.case import Case
from connector.rules.requests import customer_consents, escalation_requests, rfo_requests
from tests.builders import T0, default_policy, incident, said
from tests.promises.conftest import Cast, open_stage, set_the_stage, with_people

FRIDAY_EVENING = datetime(2026, 11, 27, 19, 0, tzinfo=UTC)
"""20:00 in Berlin, an hour after a fan broke."""
FAN = (
    "One of two fans is broken.\nService ID: SVC-1005\nStart time: 2026-11-27 18:00 UTC\n"
    "Impact: non-service affecting\nUrgency: high\n"
)
"""A fault that may wait, with all details."""


@pytest.fixture(params=["zammad-7", "jira-cloud"])
def cast(request: pytest.FixtureRequest, sqlite_url: str) -> Iterator[Cast]:
    """A fresh stage on each kind of helpdesk."""
    made = set_the_stage(sqlite_url, request.param)
    with made.stage:
        yield made


OLDEST_AND_NEWEST = ["zammad-5.5", pytest.param("zammad-7", marks=pytest.mark.slow)]


@pytest.fixture(params=OLDEST_AND_NEWEST)
def zammad(request: pytest.FixtureRequest, sqlite_url: str) -> Iterator[Cast]:
    """A fresh stage on Zammad."""
    made = set_the_stage(sqlite_url, request.param)
    with made.stage:
        yield made


@pytest.fixture
def jira(sqlite_url: str) -> Iterator[Cast]:
    """A fresh stage on Jira."""
    made = set_the_stage(sqlite_url, "jira-cloud")
    with made.stage:
        yield made


@pytest.fixture(params=OLDEST_AND_NEWEST)
def friday(request: pytest.FixtureRequest, sqlite_url: str) -> Iterator[Cast]:
    """A stage on Zammad on Friday evening."""
    with open_stage(sqlite_url, FRIDAY_EVENING, request.param) as stage:
        yield with_people(stage)


def deferrable(cast: Cast) -> str:
    """A fault that may wait, and support has agreed that it does."""
    ticket = cast.customer.writes("Fan noise", FAN)
    cast.stage.settle()
    cast.agent.sets(ticket, deferral_support=True)
    cast.stage.settle()
    return ticket


def requests_of(body: str, *, is_html: bool = False, subject: str = "") -> set[str]:
    """What a customer's message plainly asks for or agrees to."""
    message = said(body, is_html=is_html, subject=subject)
    case = Case(incident(articles=(message,)), default_policy(), T0)
    found = {"escalation": escalation_requests, "rfo": rfo_requests, "consent": customer_consents}
    return {name for name, read in found.items() if read(case)}


def ours(cast: Cast, ticket: str, since: int = 0) -> list[bool]:
    """Whether each message of the connector's on a ticket is internal, from the ``since``-th message on."""
    articles = cast.stage.ticket(ticket).articles[since:]
    return [article.internal for article in articles if article.author is Actor.CONNECTOR]
