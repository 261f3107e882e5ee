"""`/issue/{key}/notify`: mail to people with an account, by whoever may browse the issue."""

from connector.sandbox.jira.access import issue_for
from connector.sandbox.jira.call import Answer, Call
from connector.sandbox.jira.errors import JiraError
from connector.sandbox.jira.records import Mail, User


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
