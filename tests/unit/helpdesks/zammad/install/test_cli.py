"""What ``interspace install`` says of Zammad alone, over a socket."""

import json

from tests.unit.helpdesks.zammad.install.bench import RECEIVER, Bench
from tests.unit.install.conftest import Run


def test_what_is_said_of_zammad(run: Run, bench: Bench) -> None:
    shown = run("plan", "zammad", "--receiver-url", RECEIVER)
    applied = run("apply", "zammad", "--receiver-url", RECEIVER)
    installed = bench.names("groups")
    told = run("uninstall", "zammad")
    run("uninstall", "zammad", "--force")

    assert "ticket attribute 'impact'" in shown.stdout
    assert "Restart Zammad's background worker" in applied.stdout
    assert " stays " in told.stdout
    assert installed > bench.names("groups") == {"Users"}


def test_the_checklist_names_what_apply_leaves_to_people(run: Run, bench: Bench) -> None:
    applied = run("apply", "zammad", "--receiver-url", RECEIVER)
    level, agent = str(bench.row("groups", "Directors")["id"]), bench.row("roles", "Agent")
    agent["group_ids"][level] = ["read"]
    shown = run("checklist", "zammad")
    agent["group_ids"][level] = ["full"]
    for row in bench.zammad.world.tables["Group"].values():
        row["email_address_id"] = 1
    run("apply", "zammad", "--adopt")
    left = [item["key"] for item in json.loads(run("checklist", "zammad", "--json").stdout)]

    assert "interspace install checklist zammad says how:\n 1. " in applied.stdout
    assert "Restart Zammad's background worker" in shown.stdout
    assert "Choose an e-mail address for: Users, " in shown.stdout
    assert "/#manage/groups" in shown.stdout
    assert "'Agent' may not work in Directors" in shown.stdout
    # The delivered policy names nobody's address.
    assert left == ["background worker", "escalation contacts"]


def test_a_plan_calls_a_group_by_its_whole_name(run: Run, bench: Bench) -> None:
    run("apply", "zammad", "--receiver-url", RECEIVER)
    bench.row("roles", "Agent")["group_ids"].pop(str(bench.row("groups", "Directors")["id"]))

    shown = run("plan", "zammad").stdout

    assert "+1 group_ids.Directors: full" in shown
