"""Is everything in Jira as ``interspace install`` would make it?"""

from connector.doctor.drift import of_plan
from connector.doctor.finding import Observation, fail
from connector.helpdesks.jira.doctor.context import Context
from connector.helpdesks.jira.doctor.webhook import used_webhook
from connector.helpdesks.jira.install.planning import plan_jira
from connector.helpdesks.jira.settings import WEBHOOK_SECRET
from connector.install.errors import PlanError


def drift(context: Context) -> Observation:
    """The plan of an installation now: nothing left to do. One that was made by hand has no plan to drift from."""
    secrets = {WEBHOOK_SECRET: context.webhook_secrets[0].decode()}
    receiver = context.settings.receiver_url or str(used_webhook(context)["url"])
    try:
        plan = plan_jira(context.setup, secrets, receiver_url=receiver)
    except PlanError as error:
        return fail(str(error), "interspace install plan jira tells more.")
    return of_plan(plan, context.HELPDESK)
