"""Is the address right, is it a Zammad, is the way to it safe, and do both clocks agree?"""

import socket
import ssl
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

import requests

from connector.doctor.context import Context
from connector.doctor.finding import Seen, fail, ok, skipped, warn
from connector.helpdesks.errors import ForbiddenError

_EXPIRES_SOON = timedelta(days=21)
_SKEW_WARNS = timedelta(seconds=5)
_SKEW_FAILS = timedelta(seconds=60)
_TESTED = range(5, 8)
"""Major versions of Zammad."""


def zammad_answers(context: Context) -> Seen:
    """Asked without a token: nothing secret goes to an address that is not known to be right."""
    url = f"{context.base}/api/v1/users/me"
    try:
        answer = context.request("GET", url, headers={"Accept": "application/json"})
    except requests.exceptions.SSLError as error:
        return fail(
            f"{context.base}: TLS failed: {_reason(error)}",
            "Renew the certificate, or trust its issuer with INTERSPACE_ZAMMAD_CA_FILE.",
        )
    except requests.exceptions.RequestException as error:
        return fail(
            f"{context.base}: no answer: {_reason(error)}",
            "Check INTERSPACE_ZAMMAD_URL, the name service, firewalls and proxies between here and Zammad.",
        )
    if 300 <= answer.status_code < 400:
        return fail(
            f"{context.base} redirects to {answer.headers.get('Location', 'nowhere')}",
            "Set INTERSPACE_ZAMMAD_URL to the address that is redirected to: the token is not sent after a redirect.",
        )
    if not _is_zammad(answer):
        return fail(
            f"{context.base} answers {answer.status_code}, but not like a Zammad",
            "Set INTERSPACE_ZAMMAD_URL to Zammad's address as in the browser, with its sub-path if it has one.",
        )
    return ok(f"{context.base} answers within {answer.elapsed.total_seconds():.1f} s")


def tls(context: Context) -> Seen:
    """The token travels encrypted, and the certificate is good for some weeks more."""
    parts = urlsplit(context.base)
    host = parts.hostname or ""
    if parts.scheme == "http":
        if is_this_machine(host):
            return ok("no TLS, but Zammad is on this machine")
        return warn("the token travels unencrypted", "Give Zammad a certificate and use https:// in both directions.")
    trusted = ssl.create_default_context(cafile=context.settings.zammad_ca_file)
    try:
        with (
            socket.create_connection((host, parts.port or 443), timeout=5) as connection,
            trusted.wrap_socket(connection, server_hostname=host) as secured,
        ):
            ends = str((secured.getpeercert() or {}).get("notAfter", ""))
            version = secured.version() or "TLS"
    except ssl.SSLError as error:
        return fail(f"TLS failed: {_reason(error)}", "Renew the certificate, or trust its issuer.")
    except OSError as error:
        # The address answers: there is a proxy in between, and the certificate is its business.
        return warn(f"the certificate cannot be looked at from here: {_reason(error)}", "Look at it in a browser.")
    return certificate(datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC), context.clock(), version)


def certificate(ends: datetime, now: datetime, version: str = "TLS") -> Seen:
    """What follows from the end of a certificate (UTC)."""
    text = f"{version}, certificate good until {ends:%Y-%m-%d}"
    if ends <= now:
        return fail(f"the certificate ended on {ends:%Y-%m-%d}", "Renew it.")
    return warn(text, "Renew it in time.") if ends - now < _EXPIRES_SOON else ok(text)


def clocks(context: Context) -> Seen:
    """Zammad's Date header against this machine's clock, both to the second; half the way there is allowed for."""
    before = context.clock()
    answer = context.request("HEAD", f"{context.base}/api/v1/users/me")
    after = context.clock()
    header = answer.headers.get("Date")
    try:
        theirs = parsedate_to_datetime(header or "").astimezone(UTC)
    except ValueError:
        return warn("Zammad's answers have no Date header", "Compare the clocks of the two machines by hand.")
    # The header has whole seconds: on average it is half a second behind.
    ours = before + (after - before) / 2 - timedelta(seconds=0.5)
    return skew(theirs - ours, "Zammad's clock")


def skew(difference: timedelta, whose: str) -> Seen:
    """What follows from a clock that is ahead of ours by ``difference``."""
    size = abs(difference)
    if size <= _SKEW_WARNS:
        return ok(f"{whose} and this machine's agree")
    text = (
        f"{whose} is {size.total_seconds():.0f} s {'ahead of' if difference > timedelta() else 'behind'} this machine's"
    )
    do = "Let both machines take their time by NTP: deadlines and levels are reckoned by it."
    return fail(text, do) if size > _SKEW_FAILS else warn(text, do)


def version(context: Context) -> Seen:
    """One that the adapter is written for."""
    client = context.admin if context.settings.zammad_admin_token else context.bot
    try:
        told = client.get("version")
    except ForbiddenError:
        return skipped("Zammad tells its version to admins only", "Set INTERSPACE_ZAMMAD_ADMIN_TOKEN.")
    text = str(told.get("version", "")) if isinstance(told, dict) else ""
    major = text.partition(".")[0]
    if major.isascii() and major.isdigit() and int(major) in _TESTED:
        return ok(f"Zammad {text}")
    return warn(
        f"Zammad {text or 'of unknown version'}", "The connector is written for Zammad 5.5 to 7: test with care."
    )


def is_this_machine(host: str) -> bool:
    """Nobody else can listen on the way to it."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_zammad(answer: requests.Response) -> bool:
    try:
        body = answer.json()
    except ValueError:
        return False
    return isinstance(body, dict) and "error" in body and answer.status_code in (401, 403)


def _reason(error: BaseException) -> str:
    """The innermost cause, in one line."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return " ".join(str(error).split()) or type(error).__name__
