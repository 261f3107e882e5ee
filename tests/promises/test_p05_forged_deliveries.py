"""P5: a forged, altered, unsigned or wrongly signed delivery is answered 401 and leaves nothing behind; signatures are
compared in constant time; two secrets are valid while one is being replaced.

Tried, and red: no delivery is verified; signatures are compared with ==; only the first of the two secrets is valid; a
ticket is marked due before the proof is looked at.
"""

import hmac
from collections.abc import Mapping
from typing import NamedTuple

import pytest
from flask.testing import FlaskClient

from connector.sandbox.house import IN_PROCESS, SECRET
from connector.sandbox.stage import Stage
from connector.settings import compose
from tests.promises.conftest import COMPLETE, Cast, Place
from webhooks.app import create_app
from webhooks.receiver import open_receiver

NEW_SECRET = "the next secret of the sandbox"


class Delivery(NamedTuple):
    """A delivery as the helpdesk sent it, before it reached the receiver."""

    path: str
    headers: dict[str, str]
    body: bytes


def caught(cast: Cast, subject: str = "Line down") -> Delivery:
    """The delivery about a new ticket; the receiver never sees it."""
    found: list[Delivery] = []

    def catch(url: str, headers: Mapping[str, str], body: bytes) -> int:
        found.append(Delivery(url.removeprefix(IN_PROCESS), dict(headers), body))
        return 202

    cast.customer.writes(subject, COMPLETE)
    cast.stage.sandbox.deliver_webhooks(catch)
    return found[0]


def signature(genuine: str, secret: str, body: bytes) -> str:
    """A signature by the method of a genuine one."""
    method = genuine.partition("=")[0]
    return f"{method}={hmac.digest(secret.encode(), body, method).hex()}"


