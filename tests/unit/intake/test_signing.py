"""Signatures of panels: the specification's own example, and what is refused."""

from datetime import UTC, datetime, timedelta

import pytest

from connector.intake.signing import is_signed, signed_headers

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
OLD, NEW = b"an old secret of thirty-two bytes", b"a new secret, which replaces that"
BODY = b'{"a": 1}'


def test_the_example_of_the_specification() -> None:
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    secret = b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    assert is_signed(headers, b'{"test": 2432232314}', [secret], datetime.fromtimestamp(1614265330, UTC))


@pytest.mark.parametrize("valid", [[OLD], [NEW, OLD]])
def test_both_secrets_count_while_one_is_replaced(valid: list[bytes]) -> None:
    assert is_signed(signed_headers([OLD], "m1", NOW, BODY), BODY, valid, NOW)


@pytest.mark.parametrize("minutes", [-5, 5])
def test_within_the_tolerance(minutes: int) -> None:
    assert is_signed(signed_headers([OLD], "m1", NOW, BODY), BODY, [OLD], NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "m2"},
        {"webhook-id": ""},
        {"webhook-timestamp": "1795000000"},
        {"webhook-timestamp": "x"},
        {"webhook-timestamp": "²"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "v1,Ä"},
    ],
)
def test_what_does_not_fit_is_refused(change: dict[str, str]) -> None:
    headers = signed_headers([OLD], "m1", NOW, BODY)

    assert is_signed(headers, BODY, [OLD], NOW)
    assert not is_signed({**headers, **change}, BODY, [OLD], NOW)


def test_another_body_secret_or_time_is_refused() -> None:
    headers = signed_headers([OLD], "m1", NOW, BODY)

    assert not is_signed(headers, BODY + b" ", [OLD], NOW)
    assert not is_signed(headers, BODY, [NEW], NOW)
    assert not is_signed(headers, BODY, [OLD], NOW + timedelta(minutes=5, seconds=1))
    assert not is_signed({}, BODY, [OLD], NOW)
