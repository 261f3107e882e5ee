"""The sandbox answers what a real Zammad answered, byte for byte where time and chance do not matter."""

import json
from collections import Counter
from typing import Any

import pytest

from connector.sandbox.zammad.call import to_json
from connector.sandbox.zammad.deliveries import signature
from tests.contract.zammad_recordings import SECRET, VERSION, recorded_header, shape_differences
from tests.contract.zammad_replay import Fired, Replay, Replayer, made_webhooks, recorded_webhooks, without_deleted
from tests.evidence import deliveries, exchanges

PASSWORDS = "the sandbox knows tokens, not passwords"
SLA = "a history with the times that an SLA computes"
NOTIFICATIONS = "online notifications are not used"
MASK = "the description of a mask for the user interface"
MERGE = "merging tickets is not used"
OTHER = "not used by the connector"

LEFT_OUT: dict[int, str] = {
    **dict.fromkeys((4, 253), PASSWORDS),
    **dict.fromkeys((23, 260, 326, 332, 333), OTHER),
    **dict.fromkeys((331, 346), NOTIFICATIONS),
    272: MASK,
    **dict.fromkeys((344, 345, 384), SLA),
    **dict.fromkeys((324, 325, 376), MERGE),
}

ONLY_RECORDED: Counter[Fired] = Counter(
    {
        # closing what waits is not built, its effect is brought about without triggers; and the SLA below
        ("p pendclose", 36, None): 2,
        # an SLA computes its times right after the create, which fires triggers without an action once more
        ("p pendclose", 37, None): 1,
        ("q burst", 40, None): 1,
    }
)
ONLY_MADE: Counter[Fired] = Counter(
    {
        # nobody listened at the real one's endpoint
        ("r CONNREF", 23, 29): 1,
    }
)


@pytest.fixture(scope="module")
def replay() -> Replay:
    return Replayer(LEFT_OUT).run()


@pytest.mark.parametrize("number", sorted(exchanges(VERSION).keys() - LEFT_OUT.keys()))
def test_answers_as_recorded(replay: Replay, number: int) -> None:
    assert replay.found[number] == []


def test_every_recording_is_replayed_or_left_out_for_a_reason(replay: Replay) -> None:
    assert replay.found.keys() | LEFT_OUT.keys() == exchanges(VERSION).keys()
    assert not replay.found.keys() & LEFT_OUT.keys()


def test_triggers_fire_for_the_same_events(replay: Replay) -> None:
    made = Counter(event for event, _ in made_webhooks(replay.sent))
    recorded = Counter(event for event, _ in recorded_webhooks())
    assert recorded - made == ONLY_RECORDED
    assert made - recorded == ONLY_MADE


@pytest.mark.parametrize(("event", "body"), recorded_webhooks())
def test_webhook_bodies_have_the_recorded_shape(replay: Replay, event: Fired, body: Any) -> None:
    made = dict(made_webhooks(replay.sent))
    if event not in made:
        assert event in ONLY_RECORDED
        return
    for part in ("ticket", "article"):
        assert list(shape_differences(without_deleted(body[part]), without_deleted(made[event][part]))) == []


def test_webhooks_are_signed_and_named_as_recorded(replay: Replay) -> None:
    for sending in replay.sent:
        secret = None if sending.url.endswith("/ok/basicauth") else SECRET
        assert sending.headers.get("X-Hub-Signature") == (signature(secret, sending.body) if secret else None)
    recorded = {name for delivery, _ in deliveries(VERSION).values() for name, _ in delivery["headers"]}
    made = {name for sending in replay.sent for name in sending.headers}
    assert recorded - made == {"Accept-Encoding", "Host", "Connection", "Content-Length"}


@pytest.mark.parametrize("name", sorted(deliveries(VERSION)))
def test_recorded_signature_is_what_the_sandbox_computes(name: str) -> None:
    delivery, body = deliveries(VERSION)[name]
    recorded = recorded_header(delivery, "X-Hub-Signature")
    assert recorded in {None, signature(SECRET, body)}


@pytest.mark.parametrize("name", sorted(deliveries(VERSION)))
def test_body_is_written_as_zammad_writes_json(name: str) -> None:
    _, body = deliveries(VERSION)[name]
    assert not body or to_json(json.loads(body)) == body
