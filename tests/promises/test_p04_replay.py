"""P4: replaying last week's signed deliveries changes nothing.

Tried, and red: a note is written although its mark stands on the ticket; fields are written again that have the value
already; a request that was served counts anew.
"""

from collections.abc import Mapping
from datetime import timedelta

from tests.promises.conftest import COMPLETE, Cast
from tests.promises.evidence import outcome, proofs, writes


def test_last_weeks_deliveries_are_accepted_and_change_nothing(cast: Cast) -> None:
    stage = cast.stage
    kept: list[tuple[str, Mapping[str, str], bytes]] = []
    plain = stage.post

    def keeping(url: str, headers: Mapping[str, str], body: bytes) -> int:
        kept.append((url, headers, body))
        return plain(url, headers, body)

    stage.post = keeping
    ticket = cast.customer.writes("Line down", COMPLETE)
    stage.settle()
    cast.come_to_the_rfo(ticket)
    stage.advance(timedelta(days=7))
    before, served = outcome(stage.ticket(ticket)), stage.house.served()

    assert len(kept) > 3
    assert [plain(*delivery) for delivery in kept] == [202] * len(kept)
    stage.settle()

    assert outcome(stage.ticket(ticket)) == before
    assert set(proofs(stage.ticket(ticket)).values()) == {1}
    assert writes(stage, served) == []
