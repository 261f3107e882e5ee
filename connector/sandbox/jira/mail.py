"""E-mail to the service project, a new request or a customer's answer to an old one; and `/issue/{key}/notify`, Jira's
own mail to people with an account."""

import re

from connector.sandbox.jira import changing
from connector.sandbox.jira.call import Call
from connector.sandbox.jira.endpoints import answers
from connector.sandbox.jira.errors import JiraError
from connector.sandbox.jira.portal import submit
from connector.sandbox.jira.records import PUBLIC_PROPERTY, Issue, Mail
from connector.sandbox.jira.world import World

_KEY = re.compile(r"\b([A-Z][A-Z0-9_]+-\d+)\b")


def receive(world: World, sender: str, subject: str, body: str, project_key: str) -> str:
    """The id of the issue that the e-mail made or answered. Raises KeyError if the project has no request type."""
    user = world.user_with_email(sender) or world.add_user(sender)
    found = _KEY.search(subject)
    known = world.issues.get(world.issue_ids.get(found[1], 0)) if found else None
    if known is not None:
        changing.publish(world, known, user, changing.NewComment(body, {PUBLIC_PROPERTY: {"internal": False}}))
        return str(known.id)
    project = world.project(project_key)
    desk = project.service_desk_id if project else None
    kind = next((one for one in world.request_types.values() if one.service_desk_id == desk), None)
    if kind is None:
        raise KeyError(f"the project {project_key!r} has no request type that e-mail could use")
    summary = " ".join(subject.split())[:255] or "(no subject)"
    wanted = changing.Wanted({"summary": summary, "description": body, "reporter": user.id})
    return str(submit(world, kind, user, "email", wanted).id)


@answers("POST issue/{issue}/notify", 204)
def _send(call: Call, issue: Issue) -> None:
    body, world = call.fields(), call.world
    if world.sends_no_mail:
        raise JiraError(403, "Outgoing emails are disabled or no SMTP server is configured.")
    key = "accountId" if world.cloud else "name"
    users = [world.user_called(named.get(key)) for named in (body.get("to") or {}).get("users") or ()]
    if None in users:
        raise JiraError(400, fields={"users": "The user does not exist."})
    # Cloud mails nobody what they asked for themselves.
    if not users or (world.cloud and call.user in users):
        raise JiraError(400, fields={"Recipients": "No recipients were defined for notification."})
    subject = body.get("subject") or f"({issue.key}) {issue.fields['summary']}"
    text = body.get("textBody") or ""
    world.mails += [Mail(user.email, subject, text, issue.key) for user in users if user]
