"""Signatures are those of Standard Webhooks."""

from datetime import UTC, datetime

import pytest

from connector.outgoing.signing import key_of, signed_headers

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
"""Secret, id, time, body and signature of the specification's own libraries."""


def test_the_signature_is_the_one_of_the_specification() -> None:
    at = datetime.fromtimestamp(1614265330, UTC)

    headers = signed_headers("msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}', [key_of(SECRET)])

    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_while_a_secret_is_replaced_both_sign() -> None:
    keys = [key_of(SECRET), b"k" * 24]

    signatures = signed_headers("msg_1", datetime(2026, 1, 1, tzinfo=UTC), b"{}", keys)["webhook-signature"].split()

    assert len(set(signatures)) == 2
    assert all(signature.startswith("v1,") for signature in signatures)


@pytest.mark.parametrize("secret", ["", SECRET[6:], "whsec_c2hvcnQ=", "whsec_no base64 at all!!"])
def test_what_is_no_secret_is_not_shown(secret: str) -> None:
    with pytest.raises(ValueError, match=r"^expected whsec_ and the base64 of 24 to 64 random bytes$"):
        key_of(secret)
