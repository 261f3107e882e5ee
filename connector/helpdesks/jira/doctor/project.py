"""Do project, issue types, statuses, priorities, roles and link type of the mapping exist, and do they fit?"""

from connector.counted import counted
from connector.doctor.context import Row
from connector.doctor.finding import Observation, fail, ok, skipped, warn
from connector.doctor.round_trip import fresh_name
from connector.domain.vocabulary import TicketState
from connector.helpdesks.answer import objects
from connector.helpdesks.errors import PermanentError
from connector.helpdesks.jira.doctor.context import Context
from connector.helpdesks.jira.doctor.trial import trial_issue
from connector.helpdesks.jira.install.pages import desk_paged, listed, paged, row_of
from connector.helpdesks.jira.install.planning import unfit
from connector.helpdesks.jira.install.tables import actors
from connector.helpdesks.jira.listing import quoted

_LATEST = 50
"""Issues among which one of an organization is looked for."""
_EITHER = "or write this Jira's names into the mapping"
_GROUP = "atlassian-group-role-actor"


def project(context: Context) -> Observation:
    """A company-managed service project that the connector sees."""
    key = context.mapping.project
    try:
        row = row_of(context.bot, f"api/2/project/{key}")
    except PermanentError as error:
        team = context.mapping.roles.agents[0]
        return fail(
            str(error),
            f"Put the connector's user into the role {team!r} of the project {key} (Project settings → People), or "
            "check the key.",
        )
    if wrong := unfit(row):
        return fail(f"{key} {wrong}", "The connector needs a company-managed service project.")
    return ok(f"{row.get('name')} ({key}), a company-managed service project")


def issue_types(context: Context) -> Observation:
    """Incidents, and what the connector makes itself."""
    missing = sorted(context.mapping.handled_types - context.issue_types.keys())
    if missing:
        return fail(
            f"the project has no issue type {', '.join(missing)}",
            f"Add them to its issue type scheme, {_EITHER} (issue_types).",
        )
    return ok(", ".join(sorted(context.mapping.handled_types)))


def statuses(context: Context) -> Observation:
    """Each state of the rules has a status in the workflow, and each status is known: another is only guessed."""
    mapping, there = context.mapping, _statuses(context)
    unmeant = [state.value for state in TicketState if not set(mapping.state_names(state)) & there]
    unknown = sorted(there - set(mapping.statuses))
    if unknown:
        return fail(
            f"not in the mapping: {', '.join(unknown)}; their issues count by their category, in doubt as open",
            "Write into the mapping what they mean (statuses).",
        )
    if TicketState.OPEN.value in unmeant:
        return fail("no status of the workflow means open", f"Add one to the workflow, {_EITHER} (statuses).")
    if unmeant:
        return warn(
            f"no status of the workflow means {', '.join(unmeant)}", f"Add one to the workflow, {_EITHER} (statuses)."
        )
    return ok(f"{counted(len(there), 'status', 'statuses')}, each with a meaning")


def transitions(context: Context) -> Observation:
    """From the end of an issue a way leads back, for the connector too: a record that was closed too early is reopened
    (R28)."""
    if not context.test_tickets:
        return skipped("no test ticket is wanted")
    with trial_issue(context, fresh_name("test of transitions")) as ticket:
        path = f"api/2/issue/{ticket.id}/transitions"
        ways = listed(context.bot, path, key="transitions")
    reached = {str((way.get("to") or {}).get("name")) for way in ways}
    wanted = context.mapping.state_names(TicketState.OPEN)
    if not reached & set(wanted):
        return fail(
            f"from a closed issue no transition leads the connector to {' or '.join(wanted)}",
            "Add one to the workflow, without conditions that keep the connector's user out.",
        )
    return ok(f"a closed issue can be taken back to {', '.join(sorted(reached & set(wanted)))}")


