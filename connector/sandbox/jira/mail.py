"""E-mail to the service project, a new request or a customer's answer to an old one; and `/issue/{key}/notify`, Jira's
own mail to people with an account."""

import re

from connector.sandbox.jira import changing, portal
from connector.sandbox.jira.access import issue_for
from connector.sandbox.jira.call import Answer, Call
from connector.sandbox.jira.errors import JiraError
from connector.sandbox.jira.records import PUBLIC_PROPERTY, Mail, Row, User
from connector.sandbox.jira.world import World

_KEY = re.compile(r"\b([A-Z][A-Z0-9_]+-\d+)\b")


def receive(world: World, sender: str, subject: str, body: str, project_key: str) -> str:
    """The id of the issue that the e-mail made or answered.

    Raises KeyError if the project has no request type.
    """
    user = world.user_with_email(sender)
    if user is None:
        name = sender.partition("@")[0].lower()
        user = world.add_user(name, sender.lower(), name, "UTC", "customer")
    found = _KEY.search(subject)
    known = world.issues.get(world.issue_ids.get(found[1], 0)) if found else None
    if known is not None:
        new = changing.NewComment(body, {PUBLIC_PROPERTY: {"internal": False}})
        changing.publish(world, known, user, new)
        return str(known.id)
    summary = " ".join(subject.split())[:255] or "(no subject)"
    wanted = changing.Wanted({"summary": summary, "description": body, "reporter": user.id})
    issue = portal.submit(world, _first_type(world, project_key), user, "email", wanted)
    return str(issue.id)


def _first_type(world: World, project_key: str) -> Row:
    project = world.project(project_key)
    for kind in world.request_types.values():
        if project is not None and kind.service_desk_id == project.service_desk_id:
            return kind
    raise KeyError(f"the project {project_key!r} has no request type that e-mail could use")


def send(call: Call, key: str) -> Answer:
    """`POST /issue/{key}/notify`: 204 once it is queued."""
    issue, body = issue_for(call, key), call.fields()
    if call.world.sends_no_mail:
        raise JiraError(403, "Outgoing emails are disabled or no SMTP server is configured.")
    users = [_recipient(call, named) for named in (body.get("to") or {}).get("users") or ()]
    # Cloud mails nobody what they asked for themselves.
    if not users or (call.world.cloud and call.user in users):
        raise JiraError(400, fields={"Recipients": "No recipients were defined for notification."})
    subject = body.get("subject") or f"({issue.key}) {issue.fields['summary']}"
    call.world.mails += [Mail(user.email, subject, body.get("textBody") or "", issue.key) for user in users]
    return 204, None


def _recipient(call: Call, named: dict[str, str]) -> User:
    wanted = named.get("accountId" if call.world.cloud else "name")
    users = call.world.users.values()
    found = next((user for user in users if wanted and wanted == (user.id if call.world.cloud else user.name)), None)
    if found is None:
        raise JiraError(400, fields={"users": "The user does not exist."})
    return found
