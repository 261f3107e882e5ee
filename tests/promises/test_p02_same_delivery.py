"""P2, P4: the same delivery any number of times has one effect, also a week later."""

from collections.abc import Mapping
from datetime import timedelta

from connector.domain.vocabulary import TicketState
from tests.promises.conftest import COMPLETE, Cast
from tests.promises.evidence import outcome, proofs, writes


def test_every_delivery_ten_times_and_again_a_week_later_has_one_effect(cast: Cast) -> None:
    stage = cast.stage
    kept: list[tuple[str, Mapping[str, str], bytes]] = []
    plain = stage.post

    def ten_times(url: str, headers: Mapping[str, str], body: bytes) -> int:
        kept.append((url, headers, body))
        return [plain(url, headers, body) for _ in range(10)][-1]

    stage.post = ten_times
    ticket = cast.customer.writes("Line down", "Our line is dead.\nUrgency: high\n")
    stage.settle()
    cast.customer.replies(ticket, COMPLETE)
    stage.advance(timedelta(hours=3))
    cast.agent.sets(ticket, state=TicketState.CLOSED)
    stage.settle()
    before, served = outcome(stage.ticket(ticket)), stage.house.served()
    stage.advance(timedelta(days=7))

    assert [plain(*delivery) for delivery in kept] == [202] * len(kept)
    stage.settle()

    assert outcome(stage.ticket(ticket)) == before
    assert set(proofs(stage.ticket(ticket)).values()) == {1}
    assert writes(stage, served) == []
