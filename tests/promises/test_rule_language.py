"""R6: whoever writes in another language hears once that support reads English, and nothing else changes."""

from collections.abc import Iterator

import pytest

from connector.domain.vocabulary import Actor, WrittenLanguage
from connector.rules.timeline import first_response_at
from tests.promises.conftest import COMPLETE, Cast, set_the_stage

ENGLISH = "Good morning, our line has been down since this morning, please check it and call me back."
GERMAN = "Guten Tag, unsere Leitung ist seit heute Morgen komplett ausgefallen. Bitte prüfen Sie das umgehend."


@pytest.fixture(params=["zammad-5.5", "zammad-7", "jira-cloud", "jira-datacenter"])
def cast(request: pytest.FixtureRequest, sqlite_url: str) -> Iterator[Cast]:
    """A fresh stage on each helpdesk."""
    made = set_the_stage(sqlite_url, request.param)
    with made.stage:
        yield made


def letters(cast: Cast, ticket: str) -> list[str]:
    """What the connector has written to the customer."""
    own = (a for a in cast.stage.ticket(ticket).articles if a.author is Actor.CONNECTOR and not a.internal)
    return [article.body for article in own]


def test_one_notice_and_the_same_ticket(cast: Cast) -> None:
    """Goes red if the notice is repeated, is sent to whoever writes English, or changes anything but the language."""
    german, english = (
        cast.customer.writes("Ausfall", GERMAN),
        cast.customer.writes("Line down", f"{COMPLETE}\n\n{ENGLISH}"),
    )
    cast.stage.settle()
    cast.customer.replies(german, "Es geht immer noch nicht, bitte melden Sie sich doch endlich bei uns zurück.")
    cast.stage.settle()
    cast.agent.sets(german, language=WrittenLanguage.DUTCH)
    cast.stage.settle()

    (told,) = [letter for letter in letters(cast, german) if "in English only" in letter]
    assert "nur auf Englisch" in told
    assert [letter for letter in letters(cast, english) if "in English only" in letter] == []
    assert cast.stage.ticket(german).fields.language is WrittenLanguage.DUTCH, "an agent's choice stays"
    assert cast.stage.ticket(english).fields.language is WrittenLanguage.ENGLISH
    assert first_response_at(cast.stage.ticket(german)) is None
    assert cast.stage.ticket(german).state is cast.stage.ticket(english).state
