"""``/form/…``: reporting a fault, from the panel's token to the ticket's number.

The token comes by POST, in a field of the panel's own form or out of the address' fragment by a script of ours. It is
good once; from then on a session travels in a hidden field of each page. There are no cookies, so no other page can act
for whoever is logged in.
"""

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from zoneinfo import ZoneInfo

import structlog
from flask import Blueprint, Response, request

from connector.documents.matrix import matrix_document
from connector.documents.render import as_file
from connector.domain.vocabulary import FaultType, Impact, Urgency
from connector.helpdesks.on_behalf import key_of_request
from connector.intake.faults import Fault, FaultyError
from connector.intake.identity import FormSession, IdentityError, open_session, read_session, read_token
from connector.intake.promise import Promise
from connector.intake.request import request_of
from connector.intake.submission import MOST_FILES, Submission, read
from connector.intake.ticket_view import zone_of
from connector.policy.catalogue import Service
from connector.policy.models import Policy
from connector.work.submissions import State, Submitted

from . import words
from .language import Language, chosen
from .pages import PageError, Pages
from .sources import Sources, stored
from .values import UnclearStartError, body_of, errors_of, start_of, values_of

log = structlog.get_logger("webhooks")


def session_of(sources: Sources) -> FormSession:
    """Who sent this request, by the token or the session in its form.

    :raises PageError: nobody can tell, or it is too late.
    """
    try:
        if token := request.form.get("token"):
            now = sources.now()
            panels = sources.reports.panels()
            identity = read_token(token.strip(), panels, sources.policy().catalogue, now)
            sources.reports.throttle.panel(identity.panel.name)
            with stored():
                is_first = sources.reports.use_once(f"{identity.panel.name}:{identity.token_id}", identity.expires)
            if is_first:
                return read_session(open_session(identity.panel, identity.caller, now), panels, now)
            why, detail = "used", "jti: was used before"
        else:
            return read_session(request.form.get("session", ""), sources.reports.panels(), sources.now())
    except IdentityError as error:
        why, detail = error.why, str(error)
    sources.reports.throttle.stranger(request.remote_addr or "")
    log.info("a form was not opened", why=why, detail=detail)
    raise PageError(HTTPStatus.FORBIDDEN, why)


def language_of(session: FormSession) -> Language:
    """As the reader has chosen on the page, else as the panel says, else English."""
    return chosen(request.form.get("lang") or request.args.get("lang") or session.caller.language)


def service_of(session: FormSession, policy: Policy, wanted: str | None) -> Service | None:
    """The service that is asked for, if it is theirs; where they have one alone, that one."""
    services = session.caller.services(policy.catalogue)
    if wanted:
        return next((service for service in services if service.id.casefold() == wanted.strip().casefold()), None)
    return services[0] if len(services) == 1 else None


def report_routes(blueprint: Blueprint, sources: Sources, pages: Pages) -> None:
    """Adds the pages of a report."""

    @blueprint.get("/", provide_automatic_options=False)
    def entrance() -> Response:
        return pages.entrance()

    @blueprint.post("/", provide_automatic_options=False)
    def enter() -> Response:
        return _service_page(sources, pages, request.args.get("service"))

    @blueprint.post("/service", provide_automatic_options=False)
    def choose() -> Response:
        return _service_page(sources, pages, request.form.get("service"))

    @blueprint.post("/report", provide_automatic_options=False)
    def report() -> Response:
        session, policy = session_of(sources), sources.policy()
        service = service_of(session, policy, request.form.get("service"))
        if service is None:
            return _choice(sources, pages, session)
        zone = zone_of(session.caller, policy)
        values = values_of(request.form, zone)
        if "lang" in request.form:
            return _form(sources, pages, session, service, values)
        submission, errors = _submission(sources, session, service, values)
        if submission is None:
            return _form(sources, pages, session, service, values, errors=errors)
        made = request_of(submission, session.caller, policy)
        helpdesk = sources.reports.helpdesk(session.panel)
        person = session.caller.subject
        submitted = sources.submit(session.panel.name, person, helpdesk, made, submission.digest)
        return _sent(sources, pages, session, service, submitted, submission=submission)

    @blueprint.post("/sent", provide_automatic_options=False)
    def sent() -> Response:
        session, policy = session_of(sources), sources.policy()
        service = service_of(session, policy, request.form.get("service"))
        key = key_of_request(session.panel.name, session.report)
        with stored():
            submitted = sources.reports.find(sources.reports.helpdesk(session.panel), key)
        if service is None or submitted is None:
            return _choice(sources, pages, session)
        return _sent(sources, pages, session, service, submitted._replace(was_there=False))

    @blueprint.post("/matrix", provide_automatic_options=False)
    def matrix() -> Response:
        session, policy = session_of(sources), sources.policy()
        service = service_of(session, policy, request.form.get("service"))
        if service is None:
            raise PageError(HTTPStatus.NOT_FOUND, "unknown", session)
        version = policy.ladder_of(service.id, sources.now())
        file = as_file(matrix_document(policy, service, version), policy.letterhead)
        return pages.file(file)


