"""``/ops/``: how everything is, what comes next and what needs a person, for those who run the connector.

Pages of the server alone: they work without scripts. Nothing on them was written by a customer. What is done here is
done by forms, each with a proof that it came from a page of the same visitor.
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import structlog
from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import HTTPException

from connector.domain.model import TicketId
from connector.helpdesks import registry
from connector.helpdesks.errors import HelpdeskError, NotFoundError
from connector.helpdesks.helpdesk import Helpdesk
from connector.helpdesks.long_answer import turn
from connector.helpdesks.staff import KnowsStaff
from connector.operations import dead_letters
from connector.operations.explanation import explained
from connector.operations.links import ticket_page
from connector.operations.overview import PolicyFile, overview
from connector.policy.load import load_policy
from connector.policy.problem import PolicyError
from connector.settings import Settings, SettingsError
from connector.work.errors import StoreError
from connector.work.jobs import Key
from connector.work.table import WorkTable

from .desks import OpenDesk
from .ops_access import Access, Visitor
from .pages import guarded

_log = structlog.get_logger("operations")

_AT_ONCE = 2
"""Tickets that one process reads for this page at a time: webhooks have to find free threads (P9)."""

_SIGN_IN = "Sign in"
_LONGEST_ID = 20
_LONGEST_FORM = 16 * 1024

_DONE = {
    "replay": "will be tried again now",
    "drop": "dropped; a new event or change brings them back",
    "again": "will be looked at now",
    "lift": "pauses ended; the workers ask again within a second",
    "stopped": "stays stopped: an internal note came back public, see interspace installation resume",
}


class _Page(Exception):  # noqa: N818 - an answer, not an error
    """What is shown instead."""

    def __init__(self, status: HTTPStatus, title: str, text: str) -> None:
        super().__init__(text)
        self.status, self.title, self.text = status, title, text


class Operations:
    """What the pages are made of."""

    def __init__(
        self,
        settings: Settings,
        table: WorkTable,
        open_desk: OpenDesk,
        *,
        access: Access | None = None,
    ) -> None:
        """Without ``access``: those who may look as the settings say it."""
        self.settings = settings
        self.table = table
        self.access = access or Access(settings)
        self._open_desk = open_desk
        self.policy_file = PolicyFile(settings.policy, settings.services)
        self._places = threading.BoundedSemaphore(_AT_ONCE)

    def explain(self, helpdesk: str, find: Callable[[Helpdesk], TicketId]) -> dict[str, Any]:
        """What the rules say of the ticket whose id ``find`` gives.

        Raises HelpdeskError, SettingsError, PolicyError, StoreError, and ``_Page`` where the helpdesk is left alone.
        """
        if not self._places.acquire(blocking=False):
            raise _Page(HTTPStatus.SERVICE_UNAVAILABLE, "Busy", "Other tickets are being read. Try again in a moment.")
        try:
            paused = self.table.paused(helpdesk)
            if paused.whole is not None:
                text = "The helpdesk is left alone now; the overview says until when and why."
                raise _Page(HTTPStatus.SERVICE_UNAVAILABLE, "Not now", text)
            desk = self._open_desk(helpdesk)
            desk.pauses.learn(paused.endpoints)
            if isinstance(desk, KnowsStaff):
                desk.staff.recall(self.table.people.staff(helpdesk))
            home = self.table.helpdesks.home(helpdesk)
            policy = load_policy(self.settings.policy, self.settings.services)
            with turn():
                since, people = home.since if home else None, self.table.people
                return explained(desk, policy, find(desk), self.table.now(), since, people=people)
        finally:
            self._places.release()


class _Pages:
    """The pages below ``/ops``."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._access = operations.access

    def home(self) -> Response:
        """How everything is."""
        visitor = self._signed_in()
        operations = self._operations
        seen = overview(operations.table, operations.settings, operations.policy_file)
        done, count = _DONE.get(request.args.get("done", "")), request.args.get("n", "")
        flash = f"{count} {done}".strip() if done and (not count or (count.isascii() and count.isdigit())) else None
        return self._shown("overview", visitor, seen=seen, flash=flash)

    def find(self) -> Response:
        """The ticket that people call so."""
        visitor = self._signed_in()
        helpdesk = _helpdesk(request.args.get("helpdesk", ""))
        said = request.args.get("ticket", "").strip()
        reference = registry.plugin(helpdesk).ticket
        written = reference.pattern.fullmatch(said) or reference.pattern.fullmatch(f"#{said}")
        if written is None:
            raise _Page(HTTPStatus.BAD_REQUEST, "No ticket", f"That is not {reference.words}.")
        return self._explanation(visitor, helpdesk, lambda desk: desk.id_of(written[1]))

    def ticket(self, helpdesk: str, ticket: str) -> Response:
        """What the rules say of one ticket."""
        key = request.args.get("key", "")
        known = self._access.visitor(request) or self._access.by_link(helpdesk, TicketId(ticket), key)
        visitor = known if known and self._access.open else self._signed_in()
        name = _helpdesk(helpdesk)
        if not (ticket.isascii() and ticket.isdigit() and len(ticket) <= _LONGEST_ID):
            raise _Page(HTTPStatus.NOT_FOUND, "No ticket", "A ticket's id is a number.")
        return self._explanation(visitor, name, lambda _: TicketId(ticket))

    def do(self, action: str) -> Response:
        """Replays, drops, looks again, lifts."""
        visitor = self._signed_in()
        _check_origin()
        if not self._access.is_form_of(visitor, request.form.get("proof", "")):
            text = "This form is too old or not from here. Go back, load the page anew and try again."
            raise _Page(HTTPStatus.FORBIDDEN, "Not done", text)
        if not visitor.may_act:
            raise _Page(HTTPStatus.FORBIDDEN, "Not done", "Your token is for looking only.")
        helpdesk = _helpdesk(request.form.get("helpdesk", ""))
        tickets = request.form.getlist("ticket")
        told, count = _act(self._operations.table, action, helpdesk, tickets)
        _log.info("done by hand", action=action, helpdesk=helpdesk, tickets=tickets, by=visitor.name)
        return _elsewhere(f"/ops/?done={told}" + ("" if count is None else f"&n={count}"))

    def sign_in(self) -> Response:
        """Whoever has a token gets a session."""
        _check_origin()
        if not self._access.by_token:
            raise _Page(HTTPStatus.FORBIDDEN, "Closed", "Nobody signs in here.")
        if self._access.too_many(request):
            raise _Page(HTTPStatus.TOO_MANY_REQUESTS, _SIGN_IN, "Too many wrong tokens. Wait a minute.")
        visitor = self._access.sign_in(request.form.get("token", ""))
        if visitor is None:
            self._access.too_many(request, wrong=True)
            _log.warning("wrong token", sender=request.remote_addr)
            raise _Page(HTTPStatus.UNAUTHORIZED, _SIGN_IN, "That is not the token.")
        _log.info("signed in", by=visitor.name, sender=request.remote_addr)
        response = _elsewhere(_below(request.form.get("next", "")))
        self._access.keep(response, visitor)
        return response

    def sign_out(self) -> Response:
        """The session ends."""
        _check_origin()
        response = _elsewhere("/ops/")
        self._access.forget(response)
        return response

    def nothing(self, rest: str) -> Response:
        """No such page."""
        self._signed_in()
        raise _Page(HTTPStatus.NOT_FOUND, "No such page", "There is nothing here.")

    def instead(self, page: _Page) -> Response:
        """What is shown instead of what was asked for."""
        # A link from another site brings no cookie of this one along; a page of our own that loads itself anew does.
        comes = request.headers.get("Sec-Fetch-Site") == "cross-site" and request.method == "GET"
        unknown = page.status is HTTPStatus.UNAUTHORIZED
        if unknown and comes:
            return _html(render_template("ops/again.html"))
        asks = self._access.by_token and (unknown or page.title == _SIGN_IN)
        where = request.full_path.rstrip("?")
        if asks and request.method == "POST":
            where = request.form.get("next", "")
        text = render_template("ops/instead.html", title=page.title, text=page.text, asks=asks, next=_below(where))
        response = _html(text, page.status)
        if unknown:
            response.headers["WWW-Authenticate"] = 'Form realm="operations"'
        return response

    def unreadable(self, error: StoreError) -> Response:
        """The work table does not answer."""
        _log.error("the work table does not answer", cause=str(error))
        text = "The work table does not answer now; the log says why."
        return self.instead(_Page(HTTPStatus.SERVICE_UNAVAILABLE, "No answer", text))

    def not_served(self, error: HTTPException) -> Response:
        """What the framework refuses."""
        status = HTTPStatus(error.code or HTTPStatus.BAD_REQUEST)
        return self.instead(_Page(status, status.phrase, "This cannot be answered."))

    def _signed_in(self) -> Visitor:
        if not self._access.open:
            text = "Nobody sees this page: no token and no proxy is set for it (INTERSPACE_OPS_TOKEN, or …_FILE)."
            raise _Page(HTTPStatus.FORBIDDEN, "Closed", text)
        visitor = self._access.visitor(request)
        if visitor is None:
            status = HTTPStatus.UNAUTHORIZED if self._access.by_token else HTTPStatus.FORBIDDEN
            raise _Page(status, _SIGN_IN, "This page is for those who run the connector.")
        return visitor

    def _explanation(self, visitor: Visitor, helpdesk: str, find: Callable[[Helpdesk], TicketId]) -> Response:
        try:
            seen = self._operations.explain(helpdesk, find)
        except NotFoundError:
            raise _Page(HTTPStatus.NOT_FOUND, "No ticket", "The helpdesk shows no such ticket.") from None
        except (HelpdeskError, SettingsError, PolicyError) as error:
            _log.warning("no explanation", helpdesk=helpdesk, cause=str(error))
            text = "The ticket cannot be read now; the log says why."
            raise _Page(HTTPStatus.BAD_GATEWAY, "No answer", text) from None
        key = Key(helpdesk, seen["id"])
        page = ticket_page(self._operations.settings, key)
        letter = dead_letters.dead_letter(self._operations.table, key)
        return self._shown("ticket", visitor, seen=seen, key=key, page=page, letter=letter)

    def _shown(self, template: str, visitor: Visitor, **data: Any) -> Response:
        proof = self._access.form_proof(visitor) if visitor.may_act else ""
        response = _html(render_template(f"ops/{template}.html", visitor=visitor, proof=proof, words=_WORDS, **data))
        self._access.keep(response, visitor)
        return response


