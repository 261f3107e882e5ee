"""Does the receiver behind the webhook's address have our secret?"""

from typing import NamedTuple
from urllib.parse import urlsplit

import requests

from connector.doctor.context import Examination
from connector.doctor.finding import Observation, fail, ok, warn


class Probe(NamedTuple):
    """A signed delivery that changes nothing, and what our receiver answers to it."""

    body: bytes
    signature: str
    status: int
    says: str
    """A part of the answer that no other server would give."""
    redirected: str
    """What the helpdesk makes of a redirect."""


def receives(context: Examination, url: str, probe: Probe) -> Observation:
    """It accepts our signature, and refuses what nobody signed."""
    headers = {"Content-Type": "application/json", "X-Hub-Signature": probe.signature}
    try:
        answer = context.request("POST", url, data=probe.body, headers=headers)
    except requests.exceptions.RequestException as error:
        return warn(
            f"{url}: no answer here: {type(error).__name__}",
            f"Start interspace run, or look from {context.TITLE}'s machine if only that one reaches it; the round trip "
            "decides.",
        )
    if answer.status_code == probe.status and probe.says in answer.text:
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
            return fail(f"{text}; /{page}: its work table does not answer", "Repair the receiver's database.")
        if answer.status_code != 200:
            return ok(f"{text}; /{page} is not passed on")
    return ok(f"{text}, alive and ready")
