"""P2: the same delivery any number of times has one effect, ten times at once and again each time after it was worked.

Tried, and red: a note is written although its mark stands on the ticket; a request counts anew at each look; fields are
written again that have the value already; the receiver refuses a delivery that it has seen before.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from connector.sandbox.stage import Stage
from tests.promises.conftest import COMPLETE, Cast
from tests.promises.evidence import levels_noted, outcome, proofs, steps, writes


class Repeated:
    """A network that brings every delivery ten times at once, and later again."""

    def __init__(self, stage: Stage) -> None:
        self._stage, self._post = stage, stage.post
        self._deliveries: list[tuple[str, Mapping[str, str], bytes]] = []
        stage.post = self._ten_times

    def _ten_times(self, *delivery: Any) -> int:
        self._deliveries.append(delivery)
        return [self._post(*delivery) for _ in range(10)][-1]

    def again(self) -> None:
        """Each of them three times more, alone, and each time worked by a connector that has just started."""
        before, served, repeated = everything(self._stage), self._stage.house.served(), [*self._deliveries]
        assert repeated
        for delivery in repeated:
            for _ in range(3):
                assert self._post(*delivery) == 202
                self._stage.connect()
                self._stage.settle()
        assert everything(self._stage) == before
        assert writes(self._stage, served) == []
        self._deliveries.clear()


def everything(stage: Stage) -> dict[str, dict[str, Any]]:
    """What all tickets show."""
    return {ticket: outcome(stage.ticket(ticket)) for ticket in stage.house.tickets()}


def test_every_delivery_again_and_again_has_one_effect(cast: Cast) -> None:
    stage, network = cast.stage, Repeated(cast.stage)
    ticket = cast.customer.writes("Line down", "Our line is dead.\nUrgency: high\n")
    stage.settle()
    network.again()
    cast.customer.replies(ticket, COMPLETE)
    stage.settle()
    network.again()
    cast.agent.sets(ticket, escalation_request="No progress")
    stage.settle()
    network.again()
    cast.come_to_the_rfo(ticket)
    network.again()
    stage.advance(timedelta(minutes=31))

    seen = stage.ticket(ticket)
    assert sorted(link.connector_key or "" for link in seen.links) == [f"problem:{ticket}", f"rfo:{ticket}"]
    assert len(stage.house.tickets()) == 3
    assert len(levels_noted(seen)) == len(set(levels_noted(seen)))
    assert steps(seen).count("rfo-due") == 1
    assert set(proofs(seen).values()) == {1}
