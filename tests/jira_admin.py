"""What an admin or another user of a sandbox Jira does by hand and no program of ours ever asks for."""

from collections.abc import Iterable
from datetime import timedelta

from connector.sandbox.jira import SandboxJira, changing, seed
from connector.sandbox.jira.records import Issue, Project, User
from connector.sandbox.jira.world import World
from tests.jira_sla import Sla, Until


def add_scoped_token(jira: SandboxJira, email: str) -> str:
    """An API token with scopes, of a service account or a person: it works at the gateway only."""
    token = f"{seed.SCOPED}{jira.world.random.getrandbits(128):032x}"
    jira.world.tokens[token] = jira.world.users[jira.user_id(email)]
    return token


def add_to_group(jira: SandboxJira, email: str, group: str) -> None:
    """Put an account into a group, which exists by having members."""
    jira.world.users[jira.user_id(email)].groups.add(group)


def give_role_to_group(jira: SandboxJira, role: str, group: str) -> None:
    """Let a group have a role in all projects there are."""
    for project in jira.world.projects.values():
        project.role_groups.setdefault(jira.id_of("roles", role), set()).add(group)


def add_queue(jira: SandboxJira, name: str, jql: str) -> str:
    """A queue of the agents of the first project; returns its id."""
    return jira.add("queues", name, service_desk_id=next(iter(jira.world.projects.values())).service_desk_id, jql=jql)


def add_sla(
    jira: SandboxJira,
    name: str,
    goal: timedelta,
    until: Until = "resolution",
    pauses: Iterable[str] = (),
) -> str:
    """A service level agreement whose clock stands still in the statuses `pauses`; returns its id."""
    return jira.add("slas", name, cycles=Sla(goal, until, frozenset(pauses)).cycles)


def attach(jira: SandboxJira, issue: str, filename: str, by: str, content: bytes = b"") -> None:
    """A file on an issue, by the owner of a token."""
    jira.act(lambda world: changing.attach(world, world.issue(issue), world.tokens[by], filename, content))


def reopen_on_comment(jira: SandboxJira, statuses: Iterable[str], target: str) -> None:
    """A preset: a customer's public comment moves an issue from these statuses to another."""
    jira.world.reopens |= {jira.id_of("statuses", name): jira.id_of("statuses", target) for name in statuses}


def share(jira: SandboxJira, issue: str, organizations: Iterable[str]) -> None:
    """Let a request be shared with these organizations, in this order."""
    found = jira.world.issue(issue)
    found.fields[jira.world.organizations_field] = tuple(map(jira.world.organization, organizations))
    jira.world.index.changed(found)


def ask_on_transition(jira: SandboxJira, status: str, field: str = "resolution") -> None:
    """Let the transition to a status ask for a field, by id."""
    for way in jira.world.transitions.values():
        way.asks += [field] if way.to == jira.id_of("statuses", status) else []


def allow_only(jira: SandboxJira, status: str, sources: Iterable[str]) -> None:
    """Let a status be reached from these statuses only."""
    for way in jira.world.transitions.values():
        if way.to == jira.id_of("statuses", status):
            way.sources = frozenset(jira.id_of("statuses", name) for name in sources)


def rename_project(jira: SandboxJira, key: str) -> None:
    """Another key for the first project: all issues get new ones, the old ones go on being understood; nobody is
    told."""
    project = next(iter(jira.world.projects.values()))
    project.former_keys.append(project.key)
    project.key = key
    for issue in jira.world.issues.values():
        if issue.project_id == project.id:
            _rekey(jira.world, issue, f"{key}-{issue.key.rpartition('-')[2]}")
            jira.world.index.changed(issue)


def move(jira: SandboxJira, ticket: str, project: Project, actor: User) -> None:
    """Into another project, under another key; the old one leads there for those who may see it."""
    world = jira.world
    issue, old = world.issue(ticket), world.projects[world.issue(ticket).project_id]
    key = f"{project.key}-{project.next_number}"
    project.next_number += 1
    items = [changing.item("project", (old.id, old.name), (project.id, project.name))]
    items.append(changing.item("Key", (None, issue.key), (None, key)))
    _rekey(world, issue, key)
    issue.project_id = issue.fields["project"] = project.id
    changing.tell(world, issue, actor, changing.note_change(world, issue, actor.id, items))


def _rekey(world: World, issue: Issue, key: str) -> None:
    issue.key = key
    world.issue_ids[key] = issue.id


def take_off_screens(jira: SandboxJira, field: str) -> None:
    """A field that nobody can set any more."""
    field_id = jira.id_of("custom_fields", field)
    for screen in jira.world.screens.values():
        for tab in screen.tabs.values():
            tab.fields = [name for name in tab.fields if name != field_id]


def deactivate(jira: SandboxJira, email: str) -> None:
    """The account cannot log in; roles and groups keep it."""
    user = jira.world.users[jira.user_id(email)]
    user.active = False
    user.shown.clear()


def hide_email(jira: SandboxJira, email: str) -> None:
    """Somebody shows the address to nobody."""
    user = jira.world.users[jira.user_id(email)]
    user.hides_email = True
    user.shown.clear()
