"""Reports of a panel for tests."""

from typing import Any

from connector.domain.vocabulary import IntakeChannel
from connector.helpdesks.on_behalf import Request
from connector.intake.caller import Caller
from connector.intake.request import request_of
from connector.intake.submission import read
from tests.builders import T0, default_policy

ADA = Caller(
    panel="main", subject="ada", customers=frozenset({"harbour"}), email="ada@harbour.example", name="Ada Lovelace"
)


def report(**changes: Any) -> dict[str, Any]:
    """The body of a report with all required details of a P1; ``None`` leaves a member out."""
    body: dict[str, Any] = {
        "externalId": "4711",
        "relatedEntity": {"id": "SVC-1005"},
        "description": "The line to Hamburg is dead.\nNo light on port 3.",
        "issueStartDate": "2026-11-23T10:40:00+01:00",
        "impact": "service_affecting",
        "urgency": "high",
    }
    return {name: value for name, value in {**body, **changes}.items() if value is not None}


def by_panel(**changes: Any) -> dict[str, Any]:
    """The same as a panel's server sends it, which has to say whom we write to."""
    return report(**{"contact": {"email": "ada@harbour.example", "name": "Ada Lovelace"}, **changes})


def request(caller: Caller = ADA, **changes: Any) -> Request:
    """The same as the helpdesks take it."""
    submission = read(report(**changes), caller, default_policy(), T0)
    return request_of(submission, caller, default_policy(), IntakeChannel.MY_INTERSPACE)
