"""Is everything in Zammad as ``interspace install`` would make it?"""

from connector.doctor.drift import of_plan
from connector.doctor.finding import Observation, fail
from connector.helpdesks.zammad.doctor.context import Context
from connector.helpdesks.zammad.doctor.webhook import used_webhook
from connector.helpdesks.zammad.install.planning import Setup, plan_zammad
from connector.helpdesks.zammad.settings import WEBHOOK_SECRET
from connector.install.errors import PlanError


def drift(context: Context) -> Observation:
    """The plan of an installation now: nothing left to do. One that was made by hand has no plan to drift from."""
    secrets = {WEBHOOK_SECRET: context.webhook_secrets[0].decode()}
    setup = Setup(context.admin, context.bot, context.policy, context.mapping)
    receiver = context.settings.receiver_url or str(used_webhook(context)["endpoint"])
    try:
        plan = plan_zammad(setup, secrets, context.clock().date(), receiver_url=receiver)
    except PlanError as error:
        return fail(str(error), "interspace install plan zammad tells more.")
    return of_plan(plan, context.HELPDESK)