def priorities(context: Context) -> Observation:
    """The connector sets each of the four, and the project offers them."""
    mapping = context.mapping
    there = {str(row.get("name")) for row in context.rows("priority")}
    missing = sorted({names.name for names in mapping.priorities.values()} - there)
    if missing:
        return fail(f"no priority {', '.join(missing)}", f"Create them in Jira, {_EITHER} (priorities).")
    offered = _offered(context)
    absent = sorted({names.name for names in mapping.priorities.values()} - offered) if offered else []
    if absent:
        return fail(
            f"the project does not offer the priority {', '.join(absent)}", "Add them to the project's priority scheme."
        )
    unknown = sorted(name for name in offered or there if mapping.priority(name) is None)
    if unknown:
        return warn(
            f"not in the mapping: {', '.join(unknown)}; to the rules these are no priority",
            "Write them into the mapping under also, or take them out of the project's priority scheme.",
        )
    return ok(f"{counted(len(offered or there), 'priority', 'priorities')}, each with a meaning")


def roles(context: Context) -> Observation:
    """Whose word counts (P20): the roles are there, their groups can be read, and somebody is in them."""
    mapped, key = context.mapping.roles, context.mapping.project
    known = row_of(context.bot, f"api/2/project/{key}/role")
    ids = {name: str(address).rpartition("/")[2] for name, address in known.items()}
    missing = [name for name in (*mapped.agents, *mapped.managers) if name not in ids]
    if missing:
        return fail(f"the project has no role {', '.join(missing)}", f"Create them (Project roles), {_EITHER} (roles).")
    empty = []
    for name in (*mapped.agents, *mapped.managers):
        role = row_of(context.bot, f"api/2/project/{key}/role/{ids[name]}")
        for group in _groups(role):
            try:
                paged(context.bot, "api/2/group/member", (("groupname", group),))
            except PermanentError as error:
                return fail(
                    f"who is in the group {group!r} of the role {name} cannot be read: {error}",
                    "Let the connector's user browse users and groups, or put the agents into the role one by one.",
                )
        if not actors(role) and not _groups(role):
            empty.append(name)
    if empty:
        return warn(f"nobody has the role {', '.join(empty)}", f"Put people into it (project {key} → People).")
    return ok(", ".join((*mapped.agents, *mapped.managers)))


def organizations(context: Context) -> Observation:
    """Who belongs to a customer's organization can be read: else a colleague's word does not count (P20). The newest
    issues tell of one."""
    field = context.site.fields.organizations
    jql = f"project = {quoted(context.mapping.project)} ORDER BY created DESC"
    body = {"jql": jql, "fields": [field], "maxResults": _LATEST}
    answer = context.bot.post(context.flavour.search, body) if field else {}
    issues = objects(answer.get("issues") if isinstance(answer, dict) and field else [], "Jira POST search: issues")
    held = (row for issue in issues for row in (issue.get("fields") or {}).get(field) or ())
    first = next(held, None)
    if first is None:
        return skipped("there is no request of an organization yet", "Examine again when there is one.")
    path, name = f"servicedeskapi/organization/{first.get('id')}/user", first.get("name")
    try:
        count = len(desk_paged(context.bot, path))
    except PermanentError as error:
        return warn(
            f"who belongs to {name} cannot be read, so colleagues of a reporter count as strangers: {error}",
            "Make the connector's user an agent of the service project.",
        )
    return ok(f"{counted(count, 'member')} of {name}")


def link_type(context: Context) -> Observation:
    """Between an incident and its RFO task or problem record."""
    name = context.mapping.link_type
    there = {str(row.get("name")) for row in context.rows("issueLinkType", "issueLinkTypes")}
    if name not in there:
        return fail(f"no link type {name!r}", f"interspace install apply jira makes it, {_EITHER} (link_type).")
    return ok(name)


def _statuses(context: Context) -> set[str]:
    rows = context.rows(f"project/{context.mapping.project}/statuses")
    handled = [row for row in rows if row.get("name") in context.mapping.handled_types]
    return {str(status.get("name")) for row in handled for status in row.get("statuses") or ()}


def _offered(context: Context) -> set[str]:
    """The priorities that a new incident can get; empty where the form has none."""
    form = context.forms.get(context.mapping.issue_types.incident[0], {})
    return {str(value.get("name")) for value in form.get("priority", {}).get("allowedValues") or ()}


def _groups(role: Row) -> list[str]:
    rows = (row for row in role.get("actors") or () if row.get("type") == _GROUP)
    return [str((row.get("actorGroup") or {}).get("name") or row.get("name")) for row in rows]
