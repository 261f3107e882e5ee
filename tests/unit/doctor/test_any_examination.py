"""What holds for an examination of either helpdesk."""

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from connector.doctor.configuration import secret_files
from connector.doctor.finding import CheckStatus
from connector.helpdesks.jira.doctor.checks import CHECKS as JIRA_CHECKS
from connector.helpdesks.zammad.doctor.checks import CHECKS as ZAMMAD_CHECKS
from connector.helpdesks.zammad.doctor.context import Context
from connector.policy.locate import MAPPINGS
from connector.sandbox.faults import Fault, Kind
from connector.settings import Settings
from tests.unit.doctor.examined import Examined
from tests.unit.policy.files import with_addresses

made_for_a_test = pytest.mark.parametrize(
    ("examined", "path"),
    [
        ("zammad", "tickets"),
        ("zammad", "triggers"),
        ("zammad", "jobs"),
        ("cloud", "api/2/issue"),
        ("datacenter", "api/2/issue"),
    ],
    indirect=["examined"],
)


@pytest.mark.parametrize(
    ("ahead", "verdict"),
    [
        (0, CheckStatus.OK),
        (4, CheckStatus.OK),
        (30, CheckStatus.WARN),
        (-30, CheckStatus.WARN),
        (120, CheckStatus.FAIL),
    ],
)
def test_the_skew_of_the_clocks(examined: Examined[Any], ahead: int, verdict: CheckStatus) -> None:
    examined.date_is_ahead = timedelta(seconds=ahead)

    assert examined.finding(f"{examined.title}'s clock", test_tickets=False).verdict is verdict


def test_the_samples_letterhead_is_told(examined: Examined[Any], tmp_path: Path) -> None:
    checks = tuple(check for check in examined.checks if check.name in ("policy and mapping", "letterhead"))

    delivered = examined.examine(checks)["letterhead"]
    folder = tmp_path / "own"
    shutil.copytree(MAPPINGS / "provider", folder)
    named = folder / "provider.yaml"
    named.write_text(named.read_text(encoding="utf-8").replace("name: ", "name: Own ", 1), encoding="utf-8")
    policy = (MAPPINGS / "interspace.yaml").read_text(encoding="utf-8")
    path = tmp_path / "own.yaml"
    path.write_text(f"{policy}\nprovider_folder: own\n", encoding="utf-8")
    examined.settings["policy"] = path
    own = examined.examine(checks)["letterhead"]

    assert delivered.verdict is CheckStatus.WARN
    assert "provider_folder" in delivered.do
    assert (own.verdict, own.seen[:4]) == (CheckStatus.OK, "Own ")


def test_levels_that_mail_nobody_are_named(examined: Examined[Any], tmp_path: Path) -> None:
    checks = tuple(check for check in examined.checks if check.name in ("policy and mapping", "escalation mail"))

    delivered = examined.examine(checks)["escalation mail"]
    examined.settings["policy"] = with_addresses(tmp_path)
    file = examined.settings["telling"] = tmp_path / "telling.yaml"
    file.write_text("mail: {host: 127.0.0.1, tls: none, sender: interspace@isp.example}\n", encoding="utf-8")
    addressed = examined.examine(checks)["escalation mail"]

    assert delivered.verdict is CheckStatus.WARN
    assert delivered.seen.startswith("levels 2, 3, 4, 5 (default); 2, 3, 4 (acme); 3 (transit_premium) have no e-mail")
    assert "Add an address" in delivered.do
    assert "of your own, which interspace init policy makes" in delivered.do, (
        "an upgrade replaces the one that comes along"
    )
    assert str(MAPPINGS) not in delivered.do
    assert addressed.verdict is CheckStatus.OK


def test_a_secret_that_is_not_found_is_looked_for_before_a_new_one_is_made(
    examined: Examined[Any], tmp_path: Path
) -> None:
    helpdesk = examined.title.lower()
    examined.settings |= {f"{helpdesk}_webhook_secret": None, "secret_store": tmp_path / "interspace.secrets"}
    checks = tuple(check for check in examined.checks if check.name == "webhook secret")

    found = examined.examine(checks)["webhook secret"]

    assert found.verdict is CheckStatus.FAIL
    assert str(tmp_path / "interspace.secrets") in found.seen
    assert found.do.index("INTERSPACE_SECRET_STORE") < found.do.index(f"interspace install apply {helpdesk} makes one")
    assert "until they are restarted" in found.do


@made_for_a_test
@pytest.mark.parametrize("kind", ["lose answer", "refuse", "status"])
def test_a_creation_without_an_answer_leaves_nothing(examined: Examined[Any], path: str, kind: Kind) -> None:
    for _ in range(3):
        examined.sandbox.faults.add(Fault(kind, "POST", f"/{path}$", times=1))

    found = examined.examine()

    assert CheckStatus.FAIL in {finding.verdict for finding in found.values()}
    assert examined.traces() == []


@made_for_a_test
def test_what_cannot_be_removed_is_named(examined: Examined[Any], path: str) -> None:
    examined.sandbox.faults.add(Fault("status", "DELETE", rf"{path}/\d+$", times=None))

    found = examined.examine()

    assert len(examined.traces()) > 0
    assert found["test objects removed"].verdict is CheckStatus.WARN
    assert "Interspace doctor" in found["test objects removed"].seen


@pytest.mark.parametrize("checks", [ZAMMAD_CHECKS, JIRA_CHECKS], ids=["zammad", "jira"])
def test_every_need_is_a_check_that_comes_before(checks: tuple[tuple[str, object, tuple[str, ...]], ...]) -> None:
    before: set[str] = set()
    for name, _, needs in checks:
        assert set(needs) <= before
        assert name not in before
        before.add(name)


@pytest.mark.parametrize(
    ("key", "verdict", "says"),
    [
        (None, CheckStatus.WARN, "is not set"),
        ("the key of these proofs", CheckStatus.OK, "said again on every open ticket"),
        ("the new key of these proofs\nthe old key of these proofs", CheckStatus.OK, "the first signs"),
    ],
    ids=["none", "one", "during a rotation"],
)
def test_the_key_of_the_proofs(
    examined: Examined[Any], tmp_path: Path, key: str | None, verdict: CheckStatus, says: str
) -> None:
    """What a changed key would do is said before anybody changes it."""
    held = SecretStr(key) if key else None
    examined.settings |= {"proof_key": held, "secret_store": tmp_path / "interspace.secrets"}
    checks = tuple(check for check in examined.checks if check.name == "proof key")

    found = examined.examine(checks)["proof key"]

    assert found.verdict is verdict
    assert says in found.seen
    assert key is None or key.split("\n")[0] not in f"{found.seen} {found.do}"


def test_a_token_file_that_the_settings_file_names_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    token, file = tmp_path / "token", tmp_path / "interspace.env"
    token.write_text("a token")
    file.write_text(f"INTERSPACE_JIRA_TOKEN_FILE={token}\n")
    context = Context(Settings())

    for path, mode in ((token, 0o600), (file, 0o644)):
        path.chmod(mode)
    assert secret_files(context).verdict is CheckStatus.OK, "a settings file without a secret may be read by all"
    token.chmod(0o644)
    seen = secret_files(context)

    assert seen.verdict is CheckStatus.WARN
    assert seen.do == f"chmod o= {token}"
