"""What else writes to tickets in a Zammad: found in its configuration, and told with what it does to us."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from connector.doctor.writers import observed
from connector.helpdesks.zammad.doctor.context import Context
from connector.helpdesks.zammad.doctor.writers import KINDS_OF_WRITERS
from connector.helpdesks.zammad.mapping import load_mapping
from connector.install.objects import MARK, PREFIX
from connector.policy.locate import MAPPINGS

MAPPING = load_mapping(MAPPINGS / "zammad.yaml")
OURS, ELSEWHERE, BOT, BOT_ROLE, OTHER_ROLE = "1", "9", 7, 2, 4
HIGH = {"ticket.priority_id": {"value": "3"}}
MANDATORY = {"ticket.room": {"operator": "set_mandatory", "set_mandatory": "true"}}
"""As recordings 265 and 275 have them."""


def found(kind: str, path: str, **row: Any) -> list[str]:
    """What is said of a row of this table, by lines."""
    context = cast(
        Context,
        SimpleNamespace(
            rows=lambda asked: [{"id": 1, "name": "X", "active": True, **row}] if asked == path else [],
            groups_in_scope={OURS, "2"},
            mapping=MAPPING,
            me={"id": BOT, "role_ids": [BOT_ROLE]},
        ),
    )
    writers = [writer for writer in KINDS_OF_WRITERS[kind](context) if writer.sets or writer.does]
    return observed(writers, MAPPING.screen).text.split("\n") if writers else []


def group(operator: str, *ids: str) -> dict[str, Any]:
    return {"ticket.group_id": {"operator": operator, "value": list(ids)}}


def role(number: int) -> dict[str, Any]:
    return {"session.role_ids": {"operator": "is", "value": [str(number)]}}


@pytest.mark.parametrize(
    ("kind", "path", "word"),
    [
        ("triggers", "triggers", "trigger"),
        ("scheduler", "jobs", "scheduler job"),
    ],
)
def test_triggers_and_jobs_of_others_that_set_what_is_ours(kind: str, path: str, word: str) -> None:
    perform = HIGH | {"ticket.service_ref": {"value": "x"}, "ticket.escalation_level": {"value": "3"}}

    (line,) = found(kind, path, condition={}, perform=perform)

    assert line.startswith(f"{word} 'X': sets the priority: ")
    assert "sets Service ID: " in line
    assert "sets Escalation level, which only the rules write" in line


@pytest.mark.parametrize(
    "row",
    [
        {"active": False},
        {"note": f"Ours. {MARK}"},
        {"condition": group("is", ELSEWHERE)},
        {"condition": group("is not", OURS, "2")},
        {"object": "User"},
        {"perform": {"ticket.tags": {"operator": "add", "value": "vip"}, "notification.email": {}}},
    ],
    ids=["switched off", "ours", "elsewhere", "not in our groups", "about users", "sets nothing of ours"],
)
def test_a_trigger_that_does_nothing_to_us(row: dict[str, Any]) -> None:
    assert found("triggers", "triggers", **{"condition": {}, "perform": HIGH} | row) == []


@pytest.mark.parametrize(
    "condition",
    [
        group("is", OURS, ELSEWHERE),
        {"operator": "OR", "conditions": [{"name": "ticket.group_id", "operator": "is", "value": [ELSEWHERE]}]},
    ],
    ids=["one of our groups", "groups beside something else"],
)
def test_a_trigger_that_may_reach_us(condition: dict[str, Any]) -> None:
    assert len(found("triggers", "triggers", condition=condition, perform=HIGH)) == 1


def test_a_job_that_deletes_tickets() -> None:
    (line,) = found("scheduler", "jobs", condition={}, perform={"ticket.action": {"value": "delete"}})

    assert "deletes tickets" in line


@pytest.mark.parametrize(
    ("agent", "says"),
    [
        ({"agent_type": "TicketPrioritizer"}, "sets the priority"),
        ({"agent_type": "TicketGroupDispatcher"}, "moves tickets"),
        ({"agent_type": "TicketTitleRewriter"}, "rewrites the title"),
        ({"agent_type": "TicketCategorizer", "type_enrichment_data": {"category": "impact"}}, "sets Impact"),
        ({"agent_type": "TicketTextExtractor", "type_enrichment_data": {"extracted_text": "service_ref"}}, "sets Serv"),
        ({"action_definition": {"mapping": {"ticket.state": {"value": "closed"}}}}, "changes the state"),
        ({"action_definition": {"conditions": [{"mapping": {"ticket.group_id": {}}}]}}, "moves tickets"),
    ],
)  # fmt: skip
def test_ai_agents_by_what_their_type_or_definition_writes(agent: dict[str, Any], says: str) -> None:
    (line,) = found("AI agents", "ai_agents", **agent)

    assert line.startswith("AI agent 'X': ")
    assert says in line
    assert line.endswith("the connector leaves a ticket alone while it is at work there")


def test_an_ai_agent_that_only_tags_does_nothing_to_us() -> None:
    assert found("AI agents", "ai_agents", agent_type="TicketTagger") == []


@pytest.mark.parametrize(
    ("flow", "says"),
    [
        ({"perform": MANDATORY}, ["RFO tasks and problem records are refused", "every write of the connector"]),
        ({"perform": MANDATORY, "preferences": {"screen": ["edit"]}}, ["every write of the connector"]),
        ({"perform": MANDATORY, "condition_selected": role(BOT_ROLE)}, ["every write of the connector"]),
        ({"perform": {"ticket.impact": {"operator": "remove_option", "remove_option": ["low"]}}}, ["offers only some"]),
        ({"perform": {"ticket.priority_id": {"operator": ["set_fixed_to"], "set_fixed_to": []}}}, ["offers only some"]),
        ({"perform": {"ticket.impact": {"operator": "fill_in", "fill_in": "x"}}}, ["sets Impact"]),
    ],
    ids=["mandatory", "on changes", "for the connector's role", "fewer options", "a fixed priority", "fills in"],
)  # fmt: skip
def test_core_workflows_that_bind_us(flow: dict[str, Any], says: list[str]) -> None:
    (line,) = found("core workflows", "core_workflows", object="Ticket", **flow)

    for part in says:
        assert part in line


@pytest.mark.parametrize(
    "flow",
    [
        {"object": "User"},
        {"name": f"{PREFIX}mandatory details"},
        {"condition_selected": role(OTHER_ROLE)},
        {"condition_selected": {"session.id": {"operator": "is not", "value": [str(BOT)]}}},
        {"condition_selected": group("is", ELSEWHERE)},
        {"perform": {"ticket.room": {"operator": "hide", "hide": "true"}}},
    ],
    ids=[
        "about users",
        "ours",
        "for another role",
        "for all but the connector",
        "elsewhere",
        "hides a field of others",
    ],
)
def test_core_workflows_that_do_not(flow: dict[str, Any]) -> None:
    assert found("core workflows", "core_workflows", **{"object": "Ticket", "perform": MANDATORY} | flow) == []


def test_attributes_that_every_agent_has_to_fill_in() -> None:
    by_agents = {"edit": {"ticket.agent": {"shown": True, "required": True}}}
    by_customers = {"create_middle": {"ticket.customer": {"shown": True, "required": True}}}
    room = {"object": "Ticket", "name": "room", "editable": True}

    (line,) = found("required fields", "object_manager_attributes", **room, screens=by_agents)

    assert line.startswith("attribute room: is required on the mask of changes: every write")
    assert found("required fields", "object_manager_attributes", **room, screens=by_customers) == []
    own = {**room, "editable": False, "name": "group_id"}
    assert found("required fields", "object_manager_attributes", **own, screens=by_agents) == []


def test_slas_of_others_for_our_groups() -> None:
    assert "in place of ours" in found("SLAs", "slas", condition={})[0]
    assert found("SLAs", "slas", condition=group("is", ELSEWHERE)) == []
    assert found("SLAs", "slas", name=f"{PREFIX}P1", condition={}) == []


def test_filters_of_incoming_mail() -> None:
    filled = {"X-Zammad-Ticket-priority_id": {"value": "3"}, "x-zammad-ticket-impact": {"value": "degradation"}}

    (line,) = found("e-mail filters", "postmaster_filters", perform=filled)
    (dropped,) = found("e-mail filters", "postmaster_filters", perform={"x-zammad-ignore": {"value": "true"}})

    assert "fills in Impact, Priority of a mail that opens a ticket" in line
    assert "drops mails" in dropped


def test_macros_that_write_what_is_the_rules_own() -> None:
    (line,) = found("macros", "macros", perform={"ticket.escalation_level": {"value": "3"}, **HIGH})

    assert line.startswith("macro 'X': sets Escalation level, which only the rules write")
    assert found("macros", "macros", perform=HIGH) == [], "an agent's choice"
