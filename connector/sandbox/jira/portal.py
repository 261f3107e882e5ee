"""`/rest/servicedeskapi`, what is about requests: what customers do in the portal, and what agents do for them; e-mail
to the project, the customers' other way in; and `/issue/{key}/notify`, Jira's own mail to people with an account.

Only issues with a request type are requests. Customers see their own, and of those the public comments only.
"""

import re

from connector.sandbox.jira import changing, fields
from connector.sandbox.jira.access import is_support, require_support, shown_user
from connector.sandbox.jira.call import Call, answers, noun, portal
from connector.sandbox.jira.errors import JiraError, forbidden, wrong_field
from connector.sandbox.jira.records import PUBLIC_PROPERTY, Comment, Issue, Json, Mail, Project, Row, User
from connector.sandbox.jira.service_desks import address, date, page, type_of
from connector.sandbox.jira.shown import attachment
from connector.sandbox.jira.world import BASE_URL, World

_KEY = re.compile(r"\b([A-Z][A-Z0-9_]+-\d+)\b")
CHANNEL_PROPERTY = "request.channel.type"


@noun("request")
def _request_of(call: Call, key: str) -> Issue:
    """A request that the caller may see. Raises JiraError 404, also for issues without a request type."""
    issue = call.world.issue(key)
    seen = issue.fields["reporter"] == call.user.id or _for_agent(call, issue)
    if not seen or issue.fields.get(call.world.request_type_field) is None:
        raise JiraError(404, "The request you are trying to view does not exist.")
    return issue


def _for_agent(call: Call, issue: Issue) -> bool:
    return is_support(call.world, call.world.projects[issue.project_id], call.user)


@portal("POST request")
def _create(call: Call) -> Json:
    """A customer for himself, an agent also on behalf of one. The ids are texts."""
    desk_id, type_id, body = call.text("serviceDeskId"), call.text("requestTypeId"), call.fields()
    project, kind = type_of(call, desk_id, type_id)
    reporter = _on_behalf(call, project, body.get("raiseOnBehalfOf"))
    given = body.get("requestFieldValues") or {}
    for name in given:
        if name not in kind.fields:
            raise wrong_field(name, f"Field '{name}' is not part of this request type.")
    for name, required in kind.fields.items():
        if required and given.get(name) in (None, "", []):
            raise wrong_field(name, f"Your request could not be created: '{name}' is required.")
    wanted = changing.wanted(call.world, project, {"fields": given}, None)
    wanted.values["reporter"] = reporter.id
    channel = "portal" if reporter is call.user else "api"
    return _request(call, submit(call.world, kind, call.user, channel, wanted))


def _on_behalf(call: Call, project: Project, named: Json) -> User:
    if named is None:
        return call.user
    require_support(call, project)
    found = call.world.user_called(named)
    if found is None:
        raise JiraError(400, f"The user '{named}' does not exist.")
    return found


def submit(world: World, kind: Row, actor: User, channel: str, wanted: changing.Wanted) -> Issue:
    """A customer's request becomes an issue; `wanted` says who reports it."""
    reporter = world.users[wanted.values["reporter"]]
    project = next(held for held in world.projects.values() if held.service_desk_id == kind.service_desk_id)
    wanted.values[world.request_type_field] = kind.id
    if reporter.organization is not None:
        wanted.values[world.organizations_field] = (reporter.organization,)
    wanted.properties[CHANNEL_PROPERTY] = {"value": channel}
    return changing.create(world, project, actor, kind.issue_type_id, wanted)


@portal("GET request/{request}")
def _request(call: Call, issue: Issue) -> Json:
    world, zone = call.world, call.user.zone
    kind = world.request_types[issue.fields[world.request_type_field]]
    status = world.statuses[issue.fields["status"]]
    links = address(f"request/{issue.id}")["_links"] | {"jiraRest": world.link_to(f"issue/{issue.id}")}
    links |= {"web": f"{BASE_URL}/servicedesk/customer/portal/{kind.service_desk_id}/{issue.key}"}
    current = {"status": status.name, "statusCategory": status.category.upper()}
    values = {name: fields.shown(world, name, issue.fields.get(name), zone) for name in kind.fields}
    labels = {name: fields.described(world, name)["name"] for name in kind.fields}
    return {
        "issueId": str(issue.id),
        "issueKey": issue.key,
        "summary": issue.fields["summary"],
        "requestTypeId": kind.id,
        "serviceDeskId": kind.service_desk_id,
        "createdDate": date(issue.fields["created"], zone),
        "reporter": _user(call, issue.fields["reporter"]),
        "requestFieldValues": [{"fieldId": name, "label": labels[name], "value": values[name]} for name in values],
        "currentStatus": {**current, "statusDate": date(issue.fields["updated"], zone)},
        "_links": links,
    }


