"""What agents and managers have on their screens: macros, overviews, a template and a text module for phone intake.

Bodies as in recordings 255, 259, 262 and 281.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connector.domain.fields import CATALOGUE, INTAKE
from connector.domain.vocabulary import (
    NOT_ENGLISH,
    WAITED_FOR,
    Duplicate,
    IntakeChannel,
    IntakeStatus,
    Missed,
    ParentIncident,
    PrioritySource,
    ProblemState,
    RfoRelease,
    TicketState,
)
from connector.helpdesks.zammad.install.site import InstallContext
from connector.helpdesks.zammad.roles import written_roles
from connector.install.objects import PREFIX, Ref, Text, Wanted, text_ref
from connector.messages.words import Reader

PHONE_INTAKE = "Phone intake"


def macros(site: InstallContext) -> Iterator[Wanted]:
    """One click for what agents ask of the rules (R23, R27, R34, R36, R37, R39)."""
    escalate = site.attribute("escalation_request")
    yield _macro(site, "Escalate now: no progress", {escalate: _wish(site, "no progress")})
    yield _macro(site, "Escalate now: times missed", {escalate: _wish(site, "times missed")})
    yield _macro(site, "Escalate now: customer asks", {escalate: _wish(site, "customer")})
    yield _macro(site, "Request RFO", {site.attribute("rfo_requested"): "true"})
    yield _macro(site, "Agree to defer", {site.attribute("deferral_support"): "true"})
    yield _macro(site, "Customer agrees to defer (by phone)", {site.attribute("deferral_customer"): "true"})
    yield _macro(site, "Priority by the matrix again", {site.attribute("priority_source"): PrioritySource.MATRIX.value})
    duplicate = site.attribute("duplicate")
    yield _macro(site, "Link and close as duplicate", {duplicate: Duplicate.CONFIRMED.value})
    yield _macro(site, "No duplicate", {duplicate: Duplicate.DECLINED.value})
    outage = site.attribute("parent_incident")
    yield _macro(site, "Confirm the outage", {outage: ParentIncident.CONFIRMED.value})
    yield _macro(site, "Decline the outage", {outage: ParentIncident.DECLINED.value})
    tasks = [Ref("groups", site.rfo_group, optional=True)]
    yield _macro(site, "Release RFO", {site.attribute("rfo_release"): RfoRelease.FINAL.value}, tasks)
    problems = [Ref("groups", site.problem_group, optional=True)]
    state = site.attribute("problem_state")
    yield _macro(site, "Confirm the problem", {state: ProblemState.INVESTIGATING.value}, problems)
    closed = text_ref("ticket_states", site.mapping.state_names(TicketState.CLOSED)[0], optional=True)
    yield _macro(site, "Decline the problem", {"ticket.state_id": closed}, problems)


def _wish(site: InstallContext, why: str) -> str:
    """The reason that a macro gives; it is read on the ticket."""
    return site.policy.messages.render("escalation_wish", {"why": why}, Reader(site.policy.internal_language)).body


def _macro(
    site: InstallContext, name: str, values: Mapping[str, str | Ref], groups: Sequence[Ref] | None = None
) -> Wanted:
    perform = {attribute: {"value": value} for attribute, value in values.items()}
    incidents = [Ref("groups", ref.name, optional=True) for ref in site.incident_groups]
    body = {
        "name": name,
        "perform": perform,
        "note": Text((f"A wish to the rules. {site.installed} ", *_roles(site))),
        "active": True,
        "group_ids": list(groups) if groups is not None else incidents,
    }
    return Wanted("macros", name, body, fill={"ux_flow_next_up": "none"})


def _roles(site: InstallContext) -> Iterator[str | Ref]:
    """The ids of support's roles, which the connector's own token does not see from 6.6 or 7.0 on."""
    begin, names, end = written_roles(site.mapping)
    yield begin
    for name in names:
        yield " "
        yield Ref("roles", name)
    yield end


def overviews(site: InstallContext) -> Iterator[Wanted]:
    """What managers and agents watch (R3, R14, R27, R28, R34, R36–R38): what is late stays where late things show."""
    managers = [Ref("roles", role) for role in site.mapping.roles.managers]
    everybody = [*managers, *(Ref("roles", role) for role in site.mapping.roles.agents)]
    level, upcoming, rfo_due, deferred = (
        site.mapping.attribute(name)
        for name in ("escalation_level", "next_escalation_at", "rfo_due_at", "deferred_until")
    )
    service, intake, missed, rfo_status, key, language = (
        site.mapping.attribute(name)
        for name in ("service_id", "intake_status", "missed_targets", "rfo_status", "connector_key", "language")
    )
    is_open = {"ticket.state_id": {"operator": "is", "value": site.open_states()}}
    incidents = {**is_open, "ticket.group_id": {"operator": "is", "value": site.incident_groups}}
    ours = {**is_open, "ticket.group_id": {"operator": "is", "value": site.groups_in_scope}}
    numbers = {step.level for ladder in site.policy.escalation.ladders.values() for step in ladder.levels}
    raised = {"operator": "is", "value": [str(number) for number in sorted(numbers) if number > 1]}
    problems = {"ticket.group_id": {"operator": "is", "value": [text_ref("groups", site.problem_group)]}}
    proposed = {site.attribute("problem_state"): {"operator": "is", "value": [ProblemState.PROPOSED.value]}}
    outage = site.mapping.attribute("parent_incident")
    undeclined = {"operator": "is", "value": [ParentIncident.PROPOSED.value, ParentIncident.CONFIRMED.value]}
    update = site.mapping.attribute("next_update_at")
    untold = {f"ticket.{update}": {"operator": "within last (relative)", "range": "year", "value": "5"}}
    overdue = {f"ticket.{upcoming}": {"operator": "within last (relative)", "range": "year", "value": "5"}}
    # Whatever group an overdue task has risen to, and whoever has closed it: as long as the customer waits for the RFO.
    tasks = {
        f"ticket.{rfo_status}": {"operator": "is", "value": list(WAITED_FOR)},
        f"ticket.{key}": {"operator": "contains", "value": "rfo:"},
    }
    measure = site.mapping.attribute("next_measure_at")
    to_do = {f"ticket.{measure}": {"operator": "after (absolute)", "value": "2000-01-01T00:00:00Z"}}
    measures = {**to_do, f"ticket.{key}": {"operator": "contains", "value": "rfo:"}}
    late = {f"ticket.{missed}": {"operator": "is", "value": [name.value for name in Missed]}}
    channel = site.mapping.attribute("intake_channel")
    panels = {f"ticket.{channel}": {"operator": "is", "value": list(IntakeChannel)}}
    foreign = {f"ticket.{language}": {"operator": "is", "value": [each.value for each in NOT_ENGLISH]}}
    doubled = {f"ticket.{site.mapping.attribute('duplicate')}": {"operator": "is", "value": [Duplicate.PROPOSED.value]}}
    # A deferral that is over leaves the date empty, which is after nothing.
    waits = {f"ticket.{deferred}": {"operator": "after (absolute)", "value": "2000-01-01T00:00:00Z"}}
    waiting = {"operator": "is", "value": [IntakeStatus.ASKED.value, IntakeStatus.REMINDED.value]}
    columns = ["number", "title", "customer", "organization", "priority", "state", "group", "owner"]
    made = (
        ("By escalation level", managers, {**ours, f"ticket.{level}": raised}, upcoming, level),
        ("Due within the hour", everybody, _due_soon(site, incidents), upcoming, "priority"),
        ("Missed targets", everybody, {**incidents, **late}, upcoming, missed),
        ("Customer updates late", everybody, {**incidents, **untold}, update, missed),
        ("Waiting for required details", everybody, {**incidents, f"ticket.{intake}": waiting}, "created_at", intake),
        ("Possible duplicates", everybody, {**incidents, **doubled}, "created_at", service),
        ("RFO due", everybody, tasks, rfo_due, "owner"),
        ("Preventive measures", everybody, measures, measure, "owner"),
        ("Deferred", everybody, {**incidents, **waits}, deferred, "priority"),
        ("Problems", everybody, {**is_open, **problems}, "created_at", "owner"),
        ("Problems to confirm", managers, {**is_open, **problems, **proposed}, "created_at", service),
        ("Measures of problems", everybody, {**problems, **to_do}, measure, "owner"),
        ("Problems late", managers, {**is_open, **problems, **overdue}, upcoming, "owner"),
        ("Outages", everybody, {**incidents, f"ticket.{outage}": undeclined}, "created_at", outage),
        ("Not in English", everybody, {**incidents, **foreign}, "created_at", language),
        ("From panels", everybody, {**incidents, **panels}, "created_at", channel),
        ("By customer", managers, dict(incidents), upcoming, "organization"),
    )
    for number, (title, roles, condition, order, group) in enumerate(made):
        name = PREFIX + title
        body = {
            "name": name,
            "role_ids": roles or everybody,
            "condition": condition,
            "order": {"by": order, "direction": "ASC"},
            "group_by": group,
            "view": {"s": [*columns, *dict.fromkeys((service, level, order))]},
            "active": True,
        }
        link = "interspace_" + title.lower().replace(" ", "_")
        yield Wanted("overviews", name, body, fill={"link": link, "prio": 1500 + number})


def _due_soon(site: InstallContext, is_open: Mapping[str, Any]) -> dict[str, Any]:
    hour = {"operator": "within next (relative)", "range": "hour", "value": "1"}
    limits = ("first_response_due_at", "repair_due_at", "next_escalation_at", "next_update_at")
    soon = [{"name": site.attribute(field), **hour} for field in limits]
    now = [{"name": name, **spec} for name, spec in is_open.items()]
    return {"operator": "AND", "conditions": [*now, {"operator": "OR", "conditions": soon}]}


def phone_intake(site: InstallContext) -> Iterator[Wanted]:
    """The labelled lines for a call, as text to insert and as a ticket to start from (R4, R14–R22)."""
    lines = "".join(f"<div>{_line(site, field)}: </div>" for field in INTAKE)
    module = {"name": PHONE_INTAKE, "keywords": "intake", "content": lines, "active": True}
    module["note"] = "The lines that the rules read. Fill in what the customer says."
    yield Wanted("text_modules", PHONE_INTAKE, module, fill={"group_ids": []})
    name = PREFIX + PHONE_INTAKE.lower()
    options = {
        "ticket.group_id": {"value": text_ref("groups", site.intake_group)},
        "article.body": {"value": lines},
    }
    yield Wanted("templates", name, {"name": name, "options": options, "active": True})


def _line(site: InstallContext, field: str) -> str:
    """The label of a line that the rules read (R15–R22, R10), with what can be chosen."""
    choices = ", ".join(value.replace("_", "-") for value in CATALOGUE[field].choices)
    return site.mapping.screen[field] + (f" ({choices})" if choices else "")
