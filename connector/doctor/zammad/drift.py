"""Is everything as ``interspace install`` would make it?"""

from collections import Counter

from connector.doctor.context import Context
from connector.doctor.finding import Seen, fail, ok, skipped, warn
from connector.doctor.webhook import used_webhook
from connector.install.errors import PlanError
from connector.install.plan import Plan
from connector.install.secrets import WEBHOOK
from connector.install.zammad.planning import Setup, plan_zammad

_PLAN = "interspace install plan zammad shows it, interspace install apply zammad repairs it."
_NAMED = 3


def drift(context: Context) -> Seen:
    """The plan of an installation now: nothing left to do. One that was made by hand has no plan to drift from."""
    secrets = {WEBHOOK: context.settings.webhook_secrets()[0].decode()}
    setup = Setup(context.admin, context.bot, context.policy, context.mapping)
    receiver = context.settings.receiver_url or str(used_webhook(context)["endpoint"])
    try:
        plan = plan_zammad(setup, secrets, context.clock().date(), receiver_url=receiver)
    except PlanError as error:
        return fail(str(error), "interspace install plan zammad tells more.")
    return of_plan(plan)


def of_plan(plan: Plan) -> Seen:
    """What follows from a plan."""
    if plan.ours == 0:
        return skipped(
            "nothing here was set up by interspace install", "interspace install plan zammad shows what it would do."
        )
    work = plan.work
    if not work:
        return ok(f"{plan.ours} objects, all as installed")
    counts = Counter(step.action.value for step in work)
    first = ", ".join(step.title for step in work[:_NAMED])
    more = " …" if len(work) > _NAMED else ""
    return warn(f"{', '.join(f'{n} to {what}' for what, n in counts.items())}: {first}{more}", _PLAN)
