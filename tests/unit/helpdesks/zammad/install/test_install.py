"""Fresh install, second run, drift, foreign objects, adoption, duplicates."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connector.helpdesks.zammad.install.notices import BEGIN, END
from connector.helpdesks.zammad.install.tables import ATTRIBUTES, KINDS
from connector.helpdesks.zammad.install.webhook import CHANGED, NAME
from connector.helpdesks.zammad.roles import mapped_roles, roles_in
from connector.install.apply import refuse
from connector.install.errors import PlanError, RefusedError
from connector.install.objects import is_adopted, is_marked
from connector.install.plan import Action
from connector.policy.ladder import Ladder
from tests.unit.helpdesks.zammad.install.bench import RECEIVER, SECRETS, Bench, steps

ROOT = Path(__file__).parents[5]


def test_a_plan_changes_nothing(bench: Bench) -> None:
    before = bench.state()
    asked = len(bench.zammad.requests)

    plan = bench.plan()

    assert bench.state() == before
    assert {request.method for request in bench.zammad.requests[asked:]} == {"GET"}
    assert len(steps(plan, Action.CREATE)) > 50


def test_the_document_names_every_view(bench: Bench) -> None:
    views = [step.name for step in steps(bench.plan(), Action.CREATE) if step.kind == "overviews"]
    document = (ROOT / "docs/zammad.md").read_text(encoding="utf-8")

    assert len(views) > 10
    assert [name for name in views if f"*{name.removeprefix('Interspace: ')}*" not in document] == []


def test_a_second_plan_finds_nothing_to_do(bench: Bench) -> None:
    first = bench.install()
    second = bench.plan(receiver_url=None)

    assert second.work == ()
    assert second.ours == len(steps(first, Action.CREATE))
    assert len(steps(second, Action.UNCHANGED)) == len(first.work) - 1, "all but the run of the migrations"


def test_everything_that_is_ours_can_be_recognised(bench: Bench) -> None:
    plan = bench.install()

    for step in steps(plan, Action.CREATE):
        assert KINDS[step.kind].is_ours(bench.row(step.kind, step.name)), step.title


def test_every_agent_may_read_which_roles_are_supports(bench: Bench) -> None:
    """The manager's role is made by the same installation."""
    bench.install()

    roles = {row["id"]: row["name"] for row in bench.zammad.world.table("Role").values()}
    notes = {str(row["note"]) for row in bench.client("bot").get("macros")}
    for note in notes:
        assert set(roles_in(note, bench.mapping).values()) == set(mapped_roles(bench.mapping))
        assert roles_in(note, bench.mapping).items() <= roles.items()
        assert len(note) <= 250, "the length of Zammad's column"
    assert len(notes) == 1


def test_the_attributes_are_real_after_the_installation(bench: Bench) -> None:
    bench.install()

    attributes = bench.zammad.world.attributes()
    assert set(bench.setup.mapping.fields.values()) <= set(attributes)
    assert attributes["problem_start"]["data_option"]["diff"] is None, "a number would fill itself in"


def test_a_plan_is_the_same_every_time(bench: Bench) -> None:
    assert bench.plan().checksum == bench.plan().checksum


@pytest.mark.parametrize(
    ("kind", "name", "damage"),
    [
        (ATTRIBUTES, "impact", {"display": "Damage"}),
        ("ticket_priorities", "P1 critical", {"active": False}),
        ("groups", "RFO", {"active": False}),
        ("roles", "Escalation Manager", {"group_ids": {}}),
        ("users", "bot@example.com", {"role_ids": [2]}),
        ("calendars", "Interspace: always", {"timezone": "Europe/Paris"}),
        ("slas", "Interspace: P1 critical", {"first_response_time": 99}),
        ("webhooks", NAME, {"endpoint": "https://elsewhere.example.com/"}),
        ("webhooks", NAME, {"signature_token": "another one"}),
        ("triggers", CHANGED, {"active": False}),
        ("triggers", CHANGED, {"condition": {"ticket.action": {"operator": "is", "value": "update"}}}),
        ("core_workflows", "Interspace: required details of a new ticket", {"preferences": {"screen": ["edit"]}}),
        ("core_workflows", "Interspace: fields of RFO tasks", {"perform": {}}),
        ("macros", "Request RFO", {"perform": {}}),
        ("overviews", "Interspace: RFO due", {"role_ids": [1]}),
        ("text_modules", "Phone intake", {"content": "hello"}),
        ("templates", "Interspace: phone intake", {"active": False}),
        ("report_profiles", "Interspace: P1 critical", {"condition": {}}),
    ],
)
def test_drift_is_seen_and_repaired(bench: Bench, kind: str, name: str, damage: dict[str, object]) -> None:
    bench.install()
    whole = bench.state()
    bench.row(kind, name).update(damage)

    plan = bench.plan()

    assert [(step.action, step.kind, step.name) for step in plan.work if step.action is not Action.RUN] == [
        (Action.UPDATE, kind, name)
    ]
    assert {change.path[0] for change in plan.work[0].changes} == set(damage)
    bench.install()
    assert bench.state() == whole
    assert bench.plan().work == ()


