"""Which function answers which method and path below `/api/v1`, and how its errors are told."""

import secrets
from collections.abc import Mapping

from connector.sandbox.wire import Response
from connector.sandbox.zammad import (  # noqa: F401 - each registers its routes
    articles,
    history,
    links,
    object_manager,
    search,
    system,
    tags,
    tickets,
    users,
)
from connector.sandbox.zammad.access import authenticate, is_admin, opens_tickets, require
from connector.sandbox.zammad.call import ROUTES, Call, Handler, body_params, respond, split_target
from connector.sandbox.zammad.errors import ApiError, not_authorized
from connector.sandbox.zammad.tables import RESOURCES, configuration
from connector.sandbox.zammad.world import World

PREFIX = "/api/v1/"
_ABOUT_TICKETS = frozenset(
    {"tickets", "ticket_merge", "ticket_articles", "ticket_history", "ticket_attachment", "links", "tags"}
)
_VERBS = frozenset({"add", "remove", "by_ticket"})


def answer(world: World, method: str, target: str, headers: Mapping[str, str], body: bytes) -> tuple[Response, str]:
    """The response to one request, and the login of the user who made it (empty if unknown).

    Never raises for a bad request: that is answered as Zammad does, with 500 where parameters make no sense at all.
    """
    login = ""
    try:
        path, query = split_target(target)
        (handler, needs), ids = _find(world, method, path)
        params = query | body_params(headers, body)
        user, limits = authenticate(world, headers)
        login = user["login"]
        call = Call(world, user, params, escaped=b"\\u" in body, limits=limits)
        if path.removeprefix(PREFIX).partition("/")[0] in _ABOUT_TICKETS and not opens_tickets(call):
            raise not_authorized()
        if needs:
            require(call, *needs)
        return respond(handler(call, *ids), headers), login
    except ApiError as error:
        return respond((error.status, _told(world, login, method, error)), {}), login
    except (AttributeError, KeyError, TypeError, ValueError) as fault:
        text = f"the sandbox cannot read this request: {type(fault).__name__}: {fault}"
        return respond((500, {"error": text}), {}), login


def _told(world: World, login: str, method: str, error: ApiError) -> dict[str, object]:
    """The error for this user: texts not meant for people are shown to admins only, others find them in the log."""
    if method == "PATCH":
        return {"status": 404, "error": "Not Found"}
    user = world.user_named(login)
    if error.human or user is None or is_admin(world, user):
        return error.payload(newer=world.newer)
    code = secrets.token_urlsafe(6)
    world.log.append(f"Error ID {code}: {error.message}")
    return {"error": f"Error ID {code}: Please contact your administrator."}


def _find(world: World, method: str, path: str) -> tuple[tuple[Handler, tuple[str, ...]], list[str]]:
    """The route and the ids in the path. Raises ApiError 404 if there is none (recordings 019, 185, 198)."""
    segments = path.removeprefix(PREFIX).strip("/").split("/") if path.startswith(PREFIX) else []
    for fixed in range(len(segments), 0, -1):
        ids = segments[fixed:]
        known = ROUTES.get(f"{method} " + "/".join([*segments[:fixed], *[":id"] * len(ids)]))
        if known is not None and not _VERBS & set(ids[:1]):
            return known, ids
    resource = RESOURCES.get("".join(segments[:1]))
    if resource is not None and (world.newest or not resource.only_newest):
        handler = configuration(resource, method, len(segments) - 1)
        if handler is not None:
            return (handler, ()), segments[1:]
    raise ApiError(404, f"No route matches [{method}] {path}")
