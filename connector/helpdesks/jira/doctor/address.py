"""Is it a Jira that answers, of which kind, and do the credentials fit it?"""

from connector.doctor.connection import not_the_helpdesk, reached
from connector.doctor.finding import Observation, fail, ok, warn
from connector.helpdesks.errors import UnavailableError
from connector.helpdesks.jira.doctor.context import Context
from connector.helpdesks.jira.flavour import flavour_of
from connector.helpdesks.jira.install.pages import row_of
from connector.helpdesks.jira.install.planning import FIRST_SIGNING

_TESTED = range(FIRST_SIGNING, 12)
"""Major versions of Data Center."""


def jira_answers(context: Context) -> Observation:
    """It tells everybody what it is."""
    answer = reached(context)
    if isinstance(answer, Observation):
        return answer
    try:
        flavour = flavour_of(answer.json().get("deploymentType"))
    except (ValueError, AttributeError, UnavailableError):
        return not_the_helpdesk(context, answer)
    user, text = context.own.user, f"{flavour.title} at {context.base} answers"
    if flavour.administers and user is None:
        return fail(
            f"{text}, and INTERSPACE_JIRA_USER is not set",
            "Cloud needs the e-mail address of the connector's user besides its API token.",
        )
    if not flavour.administers and user is not None:
        return fail(
            f"{text}, and INTERSPACE_JIRA_USER is set",
            "Data Center takes a personal access token alone: take the variable away.",
        )
    return ok(f"{text} within {answer.elapsed.total_seconds():.1f} s")


def version(context: Context) -> Observation:
    """Cloud has always the newest; of Data Center, one that signs webhooks."""
    told = row_of(context.bot, "api/2/serverInfo")
    text = str(told.get("version"))
    if context.flavour.administers:
        return ok(f"Jira Cloud {text}")
    major = int((told.get("versionNumbers") or [0])[0])
    if major < FIRST_SIGNING:
        return fail(
            f"Jira Data Center {text} does not sign its webhooks",
            "Upgrade to 10, or let an Automation rule call the receiver (interspace install checklist jira).",
        )
    if major not in _TESTED:
        return warn(f"Jira Data Center {text}", "The connector is written for Data Center 10: test with care.")
    return ok(f"Jira Data Center {text}")
