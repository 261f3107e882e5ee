"""What managers and agents watch: saved filters shared with the project, and on Cloud a dashboard of them (R3, R14,
R27, R28, R34, R36–R38)."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from connector.domain.vocabulary import (
    NOT_ENGLISH,
    WAITED_FOR,
    Duplicate,
    IntakeChannel,
    IntakeStatus,
    Missed,
    ParentIncident,
    ProblemState,
)
from connector.helpdesks.jira.install.site import DASHBOARDS, FILTERS, GADGETS, JiraSite, types
from connector.install.objects import PREFIX, Including, Ref, Wanted, is_marked
from connector.install.tables import Current

DASHBOARD = f"{PREFIX}escalations"
_COLOURS = ("red", "yellow", "blue", "cyan", "purple", "green", "gray")


class View(NamedTuple):
    """A list of issues that somebody watches."""

    title: str
    text: str
    jql: str
    lists: tuple[str, ...] = ()
    """Fields for whose options it searches: they have to be there first."""


def views(site: JiraSite) -> tuple[View, ...]:
    """The same as in every helpdesk."""
    level, upcoming, rfo_due, rfo_status, deferred, key, details, missed, language, problem, update, outage = (
        site.jql(name)
        for name in (
            "escalation_level",
            "next_escalation_at",
            "rfo_due_at",
            "rfo_status",
            "deferred_until",
            "connector_key",
            "intake_status",
            "missed_targets",
            "language",
            "problem_state",
            "next_update_at",
            "parent_incident",
        )
    )
    measure, channel = site.jql("next_measure_at"), site.jql("intake_channel")
    incidents, kinds = site.open_incidents, site.mapping.issue_types
    waiting = f"{details} in ({IntakeStatus.ASKED}, {IntakeStatus.REMINDED})"
    late = f"{missed} in ({', '.join(Missed)})"
    tasks = f"{site.in_project} AND {types((kinds.rfo_task,))} AND {key} is not EMPTY"
    measured = f"{site.in_project} AND {types((kinds.rfo_task, kinds.problem))}"
    # Whoever has opened them.
    records = f"{site.in_project} AND {types((kinds.problem,))} AND statusCategory != Done"
    # Also if somebody has closed the task: as long as the customer waits for the RFO.
    waited_for = f"{tasks} AND {rfo_status} in ({', '.join(WAITED_FOR)})"
    return (
        View(
            "By escalation level",
            "Above the engineer on duty.",
            f"{incidents} AND {level} > 1 ORDER BY {level} DESC, {upcoming} ASC",
        ),
        View("Due within the hour", "First response, repair or next level.", _due_soon(site)),
        View(
            "Missed targets",
            "First response or repair was not in time.",
            f"{incidents} AND {late} ORDER BY {upcoming} ASC",
            ("missed_targets",),
        ),
        View(
            "Customer updates late",
            "The customer should have heard from us.",
            f"{incidents} AND {update} <= now() ORDER BY {update} ASC",
        ),
        View(
            "Waiting for required details",
            "The customer was asked.",
            f"{incidents} AND {waiting} ORDER BY created ASC",
            ("intake_status",),
        ),
        View(
            "Possible duplicates",
            "Reported already, perhaps: a person confirms or declines.",
            f"{incidents} AND {site.jql('duplicate')} = {Duplicate.PROPOSED} ORDER BY created ASC",
            ("duplicate",),
        ),
        View(
            "RFO due",
            "Reason-For-Outage documents that customers wait for, overdue ones too.",
            f"{waited_for} ORDER BY {rfo_due} ASC",
            ("rfo_status",),
        ),
        View(
            "Preventive measures",
            "Promised in RFOs or on problems and not done yet, those that are late first.",
            f"{measured} AND {measure} is not EMPTY ORDER BY {measure} ASC",
        ),
        View("Deferred", "By consent of both parties.", f"{incidents} AND {deferred} is not EMPTY ORDER BY {deferred}"),
        View("Problems", "Root causes to be found.", f"{records} ORDER BY created ASC"),
        View(
            "Problems to confirm",
            "Proposed by the rules: a person confirms or closes them.",
            f"{records} AND {problem} = {ProblemState.PROPOSED} ORDER BY created ASC",
            ("problem_state",),
        ),
        View(
            "Problems late", "Owner, cause or fix is overdue.", f"{records} AND {upcoming} <= now() ORDER BY {upcoming}"
        ),
        View(
            "Outages",
            "Incidents that stand for others, or may.",
            f"{incidents} AND {outage} in ({ParentIncident.PROPOSED}, {ParentIncident.CONFIRMED}) ORDER BY created ASC",
            ("parent_incident",),
        ),
        View(
            "Not in English",
            "The customer writes in another language.",
            f"{incidents} AND {language} in ({', '.join(NOT_ENGLISH)}) ORDER BY created ASC",
            ("language",),
        ),
        View(
            "From panels",
            "Reported in My Interspace or by a customer's own system.",
            f"{incidents} AND {channel} in ({', '.join(IntakeChannel)}) ORDER BY created ASC",
            ("intake_channel",),
        ),
        View("By customer", "Everything that is open.", f"{incidents} ORDER BY reporter ASC, {upcoming} ASC"),
    )


def filters(site: JiraSite, current: Current) -> Iterator[Wanted]:
    """One for each view. On Data Center those wait that search for options which nobody has made yet."""
    for view in views(site):
        name = PREFIX + view.title
        if all(map(site.has_options, view.lists)) or current.row(FILTERS, name) is not None:
            body = {"name": name, "description": view.text, "jql": view.jql, "shares": _project(site)}
            yield Wanted(FILTERS, name, body)


def dashboards(site: JiraSite, current: Current) -> Iterator[Wanted]:
    """One dashboard for the managers (Cloud)."""
    if site.flavour.administers:
        text = "What has to be looked at, by the rules."
        body = {"name": DASHBOARD, "description": text, "shares": _project(site)}
        yield Wanted(DASHBOARDS, DASHBOARD, body, fill={"editors": []})


def gadgets(site: JiraSite, current: Current) -> Iterator[Wanted]:
    """A list of results for each filter, in two columns."""
    dashboard = current.row(DASHBOARDS, DASHBOARD)
    foreign = dashboard is not None and not is_marked(dashboard["description"])
    if foreign or not (site.flavour.administers and site.gadget):
        return
    for index, view in enumerate(views(site)):
        name = PREFIX + view.title
        body = {"name": name, "dashboard": Ref(DASHBOARDS, DASHBOARD), "filter": Ref(FILTERS, name)}
        place = {"row": index // 2, "column": index % 2}
        fill: Mapping[str, object] = {"place": place, "color": _COLOURS[index % len(_COLOURS)], "source": site.gadget}
        yield Wanted(GADGETS, name, body, fill=fill)


def _project(site: JiraSite) -> Including:
    return Including(tuple(share_texts([{"type": "project", "project": {"id": site.project_id}}])))


def _due_soon(site: JiraSite) -> str:
    limits = [
        site.jql(name) for name in ("first_response_due_at", "repair_due_at", "next_update_at", "next_escalation_at")
    ]
    soon = " OR ".join(f'({limit} >= now() AND {limit} <= "1h")' for limit in limits)
    return f"{site.open_incidents} AND ({soon}) ORDER BY {limits[-1]} ASC"


_KEPT = {"project": ("id",), "role": ("id",), "group": ("name", "groupId"), "user": ("accountId", "key", "name")}


def share_texts(shown: object) -> list[str]:
    """Shares as Jira shows them, each as one text with what it takes to set it again: those that people add stay."""
    rows = shown if isinstance(shown, list) else []
    return [json.dumps(_kept(row), sort_keys=True) for row in rows if isinstance(row, Mapping)]


def shares_to_set(texts: Iterable[str]) -> list[dict[str, Any]]:
    """Shares as Jira takes them."""
    return [json.loads(text) for text in texts]


def _kept(row: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {"type": row.get("type")}
    for what, names in _KEPT.items():
        value = row.get(what)
        if isinstance(value, Mapping):
            kept[what] = {name: value[name] for name in names if value.get(name) is not None}
    return kept
