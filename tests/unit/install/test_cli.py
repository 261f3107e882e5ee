"""``interspace install`` as an admin uses it, on either helpdesk; and what Zammad alone has."""

import json
import stat
from pathlib import Path

import pytest

from connector.install.apply import refuse
from connector.install.errors import RefusedError
from connector.settings import PROOF_KEY
from connector.settings.store import read_store
from tests.unit.helpdesks.zammad.install.bench import RECEIVER
from tests.unit.install.both import AnyBench, hook_secrets, name_of
from tests.unit.install.conftest import Run
from tests.unit.policy.files import with_addresses

on_zammad = pytest.mark.parametrize("any_bench", ["zammad"], indirect=True)


def test_plan_apply_plan_uninstall(run: Run, any_bench: AnyBench, tmp_path: Path) -> None:
    helpdesk, bare = name_of(any_bench), any_bench.state()
    shown = run("plan", helpdesk, "--receiver-url", RECEIVER)
    assert shown.returncode == 0, shown.stderr
    assert list(tmp_path.iterdir()) == [], "a plan makes no secret"
    checksum = shown.stdout.strip().splitlines()[-1].removeprefix("Checksum: ")

    refused = run("apply", helpdesk, "--receiver-url", RECEIVER, "--checksum", "000000000000")
    assert refused.returncode == 1
    assert f"The plan is now {checksum}" in refused.stderr
    assert any_bench.state() == bare

    applied = run("apply", helpdesk, "--receiver-url", RECEIVER, "--checksum", checksum)
    assert applied.returncode == 0, applied.stderr
    store = tmp_path / "interspace.secrets"
    assert stat.S_IMODE(store.stat().st_mode) == 0o600
    held_there = read_store(store)
    key = held_there.pop(PROOF_KEY)
    (secret,) = held_there.values()
    assert hook_secrets(any_bench) == [secret]
    assert "If the connector runs already, restart it." in applied.stdout

    again = run("plan", helpdesk)
    assert "Nothing to do." in again.stdout
    run("apply", helpdesk)
    assert read_store(store)[PROOF_KEY] == key, "it is made once"
    listed = run("plan", helpdesk, "--json")
    assert json.loads(listed.stdout)["counts"]["unchanged"] > (50 if helpdesk == "zammad" else 30)

    told = run("uninstall", helpdesk)
    assert told.returncode == 1
    assert "--force" in told.stderr
    assert "tickets' data are in it" in told.stdout
    gone = run("uninstall", helpdesk, "--force", "--json")
    assert gone.returncode == 0, gone.stderr
    assert json.loads(gone.stdout)[f"refused_by_{helpdesk}"] == []
    assert hook_secrets(any_bench) == []
    everything = (shown, refused, applied, again, listed, told, gone)
    held = (secret, key, *any_bench.tokens.values())
    assert not [text for ran in everything for text in held if text in ran.stdout + ran.stderr]


def test_a_secret_that_changes_under_a_running_receiver_is_told(run: Run, any_bench: AnyBench, tmp_path: Path) -> None:
    helpdesk, store, elsewhere = name_of(any_bench), tmp_path / "interspace.secrets", tmp_path / "elsewhere"
    fresh = run("plan", helpdesk, "--receiver-url", RECEIVER)
    run("apply", helpdesk, "--receiver-url", RECEIVER)
    store.rename(elsewhere)
    held = hook_secrets(any_bench)

    shown = run("plan", helpdesk)
    listed = json.loads(run("plan", helpdesk, "--json").stdout)
    found = run("plan", helpdesk, "--secret-store", str(elsewhere))
    assert hook_secrets(any_bench) == held
    applied = run("apply", helpdesk, "--checksum", listed["checksum"])

    said = f"The webhook gets a NEW secret: INTERSPACE_{helpdesk.upper()}_WEBHOOK_SECRET is not set"
    assert [hint.startswith(said) for hint in listed["hints"]][:2] == [True, False]
    assert str(store) in listed["hints"][0]
    assert "restarted" in listed["hints"][0]
    assert said in shown.stdout
    assert "(new secret)" in shown.stdout
    assert shown.stdout.splitlines()[-1] == f"Checksum: {listed['checksum']}"
    assert "NEW secret" not in fresh.stdout + found.stdout
    assert "Nothing to do." in found.stdout
    assert applied.returncode == 0, applied.stderr
    made = read_store(store)
    assert made.pop(PROOF_KEY)
    assert hook_secrets(any_bench) == list(made.values()) != held
    assert "proof key" in listed["hints"][0]
    assert "Restart the connector's receivers now" in applied.stdout


def test_levels_that_mail_nobody_are_told(run: Run, any_bench: AnyBench, tmp_path: Path) -> None:
    helpdesk, addressed = name_of(any_bench), ("--policy", str(with_addresses(tmp_path)))
    arguments = (helpdesk, "--receiver-url", RECEIVER)

    shown, listed = run("plan", *arguments), json.loads(run("plan", *arguments, "--json").stdout)
    applied = run("apply", *arguments)

    said = "Nobody is mailed: levels 2, 3, 4, 5 (default); 2, 3, 4 (acme); 3 (transit_premium) have no e-mail address"
    for told in (shown.stdout, applied.stdout, listed["hints"][0]):
        assert said in told
    if helpdesk == "zammad":
        assert "0 open tickets are in the rules' groups now" in " ".join(listed["hints"])
    assert said not in " ".join(json.loads(run("plan", *arguments, *addressed, "--json").stdout)["hints"])
    assert "Nobody is mailed" not in run("apply", *arguments, *addressed).stdout


def test_an_uninstall_needs_force(any_bench: AnyBench) -> None:
    any_bench.install()

    with pytest.raises(RefusedError, match="--force"):
        refuse(any_bench.plan_back())
    refuse(any_bench.plan_back(), force=True)


@pytest.mark.parametrize(
    ("arguments", "more", "code", "said"),
    [
        ((), {}, 2, "--receiver-url"),
        (("--receiver-url", "nowhere"), {}, 2, "not where a receiver can be"),
        ((), {"ADMIN_TOKEN": ""}, 2, "INTERSPACE_{}_ADMIN_TOKEN"),
        ((), {"TOKEN": "wrong"}, 3, "INTERSPACE_{}_TOKEN"),
        ((), {"ADMIN_TOKEN": "wrong"}, 3, "Check the token in INTERSPACE_{}_ADMIN_TOKEN"),
    ],
)
def test_what_goes_wrong_is_one_message(
    run: Run, any_bench: AnyBench, arguments: tuple[str, ...], more: dict[str, str], code: int, said: str
) -> None:
    helpdesk = name_of(any_bench)

    settings = {f"INTERSPACE_{helpdesk.upper()}_{name}": value for name, value in more.items()}
    ran = run("plan", helpdesk, *arguments, **settings)

    assert ran.returncode == code
    assert said.format(helpdesk.upper()) in ran.stderr
    assert ("interspace doctor finds out what is wrong." in ran.stderr) is (code == 3)
    assert "Traceback" not in ran.stderr


@on_zammad
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("plan", "otrs"), "'otrs' is not one of 'zammad', 'jira'"),
        (("plan", "jira"), "INTERSPACE_JIRA_URL"),
    ],
)
def test_a_helpdesk_that_is_not_there(run: Run, arguments: tuple[str, ...], said: str) -> None:
    ran = run(*arguments)

    assert ran.returncode == 2
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr
