"""Laws over any signed body: what the answer names is stored, and nothing else (any request: ``tests/fuzz``)."""

import json

from hypothesis import given
from hypothesis import strategies as st

from connector.helpdesks.jira.webhook import IGNORED, OF_A_LINK, OF_AN_ISSUE
from tests.unit.helpdesks.jira import deliveries as jira
from tests.unit.webhooks.deliveries import PATH, Ledger, client, headers, ticket_body

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["ticket", "id", "article"]) | st.text(), inner),
)
JIRA = st.fixed_dictionaries(
    {},
    optional={
        "webhookEvent": st.sampled_from(sorted(OF_AN_ISSUE | OF_A_LINK | IGNORED)) | st.text() | JSON,
        "issue": JSON | st.fixed_dictionaries({"id": st.integers() | st.text(alphabet="0123456789 -") | JSON}),
        "issueLink": JSON
        | st.fixed_dictionaries({"sourceIssueId": st.integers() | JSON, "destinationIssueId": st.integers() | JSON}),
        "comment": JSON | st.fixed_dictionaries({"self": st.text() | JSON, "author": JSON, "updateAuthor": JSON}),
        "user": JSON | st.fixed_dictionaries({"accountId": st.just("bot") | JSON}),
        "id": st.integers() | JSON,
    },
)


@given(body=st.binary() | st.builds(lambda value: json.dumps(value).encode(), JSON | JIRA))
def test_any_signed_body_for_jira_is_202_or_400_and_stored_only_if_202(body: bytes) -> None:
    ledger = Ledger()
    answer = jira.deliver(jira.jira_client(ledger, jira.jira_hook("bot")), body)
    assert answer.status_code in {202, 400}
    told = answer.get_json()
    assert ledger.tickets == told.get("tickets", [])
    assert (answer.status_code == 202) == ("tickets" in told or "ignored" in told)
    assert all(ticket.isascii() and ticket.isdigit() for ticket in ledger.tickets)


@given(ticket=st.integers(1, 2**63 - 1), extra=JSON)
def test_any_real_id_is_marked_whatever_else_the_payload_holds(ticket: int, extra: object) -> None:
    ledger = Ledger()
    body = ticket_body(ticket)[:-1] + b', "more": ' + json.dumps(str(extra)).encode() + b"}"
    assert client(ledger).post(PATH, data=body, headers=headers(body)).status_code == 202
    assert ledger.tickets == [str(ticket)]
