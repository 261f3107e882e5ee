"""Do those outside of the helpdesk who are to be told take a delivery?"""

import secrets
from collections.abc import Callable
from functools import partial

from connector.counted import counted
from connector.doctor.context import Examination
from connector.doctor.finding import Observation, fail, ok, skipped
from connector.helpdesks.registry import plugin
from connector.outgoing.letters import probe
from connector.outgoing.payload import test_body
from connector.outgoing.post import NotDeliveredError
from connector.outgoing.receivers import Webhook, load_receivers
from connector.outgoing.webhooks import send
from connector.settings import variable


def receivers(context: Examination) -> Observation:
    """Each gets an event of the type ``interspace.test``, signed as the real ones; a mail server gets nothing, but has
    to take user and password."""
    outside = load_receivers(context.settings.telling)
    tries: dict[str, Callable[[], None]] = {name: _test(context, each) for name, each in outside.webhooks.items()}
    if outside.mail is not None and not plugin(context.HELPDESK).mails_contacts:
        tries["mail"] = partial(probe, outside.mail)
    if not tries:
        return ok(f"nobody: {variable('telling')} names no receiver")
    if not context.test_tickets:
        return skipped(f"{counted(len(tries), 'receiver')}, nothing was sent to them")
    failures = list[str]()
    for name, attempt in tries.items():
        try:
            attempt()
        except NotDeliveredError as error:
            failures.append(f"{name}: {error}")
    if failures:
        return fail("; ".join(failures), f"Correct address and secret in {context.settings.telling}, or the receiver.")
    return ok(f"{', '.join(tries)} took a test")


def has_mail_server(context: Examination) -> bool:
    """Whether contacts of a level whom the helpdesk does not mail can be mailed all the same."""
    return load_receivers(context.settings.telling).mail is not None


def _test(context: Examination, receiver: Webhook) -> Callable[[], None]:
    now = context.clock()
    return lambda: send(receiver, f"msg_test_{secrets.token_hex(8)}", test_body(now), now)
