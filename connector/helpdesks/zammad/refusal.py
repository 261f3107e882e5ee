"""What a refusal of Zammad's is about. It says so only in its sentence, and to agents often not even there."""

import re
from collections.abc import Mapping
from typing import Any

from connector.domain.decision import MESSAGE, STATE
from connector.helpdesks.errors import RefusedError, TransientError
from connector.helpdesks.zammad.mapping import ZammadMapping

_FIRST_WRITES = "This object already exists"
"""What Zammad says if several tickets get the first value ever of a new attribute at the same time; the next attempt
succeeds (6.4, extra/race2)."""
_RECIPIENT = "email_recipient"
_PENDING_TIME = "pending_time"


def explained(error: RefusedError, body: Mapping[str, Any], mapping: ZammadMapping) -> TransientError | RefusedError:
    """The error to raise for a refused ``PUT`` with this ``body``, with the refused details if Zammad names any;
    TransientError if another attempt may succeed."""
    said = str(error)
    if _FIRST_WRITES in said:
        return TransientError(said)
    if _RECIPIENT in said and "article" in body:
        return RefusedError(said, details=frozenset({MESSAGE}))
    quoted = {name.removesuffix("_id") for name in re.findall(r"'([a-z0-9_]+)'", said)}
    if _PENDING_TIME in quoted:
        quoted.add("state")
    details = {STATE if name == "state" else mapping.field(name) for name in quoted if name in body}
    return RefusedError(said, details=frozenset(detail for detail in details if detail is not None))
