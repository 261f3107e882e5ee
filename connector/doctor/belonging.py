"""Do helpdesk, account and work table belong together, and how many tickets would the rules touch?"""

from contextlib import suppress
from itertools import islice

from connector.counted import counted
from connector.doctor.context import Examination
from connector.doctor.finding import Observation, fail, ok, warn
from connector.helpdesks.helpdesk import Helpdesk
from connector.helpdesks.installed import Identity
from connector.work.admission import in_force, misfit
from connector.work.errors import StoreMissing
from connector.work.reach import reach
from connector.work.table import Home

_MOST_LISTED = 2_000
_SAMPLE = 10


def belonging(context: Examination, identity: Identity) -> Observation:
    """One installation on one helpdesk with one work table."""
    home, stopped = _home(context)
    if stopped:
        return fail(f"all work is stopped: {stopped}", "Repair the cause, then: interspace installation resume")
    if (fault := misfit(home, identity)) is not None:
        return fail(fault, "See interspace installation --help.")
    who = f"{identity.person} (id {identity.account})"
    if identity.installed is None:
        return warn(
            f"{who}; nothing on {context.TITLE} says who is installed",
            "interspace install apply leaves a name there, so that a second installation is refused.",
        )
    return ok(f"installation {identity.installed.id} of {who}")


def touched(context: Examination, desk: Helpdesk, identity: Identity) -> Observation:
    """The open tickets that the rules hold for, and by a small sample how many would visibly change now."""
    pages = islice(desk.unresolved(), _MOST_LISTED)
    ids = [ticket.id for page in pages for ticket in page][:_MOST_LISTED]
    home, _ = _home(context)
    installed = identity.installed.since if identity.installed else None
    policy = in_force(context.policy, home.since if home else installed)
    since = policy.applies_since
    held = (
        f"the rules hold for tickets from {since:%Y-%m-%d %H:%M} UTC on" if since else "the rules hold for all of them"
    )
    found = reach(desk, policy, ids, context.clock(), sample=_SAMPLE)
    many = ("at least " if len(ids) == _MOST_LISTED else "") + counted(len(ids), "open ticket")
    text = f"{many} in reach, {held}; it would now visibly change {found.description}"
    if found.changed and home is None:
        return warn(
            text, "Set applies_since in the policy to leave older ones alone; interspace simulate --open lists them."
        )
    return ok(text)


def _home(context: Examination) -> tuple[Home | None, str | None]:
    with suppress(StoreMissing):
        return context.table.helpdesks.home(context.HELPDESK), context.table.helpdesks.stopped(context.HELPDESK)
    return None, None
