"""Single exchanges with Zammad: the token, and what its own words mean. What holds for Jira too: test_exchanges."""

from typing import Any

import pytest
import responses

from connector.helpdesks.errors import (
    ForbiddenError,
    HelpdeskError,
    NotFoundError,
    PermanentError,
    RefusedError,
    ServerFaultError,
    TransientError,
    UnavailableError,
)
from tests.unit.helpdesks.side import TOKEN, ZAMMAD, zammad_client


@responses.activate
def test_a_request_carries_the_token_and_the_answer_is_json() -> None:
    sent = responses.get(ZAMMAD.ticket, json={"id": 7})

    assert zammad_client().get("tickets/7", {"all": "true"}) == {"id": 7}
    (call,) = sent.calls
    assert call.request.headers["Authorization"] == f"Token token={TOKEN}"
    assert call.request.url == f"{ZAMMAD.ticket}?all=true"


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (401, "Can't find User for Token", UnavailableError),
        (401, "Not authorized (token expired)!", UnavailableError),
        (403, "Authentication required", UnavailableError),
        (403, "Maintenance mode enabled!", UnavailableError),
        (403, "API token access disabled!", UnavailableError),
        (403, "Not authorized", ForbiddenError),
        (404, "Couldn't find Ticket with 'id'=7", NotFoundError),
        (422, "This object already exists.", RefusedError),
        (500, "unexpected token", ServerFaultError),
    ],
)
def test_what_follows_from_zammads_own_words(status: int, said: str, kind: type[HelpdeskError]) -> None:
    error = ZAMMAD.failed(json=ZAMMAD.reason(said), status=status)

    assert type(error) is kind
    assert str(error).startswith(f"Zammad GET tickets/7: answered {status}: {said.rstrip('.')}")
    assert ".." not in str(error)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error_human": "only this"}, "only this"),
        ({"error": "this first", "error_human": "not this"}, "this first"),
        ({}, "no reason given"),
        (["a list"], "no reason given"),
        ({"error": "two\nlines   of it"}, "two lines of it"),
        ({"error": {"nested": 1}}, "{'nested': 1}"),
        ({"error": "x" * 5000}, "x" * 300),
    ],
)
def test_the_reason_is_zammads_own_words_on_one_line(body: Any, said: str) -> None:
    assert str(ZAMMAD.failed(json=body, status=422)) == f"Zammad GET tickets/7: answered 422: {said}"


@pytest.mark.parametrize("status", [200, 422, 500, 502])
def test_an_empty_answer_is_an_error_with_its_status(status: int) -> None:
    """Zammad answers what it has read or written; Jira's answer to a write may be empty."""
    error = ZAMMAD.failed(body=b"", status=status)

    assert f"answered {status}" in str(error)
    assert isinstance(error, PermanentError if status == 422 else TransientError)
