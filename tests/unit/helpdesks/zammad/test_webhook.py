"""Zammad's webhooks: who may send them, and which ticket they are about."""

import hmac

import pytest

from connector.domain.model import TicketId
from connector.helpdesks.payload import PayloadError, Value, parse
from connector.helpdesks.sender import Event, Hook
from connector.helpdesks.zammad.webhook import NO_MATTER, SENDER
from tests.unit.webhooks.deliveries import DELIVERY, PREVIOUS, SECRET, sign, ticket_body

BODY = ticket_body()
HOOK = Hook("zammad", (SECRET, PREVIOUS))


def verified(signature: str | None, body: bytes = BODY) -> bool:
    return SENDER.verify({} if signature is None else {"X-Hub-Signature": signature}, body, HOOK)


@pytest.mark.parametrize("secret", [SECRET, PREVIOUS])
def test_both_secrets_are_valid_during_a_rotation(secret: bytes) -> None:
    assert verified(sign(BODY, secret))


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "sha1=",
        "sha1",
        sign(BODY).removeprefix("sha1="),
        sign(BODY).replace("sha1", "sha256"),
        sign(BODY).upper(),
        sign(BODY)[:-1],
        sign(BODY) + "0",
        sign(BODY) + "\u00b2",
        f"{sign(BODY)},{sign(BODY)}",
        sign(BODY, b"another secret of someone"),
        sign(b""),
        f"sha256={hmac.digest(SECRET, BODY, 'sha256').hex()}",
        "sha1=" + "0" * 40,
        "sha1=" + "\u0661" * 40,
        "x" * 10_000,
    ],
)
def test_a_missing_bad_or_odd_signature_is_none(signature: str | None) -> None:
    assert not verified(signature)


@pytest.mark.parametrize("position", range(0, len(BODY), 5))
def test_no_altered_byte_is_accepted(position: int) -> None:
    altered = bytearray(BODY)
    altered[position] ^= 1
    assert not verified(sign(BODY), bytes(altered))


def test_every_secret_is_always_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []

    def compare(ours: bytes, given: bytes) -> bool:
        compared.append(ours)
        return ours == given

    monkeypatch.setattr("connector.helpdesks.sender.hmac.compare_digest", compare)
    for secret in (SECRET, PREVIOUS):
        compared.clear()
        assert verified(sign(BODY, secret))
        assert len(compared) == 2


def test_the_event_is_about_its_ticket() -> None:
    assert SENDER.event({}, Value({"ticket": {"id": 17}, "article": {}}, ""), None) == Event((TicketId("17"),))


def test_an_examination_is_about_no_ticket() -> None:
    assert SENDER.event({}, parse(NO_MATTER), None) == Event(ignored="an examination")
    with pytest.raises(PayloadError):
        SENDER.event({}, Value({"examination": "of somebody else"}, ""), None)


@pytest.mark.parametrize(
    ("payload", "place"),
    [
        ([], "body: expected an object"),
        (17, "body: expected an object"),
        (None, "body: expected an object"),
        ({}, "ticket: missing"),
        ({"ticket": None}, "ticket: expected an object"),
        ({"ticket": [17]}, "ticket: expected an object"),
        ({"ticket": {}}, "ticket.id: missing"),
        *(
            ({"ticket": {"id": odd}}, "ticket.id: expected a positive integer")
            for odd in (None, True, "17", 17.0, 0, -1, 2**63, 10**300, [17], {"id": 17})
        ),
    ],
)
def test_a_payload_without_ticket_is_refused_with_the_place(payload: object, place: str) -> None:
    with pytest.raises(PayloadError) as refused:
        SENDER.event({}, Value(payload, ""), None)
    assert str(refused.value) == place


@pytest.mark.parametrize("odd", ["", "17", f"{{{DELIVERY}}}", DELIVERY.upper(), DELIVERY + "\n", "x" * 5000])
def test_an_odd_delivery_id_is_none(odd: str) -> None:
    assert SENDER.delivery({"X-Zammad-Delivery": DELIVERY}) == DELIVERY
    assert SENDER.delivery({"X-Zammad-Delivery": odd}) is None
    assert SENDER.delivery({}) is None
