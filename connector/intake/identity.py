"""Who opens a form in a panel: the panel's server says so by a short token, which is good once, and the form goes on by
a session of ours (R8, R9).

Both are JSON Web Tokens (RFC 7519) signed with HMAC-SHA256, whatever algorithm they name themselves. The token is
signed with the panel's secret; the session with a key made of it, so that neither can be taken for the other. A session
is held in the page alone: there is no cookie, and nothing is kept here.
"""

import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NamedTuple

import jwt

from connector.intake.caller import Caller
from connector.intake.panels import Panel
from connector.policy.catalogue import Catalogue

AUDIENCE = "interspace-form"
LONGEST = timedelta(minutes=10)
"""How long a token may be good for, and how old it may be."""
SESSION = timedelta(hours=2)
"""How long somebody may take to fill in a form."""
_LEEWAY = timedelta(seconds=30)
_SESSION_AUDIENCE = "interspace-form-session"
_SESSION_KEY = b"interspace form session"
_LONGEST_TOKEN = 8_192
_MOST_SERVICES = 1_000
_REQUIRED = ["aud", "exp", "jti", "sub"]

Why = Literal["expired", "used", "invalid"]


class IdentityError(Exception):
    """A token or session that counts for nothing. Says why, and nothing of what it holds."""

    def __init__(self, why: Why, detail: str) -> None:
        super().__init__(detail)
        self.why = why


class Identity(NamedTuple):
    """What a token says."""

    panel: Panel
    caller: Caller
    token_id: str
    """Used once."""
    expires: datetime
    """When the token is not good any more, whatever it was used for (UTC)."""


class FormSession(NamedTuple):
    """A form that somebody has open."""

    panel: Panel
    caller: Caller
    report: str
    """The id of what is sent by it, as the panel's own: sent twice, it is one ticket."""


def read_token(token: str, panels: Sequence[Panel], catalogue: Catalogue, now: datetime) -> Identity:
    """Who the token is about. Whether it was used before is for the caller to ask.

    :raises IdentityError: it is not signed by a panel's secret, too old, good for too long, or says nothing usable.
    """
    panel, claims = _verified(token, AUDIENCE, panels, now, session=False)
    expires = datetime.fromtimestamp(claims["exp"], UTC)
    issued = claims.get("iat")
    begun = now if issued is None else datetime.fromtimestamp(issued, UTC)
    if expires - min(begun, now) > LONGEST + _LEEWAY:
        raise IdentityError("invalid", f"exp: is more than {LONGEST.seconds // 60} minutes away")
    token_id = _text(claims, "jti", most=200)
    if not token_id:
        raise IdentityError("invalid", "jti: is empty")
    return Identity(panel, _caller(panel, claims, catalogue), token_id, expires + _LEEWAY)


def open_session(panel: Panel, caller: Caller, now: datetime, report: str | None = None) -> str:
    """A session for this caller, as a page holds it; ``report`` is that of the session before, if it goes on."""
    claims = {
        "aud": _SESSION_AUDIENCE,
        "exp": int((now + SESSION).timestamp()),
        "panel": panel.name,
        "report": report or secrets.token_urlsafe(18),
        "caller": caller.model_dump(mode="json", exclude_defaults=True, exclude={"panel"}),
    }
    return jwt.encode(claims, _key(panel.secrets[0], session=True), algorithm="HS256")


def read_session(session: str, panels: Sequence[Panel], now: datetime) -> FormSession:
    """The form that is open.

    :raises IdentityError: it is none of ours, or too old.
    """
    panel, claims = _verified(session, _SESSION_AUDIENCE, panels, now, session=True)
    # A secret may serve two panels; a session is of one.
    panel = next((each for each in panels if each.name == claims.get("panel")), panel)
    return FormSession(panel, Caller(panel=panel.name, **claims["caller"]), claims["report"])


def _verified(
    token: str, audience: str, panels: Sequence[Panel], now: datetime, *, session: bool
) -> tuple[Panel, dict[str, Any]]:
    if not 0 < len(token) <= _LONGEST_TOKEN or not token.isascii():
        raise IdentityError("invalid", "is no token")
    for panel in panels:
        for secret in panel.secrets:
            try:
                claims = jwt.decode(
                    token,
                    _key(secret, session=session),
                    algorithms=["HS256"],
                    audience=audience,
                    # Times are judged below: by the clock that is given.
                    options={
                        "require": ["aud", "exp"] if session else _REQUIRED,
                        "verify_exp": False,
                        "verify_nbf": False,
                        "verify_iat": False,
                    },
                )
            except jwt.InvalidSignatureError:
                continue
            except jwt.InvalidTokenError as error:
                raise IdentityError("invalid", f"{type(error).__name__}: not what a form's token has to be") from None
            _check_times(claims, now)
            return panel, claims
    raise IdentityError("invalid", "its signature is by no panel's secret")


def _key(secret: bytes, *, session: bool) -> bytes:
    return hmac.digest(secret, _SESSION_KEY, "sha256") if session else secret


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    for name in ("exp", "nbf", "iat"):
        value = claims.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e11:
            raise IdentityError("invalid", f"{name}: is no time")
        at = datetime.fromtimestamp(value, UTC)
        if name == "exp" and at + _LEEWAY <= now:
            raise IdentityError("expired", "exp: is over")
        if name != "exp" and at - _LEEWAY > now:
            raise IdentityError("invalid", f"{name}: is to come; do the clocks differ?")


def _caller(panel: Panel, claims: Mapping[str, Any], catalogue: Catalogue) -> Caller:
    """Never more than the panel may: an unknown organization has no services."""
    org, named = _text(claims, "org", most=200), claims.get("service_ids")
    if not org and named is None:
        raise IdentityError("invalid", "org, service_ids: one of them has to say whose services they are")
    customers = panel.reach
    if org:
        wanted = org.casefold()
        own = {
            customer.id
            for customer in catalogue.customers
            if wanted in {customer.id.casefold(), *(name.casefold() for name in customer.organizations)}
        }
        customers = frozenset(own) if customers is None else customers & own
    services = None
    if named is not None:
        if not isinstance(named, list) or len(named) > _MOST_SERVICES or not all(isinstance(n, str) for n in named):
            raise IdentityError("invalid", "service_ids: has to be a list of texts")
        services = frozenset(name.strip().casefold() for name in named)
    return Caller(
        panel=panel.name,
        subject=_text(claims, "sub", most=200),
        customers=customers,
        service_ids=services,
        language=_text(claims, "lang", most=20) or "en",
        name=" ".join(_text(claims, "name", most=120).split()),
        email=_text(claims, "email", most=254) or None,
    )


def _text(claims: Mapping[str, Any], name: str, *, most: int) -> str:
    value = claims.get(name, "")
    if not isinstance(value, str) or len(value) > most or not value.isprintable():
        raise IdentityError("invalid", f"{name}: has to be a text of at most {most} characters")
    return value.strip()
