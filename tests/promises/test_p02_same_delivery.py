"""P2: the same delivery any number of times has one effect."""

from collections.abc import Mapping

from tests.promises.conftest import COMPLETE, Cast
from tests.promises.evidence import levels_noted, proofs, steps


def test_every_delivery_ten_times_has_one_effect(cast: Cast) -> None:
    stage = cast.stage
    plain = stage.post

    def ten_times(url: str, headers: Mapping[str, str], body: bytes) -> int:
        return [plain(url, headers, body) for _ in range(10)][-1]

    stage.post = ten_times
    ticket = cast.customer.writes("Line down", "Our line is dead.\nUrgency: high\n")
    stage.settle()
    cast.customer.replies(ticket, COMPLETE)
    stage.settle()
    cast.come_to_the_rfo(ticket)

    seen = stage.ticket(ticket)
    assert sorted(link.connector_key or "" for link in seen.links) == [f"problem:{ticket}", f"rfo:{ticket}"]
    assert len(stage.house.tickets()) == 3
    assert len(levels_noted(seen)) == len(set(levels_noted(seen)))
    assert steps(seen).count("rfo-due") == 1
    assert set(proofs(seen).values()) == {1}