def _service_page(sources: Sources, pages: Pages, wanted: str | None) -> Response:
    session, policy = session_of(sources), sources.policy()
    service = service_of(session, policy, wanted)
    if service is None:
        return _choice(sources, pages, session)
    return _form(sources, pages, session, service, values_of({}, zone_of(session.caller, policy)))


def _choice(sources: Sources, pages: Pages, session: FormSession) -> Response:
    services = session.caller.services(sources.policy().catalogue)
    return pages.show("services.html", session, language_of(session), services=services)


def _form(
    sources: Sources,
    pages: Pages,
    session: FormSession,
    service: Service,
    values: Mapping[str, str],
    *,
    errors: Mapping[str, str] | None = None,
) -> Response:
    language, policy = language_of(session), sources.policy()
    zone = zone_of(session.caller, policy)
    zones = _zones(zone, policy)
    try:
        start = start_of(values, zones)
    except UnclearStartError:
        start = None
    return pages.show(
        "report.html",
        session,
        language,
        HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        service=service,
        reported=sources.reported(session.panel, service.id),
        values=values,
        errors=errors or {},
        zone=ZoneInfo(zone),
        zones=zones,
        start_utc=start,
        today=sources.now().astimezone(ZoneInfo(zone)).date() + timedelta(days=1),
        impacts=[(each.value, *(language(text) for text in words.IMPACTS[each])) for each in Impact],
        urgencies=[(each.value, language(words.URGENCIES[each])) for each in Urgency],
        faults=[(each.value, language(words.FAULT_TYPES[each])) for each in FaultType],
        email=session.caller.email,
        had_files=any(file.filename for file in request.files.getlist("files")),
    )


def _zones(own: str, policy: Policy) -> list[str]:
    return list(dict.fromkeys([own, policy.display_timezone, "UTC"]))


def _submission(
    sources: Sources, session: FormSession, service: Service, values: Mapping[str, str]
) -> tuple[Submission | None, dict[str, str]]:
    language, policy = language_of(session), sources.policy()
    zone = zone_of(session.caller, policy)
    errors: dict[str, str] = {}
    start = None
    try:
        start = start_of(values, _zones(zone, policy))
    except UnclearStartError as error:
        errors["start-day"] = language(str(error))
    contact = {"email": session.caller.email or values["email"].strip(), "name": session.caller.name}
    body = body_of(
        values,
        report=session.report,
        service_id=service.id,
        start=start,
        contact=contact,
        files=request.files.getlist("files")[: MOST_FILES + 1],
    )
    submission = None
    faults: list[Fault] = []
    try:
        submission = read(body, session.caller, policy, sources.now(), complete=True)
    except FaultyError as error:
        faults += error.faults
    # A form shows the three controls that must be filled, whatever is asked back of a mail.
    faults += [Fault(f"/{name}", "required") for name in ("name", "issueStartDate", "impact") if name not in body]
    errors = {**errors_of(faults, language), **errors}
    in_order = {name: errors[name] for name in words.LABELS if name in errors}
    return (None if errors else submission), in_order


def _sent(
    sources: Sources,
    pages: Pages,
    session: FormSession,
    service: Service,
    submitted: Submitted,
    *,
    submission: Submission | None = None,
) -> Response:
    """``submission``: what was sent just now, if it was."""
    changed = submission is not None and submitted.digest != submission.digest
    policy = sources.policy()
    promise: Promise | None = submitted.promise
    opened = submitted.opened if submitted.state is not State.ACCEPTED else None
    tries = request.form.get("tries", "0")
    return pages.show(
        "sent.html",
        session,
        language_of(session),
        HTTPStatus.OK if opened else HTTPStatus.ACCEPTED,
        service=service,
        zone=ZoneInfo(zone_of(session.caller, policy)),
        number=opened.number if opened else None,
        ticket=opened.id if opened else None,
        promise=promise,
        priority_name=policy.priorities[promise.priority].name if promise else "",
        again=submitted.was_there,
        start=submission.issue_start_date if submission and not changed else None,
        changed=changed or submitted.state is State.CONFLICT,
        tries=int(tries) if tries.isascii() and tries.isdigit() and len(tries) < 3 else 99,
        another=open_session(session.panel, session.caller, sources.now()),
    )
