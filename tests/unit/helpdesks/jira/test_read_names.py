"""What has other names than the mapping says, or had: statuses, types, projects, keys."""

from typing import Any

import pytest

from connector.domain.vocabulary import Priority, TicketKind, TicketState
from connector.helpdesks.errors import NotFoundError
from tests.unit.helpdesks.jira.bench import Bench


@pytest.mark.parametrize(
    ("issue_type", "kind"),
    [
        ("Incident", TicketKind.INCIDENT),
        ("Service Request", TicketKind.INCIDENT),
        ("Task", TicketKind.RFO_TASK),
        ("Problem", TicketKind.PROBLEM),
    ],
)
def test_the_type_tells_the_kind_whoever_made_the_issue_and_whatever_its_key_says(
    bench: Bench, issue_type: str, kind: TicketKind
) -> None:
    key = "rfo:4711" if kind is not TicketKind.RFO_TASK else None
    issue = bench.opens(kind=issue_type, **({bench.field("connector_key"): key} if key else {}))

    assert bench.read(issue).kind is kind


@pytest.mark.parametrize("issue", ["", "ISP-1", "../myself", "1?x", "١"])
def test_only_ids_are_read(bench: Bench, issue: str) -> None:
    with pytest.raises(NotFoundError, match="is not the id of a Jira issue"):
        bench.read(issue)
    assert bench.sent == []


def test_the_id_of_a_key(bench: Bench) -> None:
    issue = bench.opens()

    assert bench.desk.id_of("ISP-1") == issue
    with pytest.raises(NotFoundError):
        bench.desk.id_of("ISP-99")
    with pytest.raises(NotFoundError):
        bench.desk.id_of("../myself")


def test_other_types_and_other_projects_are_left_alone(bench: Bench) -> None:
    bench.jira.add_issue_type("Change")
    change = bench.opens(kind="Change")

    assert bench.read(change).kind is TicketKind.OTHER


def moves(bench: Bench, issue: str, name: str) -> None:
    ways = bench.calls(bench.agent, "GET", f"issue/{issue}/transitions")["transitions"]
    way = next(way["id"] for way in ways if way["to"]["name"] == name)
    bench.calls(bench.agent, "POST", f"issue/{issue}/transitions", {"transition": {"id": way}})


@pytest.mark.parametrize(
    ("category", "state"),
    [("new", TicketState.NEW), ("indeterminate", TicketState.OPEN), ("done", TicketState.CLOSED)],
)
def test_a_status_that_nobody_mapped_counts_as_its_category(bench: Bench, category: str, state: TicketState) -> None:
    bench.jira.add_status("In limbo", category)
    issue = bench.opens()
    moves(bench, issue, "In limbo")
    ticket = bench.read(issue)

    assert (ticket.state, ticket.unknown_state) == (state, "In limbo")
    assert ticket.history[-1].new is state


def test_the_past_keeps_its_meaning_when_names_change(bench: Bench) -> None:
    """The waiting was in a status that has another name today, in Jira and in the mapping."""
    issue = bench.opens()
    waits = next(name for name, state in bench.mapping.statuses.items() if state is TicketState.PENDING_CUSTOMER)
    p1, p2 = (bench.mapping.priority_name(priority) for priority in (Priority.P1, Priority.P2))
    bench.calls(bench.agent, "PUT", f"issue/{issue}", {"fields": {"priority": {"name": p1}}})
    moves(bench, issue, waits)
    moves(bench, issue, "Work in progress")
    bench.calls(bench.agent, "PUT", f"issue/{issue}", {"fields": {"priority": {"name": p2}}})
    world = bench.jira.world
    next(status for status in world.statuses.values() if status.name == waits).name = "With the customer"
    next(row for row in world.priorities.values() if row.name == p1).name = "Top"
    named = bench.mapping.model_dump()
    named["statuses"]["With the customer"] = named["statuses"].pop(waits)
    named["priorities"][Priority.P1]["name"] = "Top"
    bench.mapping = type(bench.mapping).model_validate(named)
    bench.desk = bench.connected()

    history = bench.read(issue).history

    assert TicketState.PENDING_CUSTOMER in [change.new for change in history if change.field == "state"]
    assert next(change.new for change in history if change.field == "priority") is Priority.P1


def test_a_status_renamed_while_we_work_is_known_by_its_id(bench: Bench) -> None:
    issue = bench.opens()
    moves(bench, issue, "Resolved")
    assert bench.read(issue).state is TicketState.RESOLVED
    next(status for status in bench.jira.world.statuses.values() if status.name == "Resolved").name = "Fixed"

    ticket = bench.read(issue)

    assert (ticket.state, ticket.unknown_state) == (TicketState.RESOLVED, None)


def test_a_project_is_the_same_under_another_key(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    issue = bench.opens()
    get = bench.desk.client.get

    def renamed(path: str, query: str = "", rows: Any = None) -> Any:
        answer = get(path, query)
        if "project" in answer.get("fields", {}):
            answer["key"] = answer["fields"]["project"]["key"] = "NET"
        return answer

    monkeypatch.setattr(bench.desk.client, "get", renamed)

    assert bench.read(issue).number == "NET"


def test_a_clone_is_known_by_its_link(bench: Bench) -> None:
    original, clone = bench.opens(), bench.opens("CLONE - Line down")
    cloners = {"name": "Cloners", "inward": "is cloned by", "outward": "clones"}
    kind = bench.calls(bench.accounts.admin, "POST", "issueLinkType", cloners)
    body = {"type": {"id": kind["id"]}, "inwardIssue": {"id": clone}, "outwardIssue": {"id": original}}
    bench.calls(bench.agent, "POST", "issueLink", body)

    assert bench.read(clone).copied_from == original
    assert bench.read(original).copied_from is None


def test_a_priority_that_nobody_mapped_is_none(bench: Bench) -> None:
    bench.jira.add("priorities", "Blocker")
    issue = bench.opens(priority={"name": "Blocker"})

    assert bench.read(issue).fields.priority is None
