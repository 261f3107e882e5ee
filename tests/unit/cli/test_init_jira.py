"""``interspace init jira``: asked, tried, written for its owner only; nothing secret on the screen."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from connector.cli.init import init
from connector.helpdesks.jira import scopes
from connector.helpdesks.jira.mapping import load_mapping
from connector.sandbox.jira.furnished import BOT
from connector.sandbox.jira.world import CLOUD_ID
from connector.settings import load
from tests.jira_admin import add_scoped_token
from tests.unit.cli.conftest import LiveJira, Run

URL = "INTERSPACE_JIRA_URL"


pytestmark = pytest.mark.usefixtures("bare")


def ask(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(init, ["jira", *arguments], input=typed)


def answers(live: LiveJira, token: str = "", project: str = "ISP") -> str:
    """What is typed: Data Center has no e-mail addresses in its credentials."""
    user = [BOT] if live.desk.flavour == "cloud" else []
    return "\n".join([live.environment[URL], *user, token or live.accounts.bot, project, ""])


def test_what_is_typed_is_tried_and_written(live_jira: LiveJira, tmp_path: Path) -> None:
    ran = ask(typed=answers(live_jira))

    file = tmp_path / "interspace.env"
    assert ran.exit_code == 0, ran.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    settings = load({})
    assert settings.value("jira_url") == live_jira.environment[URL]
    assert settings.value("jira_user") == (BOT if live_jira.desk.flavour == "cloud" else None)
    assert settings.value("jira_token").get_secret_value() == live_jira.accounts.bot
    assert live_jira.accounts.bot not in ran.output
    assert "interspace install plan jira" in ran.output
    assert ("export INTERSPACE_JIRA_ADMIN_USER=" in ran.output) == (live_jira.desk.flavour == "cloud")
    assert "interspace install apply jira --checksum " in ran.output
    assert settings.database_url.get_secret_value() == f"sqlite:///{tmp_path / 'interspace.sqlite3'}"
    assert [path.name for path in tmp_path.iterdir()] == ["interspace.env"]


def test_the_latest_end_of_a_token_of_cloud_is_kept(live_jira: LiveJira) -> None:
    ran = ask(typed=answers(live_jira))

    ends = load({}).value("jira_token_ends")
    assert ran.exit_code == 0, ran.output
    if live_jira.desk.flavour == "cloud":
        assert ends == (datetime.now(UTC) + timedelta(days=365)).date()
        assert f"it ends on {ends}" in ran.output
    else:
        assert ends is None


def test_a_token_with_scopes_is_tried_at_the_gateway(live_jira: LiveJira, monkeypatch: pytest.MonkeyPatch) -> None:
    if live_jira.desk.flavour != "cloud":
        return
    site = live_jira.environment[URL]
    monkeypatch.setattr(scopes, "GATEWAY", f"{site}/ex/jira/{{}}")
    token = add_scoped_token(live_jira.desk, BOT)

    ran = ask(typed=answers(live_jira, token))

    assert ran.exit_code == 0, ran.output
    settings = load({})
    assert settings.value("jira_url") == site
    assert settings.value("jira_api_url") == f"{site}/ex/jira/{CLOUD_ID}"
    assert "read:jira-work" in ran.output
    assert token not in ran.output


def test_a_token_that_works_nowhere_leaves_no_address(live_jira: LiveJira, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scopes, "GATEWAY", f"{live_jira.environment[URL]}/ex/jira/{{}}")

    ran = ask(typed=answers(live_jira, "nobody's"))

    assert ran.exit_code == 1
    assert "read:jira-work" in ran.output


def test_the_commands_read_what_it_wrote(run: Run, live_jira: LiveJira, tmp_path: Path) -> None:
    environment = {name: value for name, value in live_jira.environment.items() if "DATABASE" not in name}
    arguments = ("--url", environment.pop(URL), "--project", "ISP", "--file", "mine.env")
    written = run("init", "jira", *arguments, **environment)
    swept = run("sweep", INTERSPACE_SETTINGS_FILE="mine.env")

    assert written.returncode == 0, written.stderr
    assert f"export INTERSPACE_SETTINGS_FILE={tmp_path / 'mine.env'}" in written.stdout
    assert swept.returncode == 0, swept.stderr


def test_another_project_gets_a_mapping_of_its_own(live_jira: LiveJira, tmp_path: Path) -> None:
    live_jira.desk.add_project("OPS", "Operations")
    live_jira.desk.add_user(BOT, ())
    for project in live_jira.desk.world.projects.values():
        team = next(role.id for role in live_jira.desk.world.roles.values() if role.name == "Service Desk Team")
        project.role_users.setdefault(team, set()).add(live_jira.desk.user_id(BOT))

    ran = ask(typed=answers(live_jira, project="OPS"))

    assert ran.exit_code == 0, ran.output
    assert load_mapping(load({}).value("jira_mapping")).project == "OPS"
    assert load({}).value("jira_mapping") == tmp_path / "jira.yaml"
    (tmp_path / "interspace.env").unlink()
    again = ask(typed=answers(live_jira, project="OPS"))
    assert again.exit_code == 2
    assert "jira.yaml is there already; --force replaces it" in again.output


@pytest.mark.parametrize(
    ("token", "project", "said"),
    [
        ("wrong-token-0123456789", "ISP", "answered 401"),
        ("", "NOPE", "into the role 'Service Desk Team'"),
    ],
)
def test_what_does_not_work_is_not_written(
    live_jira: LiveJira, tmp_path: Path, token: str, project: str, said: str
) -> None:
    ran = ask(typed=answers(live_jira, token, project))

    assert ran.exit_code == 1
    assert said in ran.output
    assert list(tmp_path.iterdir()) == []
    assert "wrong-token-0123456789" not in ran.output
    assert live_jira.accounts.bot not in ran.output


def test_what_is_wrong_with_the_project_is_said_before_a_mapping_may_be_replaced(
    live_jira: LiveJira, tmp_path: Path
) -> None:
    edited = tmp_path / "jira.yaml"
    edited.write_text("project: MINE\n")

    ran = ask("--project", "NOPE", typed=answers(live_jira))

    assert ran.exit_code == 1
    assert "into the role 'Service Desk Team'" in ran.output
    assert "--force" not in ran.output
    assert list(tmp_path.iterdir()) == [edited]
    assert edited.read_text() == "project: MINE\n"


def test_an_address_that_is_no_jira(tmp_path: Path) -> None:
    ran = ask(typed="http://127.0.0.1:1\nsome-token-0123456789\nISP\n")

    assert ran.exit_code == 1
    assert "no answer" in ran.output
    assert list(tmp_path.iterdir()) == []
