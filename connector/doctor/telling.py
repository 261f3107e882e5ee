"""Do those outside of the helpdesk who are to be told take a delivery?"""

import secrets

from connector.doctor.context import Examination
from connector.doctor.finding import Observation, fail, ok, skipped
from connector.outgoing.payload import test_body
from connector.outgoing.post import NotDeliveredError
from connector.outgoing.receivers import load_receivers
from connector.outgoing.webhooks import send
from connector.settings import variable


def receivers(context: Examination) -> Observation:
    """Each gets an event of the type ``interspace.test``, signed as the real ones."""
    configured = load_receivers(context.settings.telling)
    if not configured:
        return ok(f"nobody: {variable('telling')} names no receiver")
    if not context.test_tickets:
        return skipped(f"{len(configured)} receivers, nothing was sent to them")
    now, failures = context.clock(), list[str]()
    for name, receiver in configured.items():
        try:
            send(receiver, f"msg_test_{secrets.token_hex(8)}", test_body(now), now)
        except NotDeliveredError as error:
            failures.append(f"{name}: {error}")
    if failures:
        return fail("; ".join(failures), f"Correct address and secret in {context.settings.telling}, or the receiver.")
    return ok(f"{', '.join(configured)} took a test")
