"""What is sent has the shape of what a real Zammad accepted (its recordings)."""

import re
from datetime import timedelta
from typing import Any

import pytest

from connector.domain.fields import CATALOGUE, INTAKE
from connector.domain.vocabulary import FaultType, Impact, Urgency
from connector.helpdesks.zammad.install.planning import plan_zammad
from connector.helpdesks.zammad.install.tables import ATTRIBUTES
from connector.helpdesks.zammad.mapping import MACROS
from connector.install.compare import resolved
from connector.install.plan import Action, Plan
from connector.policy.calendar_spec import CalendarSpec
from connector.policy.messages import shipped
from connector.rules.text.extract import extract, setting
from tests.builders import T0, office_p4
from tests.evidence import exchanges
from tests.unit.helpdesks.zammad.install.bench import RECEIVER, SECRETS, TODAY, Bench, steps

ACCEPTED = {
    ATTRIBUTES: ("044", "046", "047", "048", "049", "053"),
    "ticket_priorities": ("285",),
    "groups": ("238", "239"),
    "roles": ("246", "247"),
    "calendars": ("216",),
    "slas": ("220", "222"),
    "webhooks": ("080",),
    "triggers": ("089", "135", "300"),
    "core_workflows": ("265",),
    "macros": ("255",),
    "overviews": ("259",),
    "text_modules": ("281",),
    "templates": ("262",),
    "report_profiles": ("280",),
}
"""Table → recordings of accepted creates."""


def recorded(number: str) -> dict[str, Any]:
    exchange: dict[str, Any] = exchanges("5.5")[int(number)]
    return exchange


def sent(plan: Plan, kind: str) -> list[dict[str, Any]]:
    ids = {(step.kind, step.name): 1 for step in plan.steps} | dict(plan.ids)
    return [resolved(step.body, ids, SECRETS) for step in steps(plan, Action.CREATE) if step.kind == kind]


def test_texts_name_macros_that_are_made(bench: Bench) -> None:
    made = {body["name"] for body in sent(bench.plan(), "macros")}
    named = {
        name for message in shipped().messages.values() for name in re.findall(r'"([^"]+)" is macro', message.body)
    }

    assert named
    assert named <= made == MACROS


@pytest.mark.parametrize("kind", sorted(ACCEPTED))
def test_every_body_has_only_keys_that_the_real_zammad_knows(bench: Bench, kind: str) -> None:
    exchanges = [recorded(number) for number in ACCEPTED[kind]]
    assert {exchange["response"]["status"] for exchange in exchanges} == {201}
    known = {key for exchange in exchanges for part in ("request", "response") for key in exchange[part]["body"]}
    needed = set.intersection(*(set(exchange["request"]["body"]) for exchange in exchanges))

    bodies = sent(bench.plan(), kind)

    assert bodies
    for body in bodies:
        assert set(body) <= known
        if kind != "slas":
            assert needed - {"default_at_signup", "permission_ids", "default", "ical_url"} <= set(body)


def test_attributes_have_the_options_that_the_real_zammad_accepted(bench: Bench) -> None:
    accepted: dict[str, set[str]] = {}
    for number in ACCEPTED[ATTRIBUTES]:
        body = recorded(number)["request"]["body"]
        accepted.setdefault(body["data_type"], set()).update(body["data_option"])
    for body in sent(bench.plan(), ATTRIBUTES):
        if body["data_type"] in accepted:
            assert set(body["data_option"]) - {"note"} <= accepted[body["data_type"]]


def test_customers_see_what_the_guide_asks_of_them_and_nothing_else(bench: Bench) -> None:
    """R10, R15–R22, R27."""
    asked = {
        "service_ref", "problem_start", "short_description", "impact", "urgency", "circuit_ref", "fault_type",
        "test_results", "ip_addresses",
    }  # fmt: skip
    for body in sent(bench.plan(), ATTRIBUTES):
        shown = {screen: who["ticket.customer"]["shown"] for screen, who in body["screens"].items()}
        if body["name"] == "deferral_customer":  # R27: the customer's consent, once there is a ticket
            assert shown == {"create_middle": False, "edit": True, "view": True}
            continue
        assert set(shown.values()) == {body["name"] in asked}, body["name"]
        assert not any(spec.get("required") for who in body["screens"].values() for spec in who.values())


def test_the_impact_says_what_its_levels_mean(bench: Bench) -> None:
    """R24–R26."""
    (impact,) = (body for body in sent(bench.plan(), ATTRIBUTES) if body["name"] == "impact")
    for words in ("basic function", "normal daily traffic volume", "no active disturbance"):
        assert words in impact["data_option"]["note"]