_Views = dict[str, Callable[..., Response]]


def pages(operations: Operations) -> Blueprint:
    """The routes below ``/ops``."""
    blueprint = Blueprint("ops", __name__, url_prefix="/ops", template_folder="templates")
    made = _Pages(operations)
    looks: _Views = {
        "/": made.home,
        "/ticket": made.find,
        "/<helpdesk>/<ticket>": made.ticket,
        "/<path:rest>": made.nothing,
    }
    acts: _Views = {"/do/<action>": made.do, "/sign-in": made.sign_in, "/sign-out": made.sign_out}
    for method, views in (("GET", looks), ("POST", acts)):
        for rule, view in views.items():
            blueprint.add_url_rule(rule, view_func=view, methods=[method], provide_automatic_options=False)
    blueprint.before_request(_small)
    blueprint.after_request(guarded)
    blueprint.register_error_handler(_Page, made.instead)
    blueprint.register_error_handler(StoreError, made.unreadable)
    blueprint.register_error_handler(HTTPException, made.not_served)
    return blueprint


def _small() -> None:
    request.max_content_length = _LONGEST_FORM


def _html(text: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(text, status.value, content_type="text/html; charset=utf-8")


def _act(table: WorkTable, action: str, helpdesk: str, tickets: list[str]) -> tuple[str, int | None]:
    """Does it; what it is called afterwards, and on how many tickets it was done."""
    keys = [Key(helpdesk, ticket) for ticket in tickets]
    if action == "lift":
        table.lift(helpdesk)
        return ("lift" if table.helpdesks.stopped(helpdesk) is None else "stopped"), None
    if not keys:
        raise _Page(HTTPStatus.BAD_REQUEST, "Not done", "No ticket was named.")
    if action == "replay":
        return action, dead_letters.replay(table, keys)
    if action == "drop":
        return action, dead_letters.drop(table, keys)
    if action == "again" and all(key.ticket.isascii() and key.ticket.isdigit() for key in keys):
        table.touch(keys, table.now())
        return action, len(keys)
    raise _Page(HTTPStatus.NOT_FOUND, "Not done", "There is no such action.")


def _check_origin() -> None:
    """A browser says whether a form comes from a page of ours; one that does not say it has the proof to show."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise _Page(HTTPStatus.FORBIDDEN, "Not done", "This form is not from here.")


def _helpdesk(name: str) -> str:
    if name not in registry.names():
        raise _Page(HTTPStatus.NOT_FOUND, "No helpdesk", "There is no such helpdesk.")
    return name


def _below(path: str) -> str:
    """Where to go after signing in: a page of ours."""
    return path if path.startswith("/ops/") and path.isascii() and path.isprintable() and "\\" not in path else "/ops/"


def _elsewhere(path: str) -> Response:
    return Response(status=HTTPStatus.SEE_OTHER.value, headers={"Location": path})


class _Words:
    """How times read: in UTC, and how far away."""

    @staticmethod
    def at(iso: str, now: str) -> str:
        """``15:04 UTC``, of another day ``28 Nov 15:04 UTC``"""
        moment, seen = (datetime.fromisoformat(each).astimezone(UTC) for each in (iso, now))
        return f"{moment:%H:%M} UTC" if moment.date() == seen.date() else f"{moment.day} {moment:%b %H:%M} UTC"

    @staticmethod
    def away(iso: str, now: str) -> str:
        """``in 12 min``, ``2 h ago``"""
        span = datetime.fromisoformat(iso) - datetime.fromisoformat(now)
        minutes = int(abs(span) / timedelta(minutes=1))
        if minutes < 1:
            return "now"
        days, hours = minutes // 1440, minutes % 1440 // 60
        parts = [f"{days} d"] * bool(days) + [f"{hours} h"] * bool(hours) + [f"{minutes % 60} min"] * (not days)
        length = " ".join(part for part in parts if not part.startswith("0 "))
        return f"in {length}" if span > timedelta() else f"{length} ago"


_WORDS = _Words()
