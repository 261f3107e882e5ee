"""The parameters of the work table's statements."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from connector.work.jobs import Key, checked
from connector.work.schema import to_micros

Row = dict[str, Any]


def of_key(key: Key, **values: Any) -> Row:
    """A ticket and what else the statement takes."""
    return {"b_helpdesk": key.helpdesk, "b_ticket": key.ticket, **values}


def of_touches(dues: Mapping[Key, datetime]) -> Row:
    """Tickets with the times (UTC) at which they are due.

    :raises ValueError: a key cannot be stored.
    """
    # Sorted by key: transactions that lock rows in the same order cannot deadlock.
    return of_rows([{**checked(key)._asdict(), "due": to_micros(due)} for key, due in sorted(dues.items())])


def of_rows(rows: Sequence[Row]) -> Row:
    """The parameter of ``Database.rows``."""
    return {"b_rows": json.dumps(rows)}
