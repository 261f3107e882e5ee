"""Is everything as ``interspace install`` would make it?"""

from collections import Counter

from connector.doctor.finding import Observation, ok, skipped, warn
from connector.install.plan import Plan

_NAMED = 3


def of_plan(plan: Plan, helpdesk: str) -> Observation:
    """What follows from a plan."""
    if plan.ours == 0:
        return skipped(
            "nothing here was set up by interspace install",
            f"interspace install plan {helpdesk} shows what it would do.",
        )
    work = plan.work
    if not work:
        return ok(f"{plan.ours} objects, all as installed")
    counts = Counter(step.action.value for step in work)
    first = ", ".join(step.title for step in work[:_NAMED])
    more = " …" if len(work) > _NAMED else ""
    do = f"interspace install plan {helpdesk} shows it, interspace install apply {helpdesk} repairs it."
    return warn(f"{', '.join(f'{n} to {what}' for what, n in counts.items())}: {first}{more}", do)
