"""Do helpdesk, receiver and work table answer, is the way to the helpdesk safe, and do all clocks agree?"""

import socket
import ssl
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import urlsplit

import requests

from connector.counted import counted
from connector.doctor.context import Examination
from connector.doctor.finding import Observation, fail, ok, warn
from connector.helpdesks.settings import TOKEN_ENDS_SOON
from connector.ports import is_this_machine
from connector.work.health import remedy

_EXPIRES_SOON = timedelta(days=21)
_SKEW_WARNS = timedelta(seconds=5)
_SKEW_FAILS = timedelta(seconds=60)


def reached(context: Examination) -> requests.Response | Observation:
    """The helpdesk's answer to a request without a token, or what went wrong.

    No secret is sent to an unproved address.
    """
    try:
        answer = context.request("GET", context.base + context.PUBLIC_PATH, headers={"Accept": "application/json"})
    except requests.exceptions.SSLError as error:
        return fail(
            f"{context.base}: TLS failed: {_reason(error)}",
            _advice(context, error),
        )
    except requests.exceptions.RequestException as error:
        return fail(
            f"{context.base}: no answer: {_reason(error)}",
            f"Check {context.own.variable('url')}, the name service, firewalls and proxies between here and "
            f"{context.TITLE}.",
        )
    if 300 <= answer.status_code < 400:
        return fail(
            f"{context.base} redirects to {answer.headers.get('Location', 'nowhere')}",
            f"Set {context.own.variable('url')} to the address that is redirected to: the token is not sent after a "
            "redirect.",
        )
    return answer


def not_the_helpdesk(context: Examination, answer: requests.Response) -> Observation:
    """Another server than the helpdesk answers at the address."""
    path, title = urlsplit(context.base).path, context.TITLE
    do = f"Set {context.own.variable('url')} to {title}'s address as in the browser, with its sub-path if it has one."
    if path:
        do = (
            f"Set {context.own.variable('url')} to {title}'s address without {path}, unless all of {title} is there: "
            "a browser shows the path of a page, too."
        )
    return fail(f"{context.base} answers {answer.status_code}, but not like a {title}", do)


def tls(context: Examination) -> Observation:
    """The token travels encrypted, and the certificate is good for some weeks more."""
    parts = urlsplit(context.base)
    host = parts.hostname or ""
    if parts.scheme == "http":
        if is_this_machine(host):
            return ok(f"no TLS, but {context.TITLE} is on this machine")
        return warn(
            "the token travels unencrypted", f"Give {context.TITLE} a certificate and use https:// in both directions."
        )
    trusted = ssl.create_default_context(cafile=context.own.ca_path)
    try:
        with (
            socket.create_connection((host, parts.port or 443), timeout=5) as connection,
            trusted.wrap_socket(connection, server_hostname=host) as secured,
        ):
            ends = str((secured.getpeercert() or {}).get("notAfter", ""))
            version = secured.version() or "TLS"
    except ssl.SSLError as error:
        return fail(f"TLS failed: {_reason(error)}", _advice(context, error))
    except OSError as error:
        # The address answers: there is a proxy in between, and the certificate is its business.
        return warn(f"the certificate cannot be looked at from here: {_reason(error)}", "Look at it in a browser.")
    return certificate(datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC), context.clock(), version)


def _advice(context: Examination, error: Exception) -> str:
    """What to do when TLS failed. OpenSSL calls an answer without TLS a wrong version number."""
    if "wrong_version_number" in str(error).casefold().replace(" ", "_"):
        return (
            f"What answers there does not speak TLS: set {context.own.variable('url')} to the address with http://, or "
            "to the port that speaks it."
        )
    return f"Renew the certificate, or trust its issuer with {context.own.variable('ca_file')}."


def certificate(ends: datetime, now: datetime, version: str = "TLS") -> Observation:
    """What follows from the end of a certificate (UTC)."""
    text = f"{version}, certificate good until {ends:%Y-%m-%d}"
    if ends <= now:
        return fail(f"the certificate ended on {ends:%Y-%m-%d}", "Renew it.")
    return warn(text, "Renew it in time.") if ends - now < _EXPIRES_SOON else ok(text)


def token_until(last_day: date, today: date, who_says: str, renew: str) -> Observation:
    """What follows from the last day of a token (UTC). ``renew`` says how to get another."""
    left = last_day - today
    if left < timedelta(0):
        return fail(f"it ended on {last_day}, says {who_says}", renew)
    text = f"it ends on {last_day}, says {who_says}"
    return warn(f"{text}, in {left.days} days", renew) if left <= TOKEN_ENDS_SOON else ok(text)


def clocks(context: Examination) -> Observation:
    """The Date header against this machine's clock, both to the second; half the way there is allowed for."""
    before = context.clock()
    answer = context.request("HEAD", context.base + context.PUBLIC_PATH)
    after = context.clock()
    header = answer.headers.get("Date")
    try:
        theirs = parsedate_to_datetime(header or "").astimezone(UTC)
    except ValueError:
        return warn(f"{context.TITLE}'s answers have no Date header", "Compare the clocks of the two machines by hand.")
    # The header has whole seconds: on average it is half a second behind.
    ours = before + (after - before) / 2 - timedelta(seconds=0.5)
    return skew(theirs - ours, f"{context.TITLE}'s clock")


