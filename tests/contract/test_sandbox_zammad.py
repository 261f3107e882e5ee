"""The sandbox answers what a real Zammad answered, byte for byte where time and chance do not matter."""

import json
from collections import Counter
from typing import Any

import pytest

from connector.sandbox.zammad.call import to_json
from connector.sandbox.zammad.deliveries import signature
from tests.contract.zammad_recordings import SECRET, SHARED, deliveries, recorded_header, recordings, shape_differences
from tests.contract.zammad_replay import Fired, Replay, Replayer, made_webhooks, recorded_webhooks, without_deleted

pytestmark = pytest.mark.skipif(
    not SHARED.exists(), reason="the recordings of a real Zammad are not there (shared beside the checkout)"
)

PASSWORDS = "the sandbox knows tokens, not passwords"
PROVISIONING = "configuration that the sandbox does not have yet"
SLA = "needs an SLA"
JOBS = "the scheduler's jobs are not built: its effect is missing"
LOGS = "monitoring, logs and notifications are not used"
WORKFLOW = "a core workflow's effect"
MERGE = "merging tickets is not used"
OTHER = "not used by the connector"

LEFT_OUT: dict[int, str] = {
    **dict.fromkeys((4, 253), PASSWORDS),
    **dict.fromkeys((23, 192, 252, 260, 326, 332, 333), OTHER),
    **dict.fromkeys((210, 328, 329, 330, 331, 339, 346), LOGS),
    345: SLA,
    **dict.fromkeys((266, 268, 271, 272, 320, 321), WORKFLOW),
    **dict.fromkeys((212, 303, 347), PROVISIONING),
    **dict.fromkeys((340, 341, 343, 344, 381, 382, 384), JOBS),
    **dict.fromkeys((301, 302), "triggers that set fields are stored only"),
    **dict.fromkeys((324, 325, 376), MERGE),
}

ONLY_RECORDED: Counter[Fired] = Counter(
    {
        # a trigger that adds an article was left out, so ids shift by one
        ("a webhook on create é", 34, 42): 1,
        # the scheduler's jobs
        ("b webhook on update", 28, 40): 1,
        ("b webhook on update", 28, 60): 1,
        ("job webhook", 29, None): 2,
        ("p pendclose", 36, None): 2,
        # an SLA computes its times right after the create, which fires triggers without an action once more
        ("p pendclose", 37, None): 1,
        ("q burst", 40, None): 1,
    }
)
ONLY_MADE: Counter[Fired] = Counter(
    {
        ("a webhook on create é", 34, 43): 1,
        # nobody listened at the real one's endpoint
        ("r CONNREF", 23, 29): 1,
    }
)


@pytest.fixture(scope="module")
def replay() -> Replay:
    return Replayer(LEFT_OUT).run()


@pytest.mark.parametrize("number", sorted(recordings().keys() - LEFT_OUT.keys()))
def test_answers_as_recorded(replay: Replay, number: int) -> None:
    assert replay.found[number] == []


def test_every_recording_is_replayed_or_left_out_for_a_reason(replay: Replay) -> None:
    assert replay.found.keys() | LEFT_OUT.keys() == recordings().keys()
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
    recorded = {name for delivery, _ in deliveries().values() for name, _ in delivery["headers"]}
    made = {name for sending in replay.sent for name in sending.headers}
    assert recorded - made == {"Accept-Encoding", "Host", "Connection", "Content-Length"}


@pytest.mark.parametrize("name", sorted(deliveries()))
def test_recorded_signature_is_what_the_sandbox_computes(name: str) -> None:
    delivery, body = deliveries()[name]
    recorded = recorded_header(delivery, "X-Hub-Signature")
    assert recorded in {None, signature(SECRET, body)}


@pytest.mark.parametrize("name", sorted(deliveries()))
def test_body_is_written_as_zammad_writes_json(name: str) -> None:
    _, body = deliveries()[name]
    assert not body or to_json(json.loads(body)) == body
