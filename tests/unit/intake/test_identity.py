"""The panel's word on who opens a form (R8): what it has to be, and what it is worth."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.intake.identity import IdentityError, open_session, read_session, read_token
from connector.intake.panels import Panel
from tests.builders import T0, default_policy
from tests.panels import SECRET, panel, token

CATALOGUE = default_policy().catalogue
OLD = "the secret of before, which is still valid today"
PANELS = (panel(), panel().model_copy(update={"name": "resale", "secrets": (b"x" * 40,), "customers": ("acme",)}))


def why(word: str, now: datetime = T0, panels: tuple[Panel, ...] = PANELS) -> str:
    with pytest.raises(IdentityError) as caught:
        read_token(word, panels, CATALOGUE, now)
    return caught.value.why


def services(**claims: Any) -> set[str]:
    identity = read_token(token(T0, **claims), PANELS, CATALOGUE, T0)
    return {service.id for service in identity.caller.services(CATALOGUE)}


def test_a_token_names_the_caller() -> None:
    identity = read_token(token(T0, jti="one", lang="de"), PANELS, CATALOGUE, T0)

    assert (identity.panel.name, identity.token_id, identity.caller.subject) == ("main", "one", "ada")
    assert (identity.caller.email, identity.caller.language) == ("ada@harbour.example", "de")


def test_an_organization_has_its_services_and_a_list_makes_them_fewer() -> None:
    assert services() == {"SVC-1005", "SVC-1006"}
    assert services(org="Harbour Bank") == {"SVC-1005", "SVC-1006"}
    assert services(service_ids=["svc-1006 ", "SVC-1001"]) == {"SVC-1006"}
    assert services(org="unknown") == services(service_ids=[]) == set()


def test_nobody_gets_more_than_the_panel_may() -> None:
    word = jwt.encode(jwt.decode(token(T0), options={"verify_signature": False}), "x" * 40, algorithm="HS256")

    caller = read_token(word, PANELS, CATALOGUE, T0).caller

    assert caller.panel == "resale"
    assert caller.services(CATALOGUE) == ()


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another"},
        {"aud": None},
        {"exp": int((T0 + timedelta(minutes=12)).timestamp())},
        {"iat": int((T0 - timedelta(minutes=9)).timestamp())},
        {"iat": int((T0 + timedelta(minutes=5)).timestamp())},
        {"nbf": int((T0 + timedelta(minutes=5)).timestamp())},
        {"exp": "soon"},
        {"exp": True},
        {"jti": ""},
        {"jti": "j" * 300},
        {"jti": None},
        {"sub": None},
        {"org": None},
        {"org": ["harbour"]},
        {"service_ids": "SVC-1005"},
        {"service_ids": [1005]},
        {"email": "a" * 300},
        {"name": "Ada\nLovelace"},
    ],
)
def test_a_token_that_says_too_much_or_too_little_is_none(claims: dict[str, Any]) -> None:
    said = {"aud": "interspace-form", "exp": int((T0 + timedelta(minutes=5)).timestamp()), "jti": "1", "sub": "ada"}
    said |= {"org": "harbour", **claims}
    word = jwt.encode({name: value for name, value in said.items() if value is not None}, SECRET, algorithm="HS256")

    assert why(word) == "invalid"


def test_a_token_is_too_old_after_its_end() -> None:
    word = token(T0)

    read_token(word, PANELS, CATALOGUE, T0 + timedelta(minutes=5, seconds=20))
    assert why(word, T0 + timedelta(minutes=5, seconds=31)) == "expired"


@pytest.mark.parametrize("algorithm", ["none", "HS384", "HS512"])
def test_no_other_algorithm_counts(algorithm: str) -> None:
    claims = jwt.decode(token(T0), options={"verify_signature": False})

    assert why(jwt.encode(claims, None if algorithm == "none" else SECRET, algorithm=algorithm)) == "invalid"


@given(st.integers(0, 400), st.characters(codec="ascii"))
def test_a_changed_token_counts_for_nothing(place: int, sign: str) -> None:
    word = token(T0, jti="same")
    changed = word[: place % len(word)] + sign + word[place % len(word) + 1 :]
    if changed == word:
        return
    try:
        identity = read_token(changed, PANELS, CATALOGUE, T0)
    except IdentityError:
        return
    # The last letter of base64 holds bits that mean nothing.
    assert place % len(word) == len(word) - 1
    assert identity.token_id == "same"


def test_two_secrets_are_valid_while_one_is_being_replaced() -> None:
    replaced = panel().model_copy(update={"secrets": (b"the new secret, which is long enough too", SECRET.encode())})

    assert read_token(token(T0), (replaced,), CATALOGUE, T0).caller.subject == "ada"


def test_a_session_goes_on_as_the_token_said_and_is_no_token() -> None:
    identity = read_token(token(T0, service_ids=["SVC-1006"]), PANELS, CATALOGUE, T0)
    held = open_session(identity.panel, identity.caller, T0)

    session = read_session(held, PANELS, T0 + timedelta(hours=1))

    assert session.caller == identity.caller
    assert read_session(open_session(session.panel, session.caller, T0, session.report), PANELS, T0) == session
    assert read_session(open_session(session.panel, session.caller, T0), PANELS, T0).report != session.report
    assert why(held) == "invalid"
    for word, at in ((held, T0 + timedelta(hours=3)), (token(T0), T0)):
        with pytest.raises(IdentityError):
            read_session(word, PANELS, at)


def test_an_error_says_nothing_of_the_token() -> None:
    with pytest.raises(IdentityError) as caught:
        read_token(token(T0, org=7, email="ada@harbour.example"), PANELS, CATALOGUE, T0)

    assert "harbour" not in str(caught.value)
    assert "secret" not in repr(PANELS[0]) or SECRET not in repr(PANELS[0])
    assert Path("unread") == PANELS[0].secret_file
