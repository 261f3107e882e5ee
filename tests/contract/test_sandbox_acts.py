"""What people and mail do to a ticket is told as a real Zammad 6.4 told it: follow-ups, merging, leaving, renaming.

The recordings are those of a well-filled Zammad; left out is what other tickets and configuration of it show.
"""

from typing import Any

import pytest

from tests.contract.zammad_acts import Acts, facts

OTHER = "other tickets and records of the recorded Zammad"
UNUSED = "not used by the connector"
PLAYED = {"mail": 35, "merge": 33, "people": 46}
"""How many exchanges are compared, all of which agree."""
LEFT_OUT: dict[tuple[str, int], str] = {
    ("mail", 1): OTHER,
    ("merge", 6): OTHER,
    ("merge", 7): UNUSED,
    ("merge", 11): UNUSED,
    ("merge", 20): OTHER,
    ("merge", 34): UNUSED,
    ("people", 27): OTHER,
    ("people", 34): OTHER,
    ("people", 36): OTHER,
    ("people", 47): OTHER,
    ("people", 48): OTHER,
}


@pytest.mark.parametrize("name", PLAYED)
def test_every_answer_tells_the_recorded_facts(name: str) -> None:
    played: dict[int, tuple[Any, Any]] = {
        number: ((recorded["response"]["status"], facts(recorded["response"]["body"])), (status, facts(body)))
        for number, recorded, (status, body) in Acts(name).play()
        if (name, number) not in LEFT_OUT
    }

    assert len(played) == PLAYED[name]
    assert {number: made for number, (recorded, made) in played.items() if made != recorded} == {}, {
        number: recorded for number, (recorded, made) in played.items() if made != recorded
    }
