"""Is it a Zammad that answers, and one of a version that the adapter is written for?"""

import requests

from connector.doctor.connection import not_the_helpdesk, reached
from connector.doctor.finding import Observation, ok, skipped, warn
from connector.helpdesks.errors import ForbiddenError
from connector.helpdesks.zammad.doctor.context import Context

_TESTED = range(5, 8)
"""Major versions of Zammad."""


def zammad_answers(context: Context) -> Observation:
    """Somebody without a token is refused as Zammad refuses."""
    answer = reached(context)
    if isinstance(answer, Observation):
        return answer
    if not _is_zammad(answer):
        return not_the_helpdesk(context, answer)
    return ok(f"{context.base} answers within {answer.elapsed.total_seconds():.1f} s")


def version(context: Context) -> Observation:
    """One that the adapter is written for."""
    client = context.admin if context.own.admin_token else context.bot
    try:
        told = client.get("version")
    except ForbiddenError:
        return skipped("Zammad tells its version to admins only", "Set INTERSPACE_ZAMMAD_ADMIN_TOKEN.")
    text = str(told.get("version", "")) if isinstance(told, dict) else ""
    major = text.partition(".")[0]
    if major.isascii() and major.isdigit() and int(major) in _TESTED:
        return ok(f"Zammad {text}")
    return warn(
        f"Zammad {text or 'of unknown version'}", "The connector is written for Zammad 5.5 to 7: test with care."
    )


def _is_zammad(answer: requests.Response) -> bool:
    try:
        body = answer.json()
    except ValueError:
        return False
    return isinstance(body, dict) and "error" in body and answer.status_code in (401, 403)