def status(receiver: FlaskClient, delivery: Delivery, **headers: str | None) -> int:
    """What the receiver answers to the delivery with other headers; ``None`` leaves one out."""
    sent = {**delivery.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
    given = {name: value for name, value in sent.items() if value is not None}
    return receiver.post(delivery.path, data=delivery.body, headers=given).status_code


def stored(stage: Stage) -> bool:
    """Something is written down to be done."""
    return stage.table.next_due(stage.house.name) is not None


def test_the_genuine_delivery_is_accepted(cast: Cast) -> None:
    assert status(cast.stage.receiver.test_client(), caught(cast)) == 202
    assert stored(cast.stage)


@pytest.mark.parametrize(
    "forge",
    [
        lambda good, body: None,
        lambda good, body: "",
        lambda good, body: signature(good, "a secret of somebody else", body),
        lambda good, body: signature(good, SECRET, body + b" "),
        lambda good, body: signature(good, "", body),
        lambda good, body: good.partition("=")[2],
        lambda good, body: good[:-1],
        lambda good, body: good[:-1] + ("0" if good[-1] != "0" else "1"),
        lambda good, body: f"{good},{good}",
        lambda good, body: signature("sha512=", SECRET, body),
        lambda good, body: signature("md5=", SECRET, body),
        lambda good, body: signature("sha1=" if good.startswith("sha256") else "sha256=", SECRET, body),
        lambda good, body: "none=",
    ],
    ids=[
        "unsigned",
        "empty",
        "another secret",
        "another body",
        "empty secret",
        "no method",
        "cut off",
        "one digit off",
        "twice",
        "sha512",
        "md5",
        "the other helpdesk's method",
        "method none",
    ],
)
def test_a_forged_signature_is_401_and_stores_nothing(cast: Cast, forge: object) -> None:
    delivery = caught(cast)
    header = forge(delivery.headers["X-Hub-Signature"], delivery.body)  # type: ignore[operator]

    assert status(cast.stage.receiver.test_client(), delivery, X_Hub_Signature=header) == 401
    assert not stored(cast.stage)


def test_no_altered_byte_is_accepted(cast: Cast) -> None:
    delivery, receiver = caught(cast), cast.stage.receiver.test_client()
    for position in range(0, len(delivery.body), max(1, len(delivery.body) // 100)):
        altered = bytearray(delivery.body)
        altered[position] ^= 1
        assert status(receiver, delivery._replace(body=bytes(altered))) == 401
    assert not stored(cast.stage)


def test_the_signature_of_another_delivery_is_401(cast: Cast) -> None:
    one, other = caught(cast), caught(cast, "Another line down")

    answered = status(cast.stage.receiver.test_client(), one, X_Hub_Signature=other.headers["X-Hub-Signature"])

    assert answered == 401
    assert not stored(cast.stage)


def test_a_signature_elsewhere_is_none(cast: Cast) -> None:
    delivery, receiver = caught(cast), cast.stage.receiver.test_client()
    good = delivery.headers["X-Hub-Signature"]
    assert status(receiver, delivery, X_Hub_Signature=None, X_Signature=good, Authorization=good, Cookie=good) == 401
    in_query = delivery._replace(path=f"{delivery.path}?X-Hub-Signature={good}")
    assert status(receiver, in_query, X_Hub_Signature=None) == 401
    assert not stored(cast.stage)


@pytest.mark.parametrize("verdict", [True, False])
def test_the_constant_time_comparison_alone_decides(cast: Cast, monkeypatch: pytest.MonkeyPatch, verdict: bool) -> None:
    """Whatever it says is done, for a genuine and for a forged delivery: nothing else compares, before or after it."""
    delivery, receiver = caught(cast), cast.stage.receiver.test_client()
    lengths: list[int] = []

    def compare(one: bytes, other: bytes) -> bool:
        lengths.append(len(one))
        return verdict

    monkeypatch.setattr(hmac, "compare_digest", compare)
    genuine = delivery.headers["X-Hub-Signature"]
    forged = signature(genuine, "a secret of somebody else", delivery.body)

    answers = [status(receiver, delivery), status(receiver, delivery, X_Hub_Signature=forged)]

    assert answers == ([202, 202] if verdict else [401, 401])
    assert lengths == 2 * [len(genuine.partition("=")[2]) // 2], "the digests, not their texts, each once"


def receiver_with(place: Place, helpdesk: str, *secrets: str) -> FlaskClient:
    """The receiver as it starts with these secrets."""
    chosen = {"database_url": place.database_url, f"{helpdesk}_webhook_secret": "\n".join(secrets)}
    return create_app(open_receiver(compose(chosen))).test_client()


def test_two_secrets_are_valid_during_a_rotation_and_the_old_one_not_longer(cast: Cast, place: Place) -> None:
    """The README's steps: the receiver learns the new secret, the helpdesk uses it, the receiver forgets the old."""
    stage, old = cast.stage, caught(cast)
    renewed = signature(old.headers["X-Hub-Signature"], NEW_SECRET, old.body)
    new = old._replace(headers={**old.headers, "X-Hub-Signature": renewed})

    def answers(*secrets: str) -> list[int]:
        receiver = receiver_with(place, stage.house.name, *secrets)
        return [status(receiver, delivery) for delivery in (old, new)]

    assert answers(SECRET) == [202, 401]
    assert answers(NEW_SECRET, SECRET) == [202, 202]
    assert answers(NEW_SECRET) == [401, 202]
    assert stored(stage)


def test_every_secret_is_always_compared(cast: Cast, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time an answer takes does not tell which of the two secrets is in use."""
    delivery, compared = caught(cast), list[bytes]()
    receiver = receiver_with(place, cast.stage.house.name, SECRET, NEW_SECRET)
    genuine, good = hmac.compare_digest, delivery.headers["X-Hub-Signature"]

    def compare(one: bytes, other: bytes) -> bool:
        compared.append(one)
        return genuine(one, other)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    for header in (good, signature(good, NEW_SECRET, delivery.body), signature(good, "neither", delivery.body)):
        compared.clear()
        status(receiver, delivery, X_Hub_Signature=header)
        assert len(compared) == 2
