"""docs/configuration.md says what the program does."""

from pathlib import Path

from connector.cli.reference import reference
from connector.settings import declared, secret_names, variable


def test_every_setting_is_listed_once_with_its_description() -> None:
    rows = [line for line in reference().splitlines() if line.startswith("| `INTERSPACE_")]
    assert len(rows) == len(declared())
    for row, (name, field) in zip(rows, declared().items(), strict=True):
        assert row.startswith(f"| `{variable(name)}`")
        assert field.description is not None
        assert field.description in row
        assert (f"`{variable(name)}_FILE`" in row) == (name in secret_names())


def test_no_path_of_this_machine_is_in_it() -> None:
    assert str(Path(__file__).resolve().parents[3]) not in reference()
    assert str(Path.home()) not in reference()


def test_every_exit_code_of_the_help_is_listed() -> None:
    text = reference()
    assert all(f"| {code} | " in text for code in range(5))


def test_secrets_are_never_offered_as_options() -> None:
    options = reference().partition("## Commands")[2]
    assert not any(f"--{name.replace('_', '-')}" in options for name in secret_names())


def test_every_name_and_default_of_a_commands_own_options_is_listed() -> None:
    lines = reference().splitlines()

    for begin, end in (
        ("- `--share`: ", "[default: 0.3]"),
        ("- `--delivery-wait`: ", "[default: 60.0]"),
        ("- `--round-trip`, `--no-round-trip`: ", "[default: --round-trip]"),
        ("- `--url`, `--zammad-url`: ", "[INTERSPACE_ZAMMAD_URL]"),
        ("- `--user`, `--jira-user`: ", "[INTERSPACE_JIRA_USER]"),
    ):
        assert any(line.startswith(begin) and line.endswith(end) for line in lines), begin
