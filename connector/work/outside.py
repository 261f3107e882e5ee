"""What is told outside of the helpdesk of one ticket, before and after it is reconciled.

The ticket is the record: what happened is read off it, and rows are planned for what no mark proves to be told. A crash
after the write leaves that to the next look, which finds the same.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from connector.domain.decision import Decision
from connector.domain.event import EventKind, Told
from connector.domain.ticket import Ticket
from connector.policy.models import Policy
from connector.rules.telling import given_up_mark, told_mark
from connector.work.jobs import Job
from connector.work.tellings import Teller, Telling, TellingKey, Tellings


class Outside:
    """See the module. Without ``tellers`` nothing is read or planned."""

    def __init__(self, tellings: Tellings, tellers: Sequence[Teller], job: Job) -> None:
        self._tellings = tellings
        self._tellers = tellers
        self._helpdesk = job.key.helpdesk
        self._rows = tellings.of(*job.key) if tellers and job.told else []

    @property
    def told(self) -> list[Told]:
        """What was told or given up, and the ticket shall say so."""
        return [told for row in self._rows if self._is_noted(row.key.receiver) and (told := _told(row)) is not None]

    def plan(self, ticket: Ticket, policy: Policy, decision: Decision, now: datetime) -> None:
        """Plans what has to be told now that ``decision`` is written; forgets what the ticket says to be told."""
        if not self._tellers:
            return
        known = {row.key for row in self._rows}
        proved = ticket.marks.keys() | (decision.note.marks if decision.note else ())
        wanted = (
            (TellingKey(self._helpdesk, ticket.id, event, receiver), body)
            for teller in self._tellers
            for event, receiver, body in teller.wanted(ticket, policy, decision, now)
        )
        self._tellings.add(
            [
                (key, body())
                for key, body in wanted
                if key not in known
                and proved.isdisjoint({told_mark(key.receiver, key.event), given_up_mark(key.receiver, key.event)})
            ]
        )
        said = [row.key for row in self._rows if row.told_at and told_mark(row.key.receiver, row.key.event) in proved]
        self._tellings.forget(said)

    def _is_noted(self, receiver: str) -> bool:
        return any(teller.is_noted(receiver) for teller in self._tellers)


def _told(row: Telling) -> Told | None:
    at = row.told_at or row.failed_at
    if at is None:
        return None
    kind = EventKind(json.loads(row.body)["type"])
    return Told(row.key.event, kind, row.key.receiver, at, row.error if row.failed_at else None)
