"""Which detail Zammad does not take, by its own sentences (recordings 064, 150, 158; of 6.4 also race2 and people)."""

from typing import Any

import pytest
import responses

from connector.domain.decision import Note
from connector.domain.mark import Mark
from connector.domain.vocabulary import Priority, TicketState
from connector.helpdesks.errors import RefusedError, TransientError
from tests.builders import incident
from tests.unit.helpdesks.zammad.answers import API, desk

PUBLIC = Note(public=True, title="Details needed", text="Which service?", marks=frozenset({Mark.parse("asked")}))
CHANGES: Any = {"priority": Priority.P1, "group": "level_4", "impact": "degradation", "escalation_level": 4}


def refused(zammad: responses.RequestsMock, said: str) -> Exception:
    """What becomes of a write that Zammad refuses with these words."""
    zammad.put(f"{API}/tickets/7", json={"error": said}, status=422)
    with pytest.raises((RefusedError, TransientError)) as caught:
        desk().write(incident(), CHANGES, PUBLIC, TicketState.OPEN)
    return caught.value


@pytest.mark.parametrize(
    ("said", "details"),
    [
        ("Invalid value 'degradation' for field 'impact'!", {"impact"}),
        ("No lookup value found for 'state': \"open\"", {"state"}),
        ("No lookup value found for 'priority': \"P1 critical\"", {"priority"}),
        ("Invalid value '8' for field 'state_id'!", {"state"}),
        ("Invalid value '9' for field 'group_id'!", {"group"}),
        ("Missing required value for field 'pending_time'!", {"state"}),
        ("invalid_attribute.email_recipient", {"message"}),
        ("Missing required value for field 'of_another_department'!", set()),
        ("Error ID iZpbXMVv: Please contact your administrator.", set()),
    ],
)
def test_the_detail_that_is_named(zammad: responses.RequestsMock, said: str, details: set[str]) -> None:
    error = refused(zammad, said)

    assert isinstance(error, RefusedError)
    assert (error.details, error.written) == (frozenset(details), False)


def test_first_values_of_a_new_attribute_are_tried_again(zammad: responses.RequestsMock) -> None:
    assert type(refused(zammad, "This object already exists.")) is TransientError