def skew(difference: timedelta, whose: str) -> Observation:
    """What follows from a clock that is ahead of ours by ``difference``."""
    size = abs(difference)
    if size <= _SKEW_WARNS:
        return ok(f"{whose} and this machine's agree")
    text = (
        f"{whose} is {size.total_seconds():.0f} s {'ahead of' if difference > timedelta() else 'behind'} this machine's"
    )
    do = "Let both machines take their time by NTP: deadlines and levels are reckoned by it."
    return fail(text, do) if size > _SKEW_FAILS else warn(text, do)


def _reason(error: BaseException) -> str:
    """The innermost cause, in one line."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return " ".join(str(error).split()) or type(error).__name__


class Probe(NamedTuple):
    """A signed delivery that our receiver knows and leaves alone."""

    body: bytes
    signature: str
    redirected: str
    """What the helpdesk makes of a redirect."""


def receives(context: Examination, url: str, probe: Probe) -> Observation:
    """The receiver accepts a delivery with our signature and refuses one without a signature."""
    headers = {"Content-Type": "application/json", "X-Hub-Signature": probe.signature}
    try:
        answer = context.request("POST", url, data=probe.body, headers=headers)
    except requests.exceptions.RequestException as error:
        return warn(
            f"{url}: no answer here: {type(error).__name__}",
            f"Start interspace run, or look from {context.TITLE}'s machine if only that one reaches it; the round trip "
            "decides.",
        )
    if answer.status_code == 202 and '"ignored"' in answer.text:
        return _health(context, url)
    if answer.status_code == 401:
        return fail(
            f"{url}: the receiver has another secret",
            f"Restart it with the same {context.own.variable('webhook_secret')}.",
        )
    if 300 <= answer.status_code < 400:
        return fail(f"{url} redirects", f"{probe.redirected}: serve this address directly.")
    return fail(
        f"{url} answers {answer.status_code}, not like the connector's receiver",
        "Let the web server pass /webhooks/ to the receiver unchanged.",
    )


def _health(context: Examination, url: str) -> Observation:
    """What /healthz and /readyz say at the same place, if the web server passes them on."""
    parts, text = urlsplit(url), f"{url} answers, with our secret"
    for page in ("healthz", "readyz"):
        try:
            answer = context.request("GET", f"{parts.scheme}://{parts.netloc}/{page}")
        except requests.exceptions.RequestException:
            return warn(f"{text}; /{page} does not answer", "Look at the receiver's log.")
        if answer.status_code == 503:
            problems = _problems(answer)
            if not problems:
                return fail(
                    f"{text}; /{page} answers 503 without a cause, so it is not the receiver that answers",
                    "The log of the web server in between says why.",
                )
            remedies = dict.fromkeys(map(remedy, problems))
            return fail(f"{text}; /{page}: {'; '.join(problems)}", " ".join(remedies))
        if answer.status_code != 200:
            return ok(f"{text}; /{page} is not passed on")
    return ok(f"{text}, alive and ready")


def _problems(answer: requests.Response) -> list[str]:
    """What /readyz says is wrong; nothing if another server answers."""
    try:
        told = answer.json()
    except requests.exceptions.JSONDecodeError:
        return []
    problems = told.get("problems") if isinstance(told, dict) else None
    return [str(problem) for problem in problems] if isinstance(problems, list) else []


_LATE = timedelta(minutes=10)


def work_table(context: Examination) -> Observation:
    """It answers, and what is due is not old."""
    counts = context.table.counts().get(context.HELPDESK)
    paused = context.table.paused_until(context.HELPDESK)
    if paused is not None:
        return warn(
            f"work on {context.TITLE} is paused until {paused:%H:%M:%S} UTC, because it did not answer or asked for it",
            "Nothing, if it ends soon. Otherwise the worker's log names the cause.",
        )
    if counts is None:
        return ok("it answers and is empty")
    text = f"{counted(counts.due, 'ticket')} due, {counts.waiting} waiting, {counts.leased} being worked on"
    if counts.oldest_due is not None and context.table.now() - counts.oldest_due > _LATE:
        return fail(f"{text}; the oldest since {counts.oldest_due:%Y-%m-%d %H:%M} UTC", "Start interspace run or work.")
    return ok(text)


def dead_letters(context: Examination) -> Observation:
    """Tickets that nobody works on any more."""
    letters = context.table.dead_letters(context.HELPDESK)
    if letters:
        return fail(
            f"{len(letters)}, the oldest: ticket {letters[0].key.ticket}: {letters[0].error[:160]}",
            "Repair the cause (interspace dead-letters list), then interspace dead-letters replay --all.",
        )
    return ok("none")


def table_clock(context: Examination) -> Observation:
    """On PostgreSQL the table goes by the database's clock; on SQLite by this machine's own."""
    return skew(context.table.now() - context.clock(), "the work table's clock")
