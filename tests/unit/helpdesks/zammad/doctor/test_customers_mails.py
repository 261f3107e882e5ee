"""Which triggers mail the customer at the moment at which the connector does."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from connector.doctor.finding import CheckStatus, Observation
from connector.helpdesks.zammad.doctor.context import Context
from connector.helpdesks.zammad.doctor.customers_mails import customers_mails
from connector.helpdesks.zammad.mapping import load_mapping
from connector.install.objects import MARK
from connector.policy.locate import MAPPINGS

AUTO_REPLY: dict[str, Any] = {
    "id": 901,
    "name": "auto reply (on new tickets)",
    "condition": {
        "ticket.action": {"operator": "is", "value": "create"},
        "ticket.state_id": {"operator": "is not", "value": 4},
        "article.type_id": {"operator": "is", "value": [1, 5, 11]},
        "article.sender_id": {"operator": "is", "value": 2},
    },
    "perform": {"notification.email": {"recipient": "article_last_sender", "subject": "Thanks", "body": "Received"}},
    "note": None,
    "active": True,
    "disable_notification": True,
}
"""As a new Zammad has it (recordings 092 of 5.5 and 6.4)."""
MAPPING = load_mapping(MAPPINGS / "zammad.yaml")
NAMES = sorted(MAPPING.groups_in_scope)
GROUPS = [{"id": number, "name": name} for number, name in enumerate((*NAMES, "Human Resources"), 1)]
ELSEWHERE = len(GROUPS)


def examined(*triggers: dict[str, Any], receipt: bool = False) -> Observation:
    ours = {str(group["id"]) for group in GROUPS if group["name"] in NAMES}
    tables = {"triggers": list(triggers)}
    policy = SimpleNamespace(intake=SimpleNamespace(receipt=receipt))
    context = SimpleNamespace(rows=tables.__getitem__, groups_in_scope=ours, policy=policy)
    return customers_mails(cast(Context, context))


def in_groups(operator: str, *ids: int) -> dict[str, Any]:
    condition = {"name": "ticket.group_id", "operator": operator, "value": [str(number) for number in ids]}
    return {"condition": {"operator": "AND", "conditions": [condition]}}


def to(recipient: object) -> dict[str, Any]:
    return {"perform": {"notification.email": {"recipient": recipient}}}


@pytest.mark.parametrize(
    "values",
    [
        {},
        to("ticket_customer"),
        to(["ticket_owner", "ticket_customer"]),
        in_groups("is", 1, ELSEWHERE),
        in_groups("is not", ELSEWHERE),
    ],
    ids=["Zammad's own", "to the customer", "to both", "for one of our groups too", "for all but another group"],
)
def test_what_mails_the_customer_beside_us_is_named(values: dict[str, Any]) -> None:
    found = examined({**AUTO_REPLY, **values})

    assert found.verdict is CheckStatus.WARN
    assert "'auto reply (on new tickets)'" in found.text


@pytest.mark.parametrize(
    "values",
    [
        {"active": False},
        {"note": f"About levels. {MARK}"},
        to("ticket_owner"),
        {"perform": {"notification.webhook": {"webhook_id": 1}}},
        in_groups("is", ELSEWHERE),
        in_groups("is not", *range(1, ELSEWHERE)),
        {"condition": {"ticket.owner_id": {"operator": "has changed", "value": ""}}},
    ],
    ids=["switched off", "ours", "to the owner", "a webhook", "elsewhere", "not in our groups", "a change"],
)
def test_what_does_not_is_not(values: dict[str, Any]) -> None:
    assert examined({**AUTO_REPLY, **values}).verdict is CheckStatus.OK


@pytest.mark.parametrize(("receipt", "said"), [(True, "gets the connector's receipt"), (False, "gets no receipt")])
def test_whether_complete_reports_are_acknowledged_is_said(receipt: bool, said: str) -> None:
    assert said in examined(receipt=receipt).text


def test_two_receipts_are_named() -> None:
    assert "Every customer gets two mails" in str(examined(AUTO_REPLY, receipt=True).do)