def test_each_mask_is_without_the_fields_of_other_kinds_of_tickets(bench: Bench) -> None:
    """By group; yes-or-no fields stay everywhere."""
    bench.install()
    hidden = {}
    for kind, group in (("incidents", "Directors"), ("RFO tasks", "RFO"), ("problems", "Problem Management")):
        flow = bench.row("core_workflows", f"Interspace: fields of {kind}")
        assert str(bench.row("groups", group)["id"]) in flow["condition_selected"]["ticket.group_id"]["value"]
        assert {str(spec) for spec in flow["perform"].values()} == {"{'operator': 'hide', 'hide': 'true'}"}
        hidden[kind] = {name.removeprefix("ticket.") for name in flow["perform"]}

    assert hidden["incidents"] >= {"rfo_summary", "rfo_release", "workaround", "incidents"}
    assert hidden["RFO tasks"] >= {"impact", "deferred_until", "workaround"}
    assert hidden["problems"] >= {"impact", "rfo_release", "rfo_due_at"}
    assert not hidden["incidents"] & {"impact", "rfo_due_at", "escalation_level", "root_cause"}
    assert not hidden["RFO tasks"] & {"rfo_summary", "rfo_release", "rfo_due_at", "escalation_level"}
    assert not hidden["problems"] & {"workaround", "rfo_summary", "preventive_measures", "next_measure_at"}
    assert not set.union(*hidden.values()) & {"rfo_requested", "deferral_support", "deferral_customer"}


def test_what_people_may_choose_is_no_drift(bench: Bench) -> None:
    bench.install()
    bench.row(ATTRIBUTES, "impact")["position"] = 7
    bench.row("overviews", "Interspace: RFO due")["prio"] = 7
    bench.row("roles", "Escalation Manager")["group_ids"]["99"] = ["read"]
    bench.row(ATTRIBUTES, "impact")["data_option"]["historical_options"] = {"huge": "Huge"}

    assert bench.plan().work == ()


def test_foreign_objects_are_left_alone(bench: Bench) -> None:
    bench.call("POST", "groups", {"name": "RFO", "note": "Our own RFO group", "active": False})
    bench.call("POST", "macros", {"name": "Request RFO", "perform": {"ticket.state_id": {"value": 4}}})
    foreign = [dict(bench.row("groups", "RFO")), dict(bench.row("macros", "Request RFO"))]

    plan = bench.install()

    seen = {(step.kind, step.name): step for step in steps(plan, Action.FOREIGN)}
    assert "active" in {change.path[0] for change in seen["groups", "RFO"].changes}
    assert ("macros", "Request RFO") in seen
    assert [bench.row("groups", "RFO"), bench.row("macros", "Request RFO")] == foreign
    assert bench.plan().work == ()


def test_adopted_objects_are_brought_into_shape_and_marked_so(bench: Bench) -> None:
    bench.call("POST", "groups", {"name": "RFO", "note": "Our own RFO group", "active": False})

    bench.install(adopt=True)

    group = bench.row("groups", "RFO")
    assert group["active"] is True
    assert is_adopted(group["note"])
    assert not is_marked(bench.row("groups", "Users")["note"]), "nothing differed: no reason to touch it"
    assert bench.plan().work == ()
    group["active"] = False
    assert [step.name for step in bench.plan().work] == ["RFO"], "adopted ones are kept in shape"
    bench.install()
    assert is_adopted(bench.row("groups", "RFO")["note"])


def test_agents_get_access_to_our_groups_where_they_have_none(bench: Bench) -> None:
    bench.install()

    agent, ids = bench.row("roles", "Agent"), {g: str(bench.row("groups", g)["id"]) for g in ("RFO", "Directors")}
    assert agent["group_ids"][ids["RFO"]] == agent["group_ids"][ids["Directors"]] == ["full"]
    assert not is_marked(agent["note"]), "it belongs to Zammad"

    agent["group_ids"][ids["Directors"]] = ["read"]
    assert bench.plan().work == (), "what an admin has narrowed stays"


