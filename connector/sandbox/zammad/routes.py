"""Which function answers which method and path below `/api/v1`."""

import secrets
from collections.abc import Callable, Mapping

from connector.sandbox.wire import Response
from connector.sandbox.zammad import (
    articles,
    history,
    leaving,
    links,
    merging,
    object_manager,
    resources,
    search,
    system,
    tags,
    tickets,
    users,
)
from connector.sandbox.zammad.access import authenticate, is_admin, opens_tickets
from connector.sandbox.zammad.call import Answer, Call, body_params, respond, split_target
from connector.sandbox.zammad.errors import ApiError, not_authorized, worded
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.tables import RESOURCES
from connector.sandbox.zammad.world import World

PREFIX = "/api/v1/"
Handler = Callable[..., Answer]


def _version(call: Call) -> Answer:
    return 200, {"version": call.world.version}


_PATHS: dict[str, Handler] = {
    "GET version": _version,
    "GET users/me": users.me,
    "GET users/search": users.search,
    "GET users": users.index,
    "GET users/:id": users.show,
    "POST users": users.create,
    "PUT users/:id": users.update,
    "DELETE users/:id": leaving.refuse,
    "POST data_privacy_tasks": leaving.delete,
    "GET tickets/search": search.tickets_found,
    "POST tickets/search": search.tickets_found,
    "GET tickets": tickets.index,
    "GET tickets/:id": tickets.show,
    "POST tickets": tickets.create,
    "PUT tickets/:id": tickets.update,
    "DELETE tickets/:id": tickets.delete,
    "PUT ticket_merge/:id/:id": merging.merge,
    "GET ticket_history/:id": history.show,
    "GET ticket_articles/by_ticket/:id": articles.by_ticket,
    "GET ticket_articles/:id": articles.show,
    "POST ticket_articles": articles.create,
    "PUT ticket_articles/:id": articles.update,
    "DELETE ticket_articles/:id": articles.delete,
    "GET ticket_attachment/:id/:id/:id": articles.attachment,
    "GET links": links.index,
    "POST links/add": links.add,
    "DELETE links/remove": links.remove,
    "GET tags": tags.index,
    "POST tags/add": tags.add,
    "DELETE tags/remove": tags.remove,
    "GET object_manager_attributes": object_manager.index,
    "GET object_manager_attributes/:id": object_manager.show,
    "POST object_manager_attributes": object_manager.create,
    "PUT object_manager_attributes/:id": object_manager.update,
    "DELETE object_manager_attributes/:id": object_manager.delete,
    "GET http_logs/webhook": system.webhook_log,
    "GET monitoring/health_check": system.health_check,
    "GET monitoring/status": system.status,
    "GET monitoring/amount_check": system.amount_check,
    "GET settings": system.settings,
    "GET settings/:id": system.setting,
    "GET calendars_init": system.calendars_init,
    "GET user_access_token": system.access_tokens,
    "POST user_access_token": system.access_token,
    "POST object_manager_attributes_execute_migrations": object_manager.execute_migrations,
}
for _resource in RESOURCES.values():
    _PATHS |= resources.routes(_resource)


def answer(world: World, method: str, target: str, headers: Mapping[str, str], body: bytes) -> tuple[Response, str]:
    """The response to one request, and the login of the user who made it (empty if unknown).

    Never raises for a bad request: that is answered as Zammad does, with 500 where parameters make no sense at all.
    """
    login = ""
    try:
        path, query = split_target(target)
        handler, ids = _find(world, method, path)
        params = query | body_params(headers, body)
        user, limits = authenticate(world, headers)
        login = user["login"]
        call = Call(world, user, params, escaped=b"\\u" in body, limits=limits)
        area = path.removeprefix(PREFIX).partition("/")[0]
        if area in _ABOUT_TICKETS and not opens_tickets(call):
            raise not_authorized()
        return respond(handler(call, *ids), headers), login
    except ApiError as error:
        return respond((error.status, _worded(world, _told(world, login, error))), {}), login
    except NoRouteError as missing:
        return respond((404, _worded(world, missing.payload)), {}), login
    except (AttributeError, KeyError, TypeError, ValueError) as fault:
        text = f"the sandbox cannot read this request: {type(fault).__name__}: {fault}"
        return respond((500, {"error": text}), {}), login


def _told(world: World, login: str, error: ApiError) -> Record:
    """The error for this user: texts not meant for people are shown to admins only, others find them in the log."""
    user = world.user_named(login)
    if error.human or user is None or is_admin(world, user):
        return error.payload()
    code = secrets.token_urlsafe(6)
    world.log.append(f"Error ID {code}: {error.message}")
    return {"error": f"Error ID {code}: Please contact your administrator."}


def _worded(world: World, payload: Record) -> Record:
    return {k: worded(v, newer=world.newer) if isinstance(v, str) else v for k, v in payload.items()}


class NoRouteError(Exception):
    """Nothing answers this method and path (recordings 019, 185, 198)."""

    def __init__(self, method: str, path: str) -> None:
        text = f"No route matches [{method}] {path}"
        super().__init__(text)
        self.payload: dict[str, object] = {"error": text, "error_human": text}
        if method == "PATCH":
            self.payload = {"status": 404, "error": "Not Found"}


def _find(world: World, method: str, path: str) -> tuple[Handler, list[str]]:
    segments = path.removeprefix(PREFIX).strip("/").split("/") if path.startswith(PREFIX) else []
    resource = RESOURCES.get("".join(segments[:1]))
    if resource is not None and resource.only_newest and not world.newest:
        raise NoRouteError(method, path)
    exact = _PATHS.get(f"{method} {'/'.join(segments)}")
    if exact is not None and segments:
        return exact, []
    for fixed in range(len(segments) - 1, 0, -1):
        pattern = "/".join([*segments[:fixed], *[":id"] * (len(segments) - fixed)])
        handler = _PATHS.get(f"{method} {pattern}")
        if handler is not None and segments[fixed] not in _VERBS:
            return handler, segments[fixed:]
    raise NoRouteError(method, path)


_ABOUT_TICKETS = frozenset(
    {"tickets", "ticket_merge", "ticket_articles", "ticket_history", "ticket_attachment", "links", "tags"}
)
_VERBS = frozenset({"add", "remove", "by_ticket"})
