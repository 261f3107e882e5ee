"""``interspace init policy``: the shipped rules copied for the admin; nothing of theirs is overwritten."""

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from connector.cli.check import check
from connector.cli.init import init
from connector.policy.load import load_policy
from connector.policy.locate import MAPPINGS
from connector.settings import SettingsError, load

FILES = sorted(
    path.relative_to(MAPPINGS)
    for path in MAPPINGS.rglob("*")
    if path.is_file() and path.relative_to(MAPPINGS).parts[0] not in ("messages", "documents")
)
POLICY = Path("interspace.yaml")

pytestmark = pytest.mark.usefixtures("bare")


def copy(*arguments: str) -> Result:
    return CliRunner().invoke(init, ["policy", *arguments])


def copied(folder: Path) -> list[Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def test_all_rules_are_copied_and_the_settings_are_shown(tmp_path: Path) -> None:
    ran = copy("own")

    assert ran.exit_code == 0, ran.output
    own = tmp_path / "own"
    assert copied(own) == FILES
    assert all((own / file).read_bytes() == (MAPPINGS / file).read_bytes() for file in FILES if file != POLICY)
    assert load_policy(own / POLICY, None).version == load_policy(MAPPINGS / POLICY, None).version
    assert f"INTERSPACE_POLICY={own / 'interspace.yaml'}\n" in ran.output
    assert f"INTERSPACE_ZAMMAD_MAPPING={own / 'zammad.yaml'}\n" in ran.output
    assert f"INTERSPACE_JIRA_MAPPING={own / 'jira.yaml'}\n" in ran.output
    assert not Path("interspace.env").exists()


def test_nothing_is_added_where_there_is_no_settings_file(tmp_path: Path) -> None:
    ran = copy("own", "--add")

    assert isinstance(ran.exception, SettingsError)
    assert str(ran.exception).startswith("there is no settings file interspace.env here to add to")
    assert not (tmp_path / "own").exists()
    assert "There is no settings file interspace.env here" in copy("own").output


def test_a_text_of_ones_own_counts_from_the_first_copy_on(tmp_path: Path) -> None:
    Path("interspace.env").touch()
    copy("own", "--add")
    shipped = MAPPINGS / "messages" / "en" / "details_needed.txt"
    (tmp_path / "own" / "texts" / "en").mkdir()
    mine = tmp_path / "own" / "texts" / "en" / shipped.name
    mine.write_text(shipped.read_text(encoding="utf-8") + "Yours\n{{ nonsense }}\n", encoding="utf-8")

    checked = CliRunner().invoke(check)

    assert f"{mine}:" in checked.output
    assert "nonsense" in checked.output


def test_the_settings_file_names_the_copies_and_check_looks_at_them(tmp_path: Path) -> None:
    file = Path("interspace.env")
    file.write_text("# first\nINTERSPACE_PORT=9000\n#INTERSPACE_SERVICES=/elsewhere\n")
    file.chmod(0o600)

    ran = copy("own", "--add")

    assert ran.exit_code == 0, ran.output
    settings = load({})
    assert settings.policy == tmp_path / "own" / "interspace.yaml"
    assert settings.services == tmp_path / "own" / "services.yaml"
    assert settings.port == 9000
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "/elsewhere" not in file.read_text()
    (tmp_path / "own" / "interspace.yaml").write_text("nonsense: 1\n")
    assert f"{tmp_path / 'own' / 'interspace.yaml'}:1" in CliRunner().invoke(check).output


def test_nobody_is_asked_where_nobody_can_answer() -> None:
    file = Path("interspace.env")
    file.write_text("INTERSPACE_PORT=9000\n")

    ran = copy("own")

    assert ran.exit_code == 0, ran.output
    assert file.read_text() == "INTERSPACE_PORT=9000\n"
    assert "Put them into interspace.env" in ran.output


@pytest.mark.parametrize(("force", "text"), [((), "mine\n"), (("--force",), (MAPPINGS / "services.yaml").read_text())])
def test_a_file_that_is_there_is_replaced_only_by_force(tmp_path: Path, force: tuple[str, ...], text: str) -> None:
    Path("own").mkdir()
    mine = tmp_path / "own" / "services.yaml"
    mine.write_text("mine\n")

    ran = copy("own", *force)

    assert ran.exit_code == 0, ran.output
    assert mine.read_text() == text
    assert copied(tmp_path / "own") == FILES
    assert (str(mine) in ran.output.partition("These settings")[0]) == (not force)


def test_again_changes_nothing(tmp_path: Path) -> None:
    Path("interspace.env").write_text("INTERSPACE_PORT=9000\n")
    copy("own", "--add")
    before = Path("interspace.env").read_text()

    ran = copy("own", "--add")

    assert ran.exit_code == 0, ran.output
    assert Path("interspace.env").read_text() == before
    assert "0 files copied" in ran.output


def test_what_the_settings_name_already_stays_where_it_is(tmp_path: Path) -> None:
    Path("interspace.env").write_text("INTERSPACE_JIRA_MAPPING=mine.yaml\n")

    ran = copy("own", "--add")

    assert ran.exit_code == 0, ran.output
    assert f"INTERSPACE_JIRA_MAPPING names {tmp_path / 'mine.yaml'} already" in ran.output
    assert Path("jira.yaml") not in copied(tmp_path / "own")
    assert load({}).value("jira_mapping") == Path("mine.yaml")


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    Path("own").write_text("a file")

    ran = copy("own/policy")

    assert ran.exit_code != 0
    assert f"{tmp_path / 'own' / 'policy'}: cannot be made: " in str(ran.exception)
