"""Files that come by multipart: onto an issue, or for a service desk first and then with a comment of the request."""

from connector.sandbox.jira import changing, comments, portal
from connector.sandbox.jira.access import issue_for
from connector.sandbox.jira.call import Answer, Call
from connector.sandbox.jira.errors import JiraError
from connector.sandbox.jira.records import PUBLIC_PROPERTY, Json
from connector.sandbox.jira.shown import attachment


def attach(call: Call, key: str) -> Answer:
    """`POST /issue/{key}/attachments`."""
    issue = issue_for(call, key)
    name, content = call.file()
    held = changing.attach(call.world, issue, call.user, name, content)
    return 200, [attachment(call.world, held, call.user.zone)]


def temporary(call: Call, desk_id: str) -> Answer:
    """`POST /servicedesk/{id}/attachTemporaryFile`: kept until a request takes it."""
    portal.opened(call, desk_id)
    name, content = call.file()
    number = f"temp{call.world.next_id('temporary')}"
    call.world.temporary_files[number] = (name, content)
    return 201, {"temporaryAttachments": [{"temporaryAttachmentId": number, "fileName": name}]}


def publish(call: Call, key: str) -> Answer:
    """`POST /request/{key}/attachment`: the files, and a comment that shows them, public unless an agent says not."""
    issue = portal.request_of(call, key)
    body = call.fields()
    ids, public = body.get("temporaryAttachmentIds"), body.get("public", True)
    if not isinstance(ids, list) or not all(str(number) in call.world.temporary_files for number in ids):
        raise JiraError(400, "The temporary attachment ids are not valid.")
    comment = body.get("additionalComment")
    text = str(comment.get("body") or "") if isinstance(comment, dict) else ""
    for number in ids:
        name, content = call.world.temporary_files.pop(str(number))
        changing.attach(call.world, issue, call.user, name, content)
        text += f"\n\n[^{name}] _({max(1, len(content) // 1024)} kB)_"
    held = comments.publish(call, issue, changing.NewComment(text, {PUBLIC_PROPERTY: {"internal": not public}}))
    shown: dict[str, Json] = {"comment": portal.comment(call, issue, held), "attachments": {"size": len(ids)}}
    return 201, shown