def test_slas_and_calendars_mirror_the_policy(bench: Bench) -> None:
    """R36, R37."""
    found = {body["name"]: body for body in sent(bench.plan(), "slas")}
    times = [(b["first_response_time"], b["update_time"], b["solution_time"]) for _, b in sorted(found.items())]
    assert times == [(15, 60, 240), (60, 240, 480), (240, 1440, 2880), (1440, None, 14400)]
    made = [step.body for step in steps(bench.plan(), Action.CREATE) if step.kind == "slas"]
    groups = {ref.name for body in made for ref in body["condition"]["ticket.group_id"]["value"]}
    assert "Directors" in groups
    assert groups.isdisjoint({"RFO", "Problem Management"}), "tasks and records are under no incident's SLA"
    (always,) = sent(bench.plan(), "calendars")
    assert always["business_hours"]["sun"] == {"active": True, "timeframes": [["00:00", "24:00"]]}


def test_a_calendar_in_which_a_priority_counts_working_hours(bench: Bench) -> None:
    """R36: a working day of 8 h 30 min; and the holidays of three years."""
    bench.policy = office_p4()
    found = {body["name"]: body for body in sent(bench.plan(), "slas")}
    assert (found["Interspace: P4 low"]["first_response_time"], found["Interspace: P4 low"]["solution_time"]) == (
        480,
        2550,
    )
    office = next(body for body in sent(bench.plan(), "calendars") if body["name"] == "Interspace: office")
    assert office["business_hours"]["mon"] == {"active": True, "timeframes": [["09:00", "17:30"]]}
    assert office["business_hours"]["sun"]["active"] is False
    assert "2026-12-25" in office["public_holidays"]
    assert "2028-12-25" in office["public_holidays"]


def test_hours_past_midnight_are_two_days_of_zammad(bench: Bench) -> None:
    """Its hours end with their day; an inactive day needs some all the same."""
    policy = office_p4()
    hours = [
        {"days": ("mon", "sun"), "opens": "22:00", "closes": "06:00"},
        {"days": ("mon",), "opens": "09:00", "closes": "24:00"},
    ]
    hours[1]["closes"] = "12:00"
    spec = CalendarSpec.model_validate({"timezone": "Europe/Berlin", "hours": hours})
    bench.policy = policy.model_copy(update={"calendars": {**policy.calendars, "office": spec}})

    office = next(body for body in sent(bench.plan(), "calendars") if body["name"] == "Interspace: office")

    assert {day: spec["timeframes"] for day, spec in office["business_hours"].items() if spec["active"]} == {
        "sun": [["22:00", "24:00"]],
        "mon": [["00:00", "06:00"], ["09:00", "12:00"], ["22:00", "24:00"]],
        "tue": [["00:00", "06:00"]],
    }
    assert office["business_hours"]["wed"]["timeframes"]


def test_the_phone_intake_is_read_by_the_rules(bench: Bench) -> None:
    (module,) = sent(bench.plan(), "text_modules")
    values = {
        "service_id": "SVC-1005",
        "problem_start": "2026-11-23 09:40 UTC",
        "short_description": "the line is dead",
        "impact": "degradation",
        "urgency": "high",
        "circuit_id": "HAM-ETH-0108",
        "fault_type": "permanent",
        "test_results": "no light on port 3",
        "ip_addresses": "192.0.2.7",
    }
    text = module["content"]
    for field, value in values.items():
        place = text.index("</div>", text.index(f"<div>{CATALOGUE[field].label}"))
        text = text[:place] + value + text[place:]

    read = extract(text, True, T0, setting(None, bench.policy.intake.service_id_pattern))

    assert [field for field in sorted(INTAKE) if getattr(read, field) is None] == []
    assert (read.impact, read.urgency, read.fault_type) == (Impact.DEGRADATION, Urgency.HIGH, FaultType.PERMANENT)
    assert (read.service_id, read.problem_start) == ("SVC-1005", T0 - timedelta(minutes=20))


def test_a_ticket_leads_to_its_operations_page_where_people_can_reach_one(bench: Bench) -> None:
    def templates(ops_url: str | None) -> dict[str, str]:
        plan = plan_zammad(bench.setup, SECRETS, TODAY, receiver_url=RECEIVER, ops_url=ops_url)
        return {
            body["name"]: body["data_option"]["linktemplate"]
            for body in sent(plan, ATTRIBUTES)
            if "linktemplate" in body["data_option"]
        }

    assert templates(None) == {}
    assert templates("https://connector.example.com/ops/") == dict.fromkeys(
        ("priority_reason", "escalation_reason"), "https://connector.example.com/ops/zammad/#{ticket.id}"
    )