OF_PROBLEMS = {"Confirm the problem", "Decline the problem", "Interspace: fields of problems"}
OF_TASKS = {"Release RFO", "Interspace: fields of RFO tasks"}


def test_everything_is_about_the_groups_of_the_mapping_only(bench: Bench) -> None:
    paths = ("slas", "overviews", "triggers", "core_workflows", "macros", "report_profiles")
    before = {path: bench.names(path) for path in paths}
    bench.call("POST", "groups", {"name": "HR"})
    bench.install()

    ids = {str(bench.row("groups", group)["id"]): group for group in bench.mapping.groups.values()}
    incidents = {group_id for group_id, group in ids.items() if group not in ("RFO", "Problem Management")}
    problems = {group_id for group_id, group in ids.items() if group == "Problem Management"}
    tasks = {group_id for group_id, group in ids.items() if group == "RFO"}
    for path in paths:
        # These follow what the connector itself has written.
        for name in (
            bench.names(path) - before[path] - {BEGIN, END, "Interspace: RFO due", "Interspace: Preventive measures"}
        ):
            named = _groups_in(bench.row(path, name))
            assert named, f"{path} {name} is about every group"
            assert all(groups <= ids.keys() for groups in named), f"{path} {name} is about another department"
    for path in ("slas", "macros", "core_workflows", "report_profiles"):
        for name in bench.names(path) - before[path]:
            groups = problems if name in OF_PROBLEMS else tasks if name in OF_TASKS else incidents
            assert _groups_in(bench.row(path, name)) == [groups], f"{path} {name}"


def _groups_in(row: Mapping[str, Any]) -> list[set[str]]:
    """The groups that conditions of a row name, of each condition."""
    found = [{str(group) for group in row["group_ids"]}] if "group_ids" in row else []
    for key, value in row.items():
        for part in value if isinstance(value, list) else [value]:
            if key == "ticket.group_id" or (isinstance(part, dict) and part.get("name") == "ticket.group_id"):
                found += [set(map(str, part["value"]))] if part["operator"] == "is" and key != "perform" else []
            elif isinstance(part, dict) and key != "perform":
                found += _groups_in(part)
    return found


def test_the_bot_is_told_of_nothing(bench: Bench) -> None:
    bench.install()

    matrix = bench.row("users", "bot@example.com")["preferences"]["notification_config"]["matrix"]
    assert not any(
        told for event in matrix.values() for told in (*event["criteria"].values(), *event["channel"].values())
    )


def test_required_details_on_the_create_mask_are_optional(bench: Bench) -> None:
    bench.mapping = bench.mapping.model_copy(update={"required_on_create": False})
    bench.install()

    assert not any("required details" in name for name in bench.names("core_workflows"))


def test_a_second_object_of_ours_is_removed(bench: Bench) -> None:
    bench.install()
    hook = bench.row("webhooks", NAME)
    bench.call("POST", "webhooks", {"name": NAME, "endpoint": RECEIVER, "note": hook["note"]})

    plan = bench.plan()

    (step,) = plan.work
    assert (step.action, step.id != hook["id"]) == (Action.DELETE, True)
    with pytest.raises(RefusedError, match="deletes 1 object"):
        refuse(plan)
    refuse(plan, force=True)


def test_what_is_no_longer_wanted_goes_but_attributes_stay(bench: Bench) -> None:
    bench.install()
    mark = bench.row("macros", "Request RFO")["note"]
    bench.call(
        "POST", "macros", {"name": "From an older version", "perform": {"ticket.state_id": {"value": 4}}, "note": mark}
    )
    option = {"type": "text", "maxlength": 9, "note": mark}
    body = {"name": "older", "object": "Ticket", "display": "Older", "data_type": "input", "data_option": option}
    bench.call("POST", ATTRIBUTES, body)
    bench.call("POST", "object_manager_attributes_execute_migrations")

    plan = bench.plan()

    assert [(step.action, step.name) for step in plan.work] == [(Action.DELETE, "From an older version")]
    assert [step.why for step in plan.steps if step.name == "older"] == [
        "no longer wanted; kept, because tickets' data are in it"
    ]


def test_another_checksum_is_refused(bench: Bench) -> None:
    reviewed = bench.plan()
    bench.call("POST", "groups", {"name": "RFO"})

    with pytest.raises(RefusedError, match=f"not {reviewed.checksum}"):
        refuse(bench.plan(), checksum=reviewed.checksum)
    refuse(reviewed, checksum=reviewed.checksum)


