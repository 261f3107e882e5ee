"""Who calls, and what they may see and do."""

from base64 import b64decode
from collections.abc import Mapping
from contextlib import suppress

from connector.sandbox.jira import seed
from connector.sandbox.jira.call import Call, noun
from connector.sandbox.jira.errors import JiraError, forbidden, not_found
from connector.sandbox.jira.records import Issue, Json, Project, User
from connector.sandbox.jira.world import BASE_URL, World
from connector.sandbox.wire import header


def authenticate(world: World, headers: Mapping[str, str], *, gateway: bool = False) -> User | None:
    """The account behind a request; None if it names nobody.

    Cloud takes e-mail address and API token as Basic, Data Center a personal access token as Bearer. A token with
    scopes works at the gateway only. Whether one without works there is not documented: here it does not.

    Raises JiraError 401 for wrong credentials.
    """
    scheme, _, credential = header(headers, "Authorization").strip().partition(" ")
    if not scheme:
        return None
    user, pair = None, ""
    with suppress(ValueError):
        pair = b64decode(credential, validate=True).decode()
    if world.cloud and scheme.lower() == "basic":
        email, _, token = pair.partition(":")
        found = world.tokens.get(token)
        fits = found is not None and found.email == email.lower() and gateway == token.startswith(seed.SCOPED)
        user = found if fits else None
    elif not world.cloud and scheme.lower() == "bearer":
        user = world.tokens.get(credential.strip())
    if user is None or not user.active:
        login = {"WWW-Authenticate": 'OAuth realm="sandbox"', "X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}
        raise JiraError(401, "Client must be authenticated to access this resource.", headers=login)
    return user


def is_admin(user: User) -> bool:
    """Whether the user administers the site."""
    return seed.ADMINS in user.groups


def roles_of(world: World, project: Project, user: User) -> set[str]:
    """The names of the project roles that the user has, directly or by a group."""
    return {
        role.name
        for number, role in world.roles.items()
        if user.id in project.role_users.get(number, ())
        or not user.groups.isdisjoint(project.role_groups.get(number, ()))
    }


def is_project_admin(world: World, project: Project, user: User) -> bool:
    """Whether the user has the role of administrators."""
    return seed.ADMIN_ROLE in roles_of(world, project, user)


def is_support(world: World, project: Project, user: User) -> bool:
    """Whether the user works in the project, and sees its issues outside the portal: any role but the customers'."""
    return bool(roles_of(world, project, user) - {seed.CUSTOMER_ROLE})


def may_see(world: World, user: User, issue: Issue) -> bool:
    """Whether the user sees this issue outside the portal: its security level may say no."""
    project = world.projects[issue.project_id]
    return is_support(world, project, user) and (issue.id not in world.hidden or is_project_admin(world, project, user))


def require_admin(call: Call) -> None:
    """Raises JiraError 403 for anybody but site administrators."""
    if not is_admin(call.user):
        raise JiraError(403, "Only Jira administrators can do this.")


def require_support(call: Call, project: Project | None = None) -> None:
    """Raises JiraError 403 for who does not work in the project, or in none if none is named."""
    places = [project] if project else call.world.projects.values()
    if not any(is_support(call.world, place, call.user) for place in places):
        raise forbidden("do what only agents of this service project may do")


@noun("project")
def project_for(call: Call, key_or_id: object) -> Project:
    """A project that the caller works in, or any for administrators. Raises JiraError 404."""
    project = call.world.project(key_or_id)
    if project is None or not (is_admin(call.user) or is_support(call.world, project, call.user)):
        raise JiraError(404, f"No project could be found with key '{key_or_id}'.")
    return project


@noun("issue")
def issue_for(call: Call, key_or_id: object) -> Issue:
    """An issue that the caller may browse; portal customers see none here. Raises JiraError 404."""
    issue = call.world.issue(key_or_id)
    if not may_see(call.world, call.user, issue):
        raise not_found("Issue")
    return issue


def shown_user(world: World, user_id: str | None) -> Json:
    """An account as issues and comments show it; None for nobody."""
    if user_id is None:
        return None
    user = world.users[user_id]
    if user.shown:
        return user.shown
    query = f"accountId={user.id}" if world.cloud else f"username={user.name}"
    ids = {"accountId": user.id, "accountType": user.kind} if world.cloud else {"name": user.name, "key": user.id}
    email = {} if user.hides_email or not user.email else {"emailAddress": user.email}
    avatars = {f"{size}x{size}": f"{BASE_URL}/avatar/{size}.png" for size in (16, 24, 32, 48)}
    about = {"displayName": user.display, "active": user.active, "timeZone": user.zone.key}
    user.shown.update({"self": world.link_to(f"user?{query}"), **ids, **email, "avatarUrls": avatars, **about})
    return user.shown