@portal("GET request/{request}/comment", shape=page)
def _comments(call: Call, issue: Issue) -> Json:
    """Customers get the public ones."""
    internal_too = call.query.get("internal", "true") == "true" and _for_agent(call, issue)
    public_too = call.query.get("public", "true") == "true"
    return [_comment(call, issue, one) for one in issue.comments if (internal_too if one.internal else public_too)]


@portal("POST request/{request}/comment")
def _add_comment(call: Call, issue: Issue) -> Json:
    """Public unless an agent says otherwise."""
    public = call.fields().get("public", True)
    if not public and not _for_agent(call, issue):
        raise forbidden("add internal comments")
    return _publish(call, issue, call.text("body"), public=public)


def _publish(call: Call, issue: Issue, body: str, *, public: bool) -> Json:
    new = changing.NewComment(body, {PUBLIC_PROPERTY: {"internal": not public}})
    return _comment(call, issue, changing.publish(call.world, issue, call.user, new))


@portal("GET request/{request}/sla", shape=page)
def _slas(call: Call, issue: Issue) -> Json:
    require_support(call, call.world.projects[issue.project_id])
    return [
        {"id": sla.id, "name": sla.name, "slaDisplayFormat": "NEW_SLA_FORMAT"}
        | address(f"request/{issue.id}/sla/{sla.id}")
        | sla.cycles(call.world, issue, call.user.zone)
        for sla in call.world.slas.values()
    ]


@answers("POST issue/{issue}/attachments", 200)
def _attach(call: Call, issue: Issue) -> Json:
    held = changing.attach(call.world, issue, call.user, *call.file())
    return [attachment(call.world, held, call.user.zone)]


@portal("POST servicedesk/{desk}/attachTemporaryFile")
def _keep_file(call: Call, _project: Project) -> Json:
    """Kept until a request takes it."""
    number = f"temp{call.world.next_id('temporary')}"
    call.world.temporary_files[number] = call.file()
    return {"temporaryAttachments": [{"temporaryAttachmentId": number, "fileName": call.file().name}]}


@portal("POST request/{request}/attachment")
def _attach_kept(call: Call, issue: Issue) -> Json:
    """The files, and a comment that shows them, public unless an agent says not."""
    body, kept = call.fields(), call.world.temporary_files
    ids, public = body.get("temporaryAttachmentIds"), body.get("public", True)
    if not isinstance(ids, list) or not all(str(number) in kept for number in ids):
        raise JiraError(400, "The temporary attachment ids are not valid.")
    text = str((body.get("additionalComment") or {}).get("body") or "")
    for number in ids:
        name, content = kept.pop(str(number))
        changing.attach(call.world, issue, call.user, name, content)
        text += f"\n\n[^{name}] _({max(1, len(content) // 1024)} kB)_"
    return {"comment": _publish(call, issue, text, public=public), "attachments": {"size": len(ids)}}


def _comment(call: Call, issue: Issue, held: Comment) -> dict[str, Json]:
    told = {"id": held.id, "body": held.body, "public": not held.internal, "author": _user(call, held.author)}
    return {**told, "created": date(held.created, call.user.zone), **address(f"request/{issue.id}/comment/{held.id}")}


def _user(call: Call, user_id: str) -> dict[str, Json]:
    shown = dict(shown_user(call.world, user_id))
    links = {"jiraRest": shown.pop("self"), "avatarUrls": shown.pop("avatarUrls")}
    shown.pop("accountType", None)
    return shown | {"_links": links}


def receive_mail(world: World, sender: str, subject: str, body: str, project_key: str) -> str:
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
def _notify(call: Call, issue: Issue) -> None:
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
