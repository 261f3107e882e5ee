"""The release of an RFO document: a manager who has not written it lets it go to the customer (R33).

Both are proved by the task's history. The same judgement is passed on the task, which says what is missing, and on
the incident, from which the document is sent.
"""

from typing import Any, NamedTuple

from connector.domain.changes import Changes
from connector.domain.connector_key import number_of
from connector.domain.decision import Notice, Outcome
from connector.domain.mark import Mark
from connector.domain.ticket import Change, Ticket
from connector.domain.vocabulary import Actor, RfoRelease, RfoStatus
from connector.policy.models import Policy
from connector.rules.case import Case
from connector.rules.measures import RfoFault, Wrong
from connector.rules.rfo_facts import Sent, restored, sent
from connector.rules.rfo_text import (
    COMMON,
    TEXTS,
    RfoText,
    asks_for_record,
    read_record,
    record_of,
    rfo_text,
    told,
)


class Release(NamedTuple):
    """What somebody wants released, and what is in the way."""

    change: Change
    kind: RfoRelease
    number: int
    """Of the RFO."""
    version: int
    text: RfoText
    before: tuple[Sent, ...]
    """The versions that have gone out."""
    who: str | None
    """``no_manager``, ``author`` or ``changed_since``: why this person cannot release this text. ``unread``: the
    problem record could not be read, so nobody knows the whole text and who has written it."""
    faults: tuple[RfoFault, ...]

    @property
    def is_good(self) -> bool:
        """Nothing is in the way."""
        return self.who is None and not self.faults


def release(task: Ticket, incident: Ticket, record: Ticket | None, policy: Policy) -> Release | None:
    """What is to be released of this task's RFO; ``None``: nothing, or it has been sent. ``record`` is the incident's
    problem record, where it has one."""
    kind, changes = task.fields.rfo_release, task.changes.get("rfo_release", ())
    if kind is None or not changes or changes[-1].new is not kind:
        return None
    number, change = number_of(task.fields.connector_key), changes[-1]
    before = sent(incident, number)
    if any(one.release == change.id for one in before):
        return None
    text = rfo_text(task, incident, record, policy, restored(incident, number))
    return Release(
        change=change,
        kind=kind,
        number=number,
        version=max((one.version for one in before), default=0) + 1,
        text=text,
        before=before,
        who="unread" if record is None and record_of(incident) else _who(task, record, change, before),
        faults=_faults(kind, text, before),
    )


def _who(task: Ticket, record: Ticket | None, change: Change, before: tuple[Sent, ...]) -> str | None:
    """A version's authors are those who have changed its text since the version before, wherever it stands."""
    if change.actor is not Actor.MANAGER:
        return "no_manager"
    own = [one for name in TEXTS for one in task.changes.get(name, ())]
    common = [one for name in COMMON for one in (record.changes.get(name, ()) if record else ())]
    written = [one for one in (*own, *common) if one.actor is not Actor.CONNECTOR]
    if any(one.at > change.at for one in written):
        return "changed_since"
    since = max((one.at for one in before), default=None)
    authors = {_identity(one) for one in written if since is None or one.at >= since}
    return "author" if _identity(change) in authors else None


def _identity(change: Change) -> str:
    return change.by.id if change.by is not None else change.actor_name


def _faults(kind: RfoRelease, text: RfoText, before: tuple[Sent, ...]) -> tuple[RfoFault, ...]:
    """A preliminary version needs its summary only, and names nobody else; one that corrects a final version says what
    it corrects."""
    if kind is RfoRelease.PRELIMINARY:
        found = (*text.faults, *text.missing)
        return tuple(fault for fault in found if fault.field == "rfo_summary" or fault.wrong is Wrong.NAMES)
    corrects = any(one.is_final for one in before) and "rfo_revision" not in text.texts
    return (*text.faults, *text.missing, *([RfoFault("rfo_revision", Wrong.MISSING)] if corrects else []))


def rfo_release(case: Case) -> Outcome:
    """On the task: a release is passed on to the incident, refused, or cleared once it has been served."""
    ticket, incident = case.ticket, case.ticket.related
    if incident is None:
        return Outcome(rule="rfo_release", reasons=("nothing to release",))
    wanted = release(ticket, incident, read_record(ticket, incident), case.policy)
    if wanted is None:
        return _served(case, incident, sent(incident, case.rfo_number))
    if (asks := asks_for_record(ticket, incident)) is not None:
        return Outcome(rule="rfo_release", asks=asks, reasons=("the text may stand on the problem record",))
    if wanted.is_good:
        notice = Notice(
            "rfo_released",
            {"name": wanted.change.actor_name or None, "version": wanted.version, "kind": str(wanted.kind)},
            frozenset({Mark("rfo-released", wanted.change.id)}),
        )
        return Outcome(
            rule="rfo_release",
            changes={"rfo_status": RfoStatus.RELEASED},
            notices=(notice,),
            touches=(incident.id,),
            reasons=(f"version {wanted.version} is released and goes out with the incident",),
        )
    data = {"why": wanted.who, "faults": told(case, wanted.faults)}
    notice = Notice("rfo_not_released", data, frozenset({Mark("rfo-not-released", wanted.change.id)}))
    return Outcome(
        rule="rfo_release",
        changes={"rfo_release": None},
        notices=(notice,),
        reasons=(f"not released: {wanted.who or 'the text is not complete'}",),
    )


def _served(case: Case, incident: Ticket, versions: tuple[Sent, ...]) -> Outcome:
    """The last version is told on the task, and the field is free for the next one."""
    if not versions:
        return Outcome(rule="rfo_release", reasons=("nothing is released",))
    last, fields = versions[-1], case.ticket.fields
    changes: Changes = {"rfo_version": last.version}
    if fields.rfo_release is not None:
        changes["rfo_release"] = None
    data: dict[str, Any] = {"version": last.version, "at": last.at, "incident": incident.number}
    notice = Notice("rfo_sent", data, frozenset({Mark("rfo-sent-told", last.release)}))
    return Outcome(
        rule="rfo_release", changes=changes, notices=(notice,), reasons=(f"version {last.version} has gone out",)
    )
