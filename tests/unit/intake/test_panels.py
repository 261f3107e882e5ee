"""The file of the panels."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from connector.cli import cli
from connector.intake.panels import load_panels, unknown_customers
from connector.policy.problem import PolicyError

LONG = "a secret of thirty-two characters, or more"


def written(folder: Path, text: str, **secrets: str) -> Path:
    """The file, with files of secrets beside it."""
    for name, secret in secrets.items():
        (folder / f"{name}.secret").write_text(secret)
    file = folder / "panels.yaml"
    file.write_text(text)
    return file


def test_panels_with_their_secrets(tmp_path: Path) -> None:
    text = "panels:\n  - {name: main, secret_file: a.secret, customers: [acme], origins: ['https://my.isp.example']}\n"

    [panel] = load_panels(written(tmp_path, text, a=f"{LONG} new\n{LONG} old\n"))

    assert panel.secrets == (f"{LONG} new".encode(), f"{LONG} old".encode())
    assert (panel.name, panel.title, panel.customers) == ("main", "My Interspace", ("acme",))
    assert LONG not in repr(panel)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("panels: []\n", "panels"),
        ("panels:\n  - {name: Main, secret_file: a.secret}\n", "panels[0].name"),
        ("panels:\n  - {name: a, secret_file: none.secret}\n", "cannot be read"),
        ("panels:\n  - {name: a, secret_file: short.secret}\n", "at least 32 characters"),
        ("panels:\n  - {name: a, secret_file: a.secret}\n  - {name: a, secret_file: b.secret}\n", "is there twice"),
        ("panels:\n  - {name: a, secret_file: a.secret}\n  - {name: b, secret_file: a.secret}\n", "the same secret"),
        ("panels:\n  - {name: a, secret_file: a.secret, origins: ['*']}\n", "origins"),
        ("panels:\n  - {name: a, secret_file: a.secret, customer: [x]}\n", "did you mean customers"),
    ],
)
def test_mistakes_are_said(tmp_path: Path, text: str, says: str) -> None:
    file = written(tmp_path, text, a=LONG, b=f"{LONG} b", short="short")

    with pytest.raises(PolicyError) as caught:
        load_panels(file)
    assert says in str(caught.value)
    assert LONG not in str(caught.value)


def test_customers_have_to_be_in_the_catalogue(tmp_path: Path) -> None:
    file = written(tmp_path, "panels:\n  - {name: a, secret_file: a.secret, customers: [acme, nobody]}\n", a=LONG)

    [problem] = unknown_customers(file, frozenset({"acme"}))

    assert "nobody" in str(problem)


def test_check_looks_at_the_panels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path, "panels:\n  - {name: a, secret_file: a.secret, customers: [nobody]}\n", a=LONG)
    monkeypatch.setenv("INTERSPACE_PANELS", str(file))

    wrong = CliRunner().invoke(cli, ["check"])
    file.write_text("panels:\n  - {name: a, secret_file: a.secret, customers: [acme]}\n")
    sound = CliRunner().invoke(cli, ["check"])

    assert (wrong.exit_code, sound.exit_code) == (1, 0)
    assert "there is no customer 'nobody'" in wrong.output
    assert f"{file}: sound" in sound.output