def test_a_plan_that_changes_much_needs_force(bench: Bench) -> None:
    bench.install()
    for name in bench.setup.mapping.fields.values():
        bench.row(ATTRIBUTES, name)["display"] = "?"

    plan = bench.plan()

    with pytest.raises(RefusedError, match="more than 30%"):
        refuse(plan)
    refuse(plan, share=0.6)
    refuse(plan, force=True)


def test_a_receiver_url_is_needed_once(bench: Bench) -> None:
    with pytest.raises(PlanError, match="--receiver-url"):
        bench.plan(receiver_url=None)
    bench.install()
    assert bench.row("webhooks", NAME)["endpoint"] == f"{RECEIVER}/webhooks/zammad/main"


@pytest.mark.parametrize("url", ["connector.example.com", "ftp://x", "https://user:password@x", "https://"])
def test_a_receiver_url_that_is_none_is_refused(bench: Bench, url: str) -> None:
    with pytest.raises(PlanError, match="not where a receiver can be"):
        bench.plan(receiver_url=url)


def test_a_role_that_zammad_does_not_have_is_named(bench: Bench) -> None:
    bench.row("roles", "Agent")["name"] = "Staff"

    with pytest.raises(PlanError, match="Agent"):
        bench.plan()


def test_the_secret_is_in_the_webhook_and_nowhere_else(bench: Bench) -> None:
    plan = bench.install()
    (secret,) = SECRETS.values()

    assert bench.row("webhooks", NAME)["signature_token"] == secret
    bench.row("webhooks", NAME)["signature_token"] = "somebody's own secret"
    for text in (repr(plan), repr(plan.to_dict()), repr(bench.plan()), repr(bench.plan().to_dict())):
        assert secret not in text
        assert "somebody's own secret" not in text


def with_addresses(bench: Bench, contact: str) -> Bench:
    """The bench with an address as the contact of the last level of the default ladder."""
    ladders = dict(bench.policy.escalation.ladders)
    *levels, last = ladders["default"].levels
    ladders["default"] = Ladder(levels=(*levels, last.model_copy(update={"contacts": (contact,)})))
    escalation = bench.policy.escalation.model_copy(update={"ladders": ladders})
    return replace(bench, policy=bench.policy.model_copy(update={"escalation": escalation}))


def test_a_contact_without_an_account_gets_one_that_may_do_nothing(bench: Bench) -> None:
    bench = with_addresses(bench, "Board@Interspace.example")

    bench.install()

    contact = bench.row("users", "board@interspace.example")
    assert bench.zammad.world.tables["Role"][contact["role_ids"][0]]["name"] == "Customer"
    trigger = bench.row("triggers", "Interspace: level 5 reached (default)")
    assert trigger["perform"]["notification.email"]["recipient"] == [f"userid_{contact['id']}"]
    assert bench.plan().work == ()


def test_mails_about_levels_are_the_policys_texts_with_placeholders(bench: Bench) -> None:
    bench = with_addresses(bench, "board@interspace.example")
    bench.install()

    mail = bench.row("triggers", "Interspace: level 5 reached (default)")["perform"]["notification.email"]
    assert (mail["internal"], mail["subject"]) == ("true", "Escalation level 5: #{ticket.title}")
    assert "<div>Reason: #{ticket.escalation_reason}</div>" in mail["body"]
    link = "#{config.http_type}://#{config.fqdn}/#ticket/zoom/#{ticket.id}"
    assert mail["body"].endswith(f'<div>Ticket: <a href="{link}">{link}</a></div>')


def test_a_contact_with_an_account_keeps_it_as_it_is(bench: Bench) -> None:
    person = {"login": "boss", "email": "board@interspace.example", "firstname": "Bo", "roles": ["Agent"]}
    bench.call("POST", "users", person)
    known = dict(bench.row("users", "boss"))
    bench = with_addresses(bench, "board@interspace.example")

    bench.install(adopt=True)

    assert bench.row("users", "boss") == known
    trigger = bench.row("triggers", "Interspace: level 5 reached (default)")
    assert trigger["perform"]["notification.email"]["recipient"] == [f"userid_{known['id']}"]
    assert bench.plan().work == ()


def test_a_contact_that_is_no_longer_named_goes(bench: Bench) -> None:
    with_addresses(bench, "board@interspace.example").install()

    plan = bench.plan()

    gone = {(step.kind, step.name) for step in steps(plan, Action.DELETE)}
    triggers = {"Interspace: level 5 reached (default)", BEGIN, END}
    assert gone == {("users", "board@interspace.example"), *(("triggers", name) for name in triggers)}
    assert [step.kind for step in steps(plan, Action.DELETE)] == [*(["triggers"] * 3), "users"]
