"""What a panel is told is what the rules decide."""

from datetime import timedelta

from connector.domain.model import TicketId
from connector.domain.vocabulary import Priority
from connector.helpdesks.on_behalf import Opened
from connector.intake.promise import promise_of
from tests.builders import T0, default_policy
from tests.unit.intake.reports import request

OPENED = Opened(TicketId("7"), "41007")


def test_priority_and_times_are_those_of_the_rules() -> None:
    promise = promise_of(request(), OPENED, default_policy(), T0)

    assert promise.priority is Priority.P1
    assert promise.first_response_due == T0 + timedelta(minutes=15)
    assert promise.repair_due == T0 + timedelta(hours=4)
    assert promise.missing == ()


def test_what_is_missing_is_told_by_the_names_of_the_interface() -> None:
    incomplete = request(issueStartDate=None, impact=None, urgency=None)

    assert promise_of(incomplete, OPENED, default_policy(), T0).missing == ("issueStartDate", "impact")
