"""R35, R13: versions of an escalation matrix, who is under which, and the document of one page for each service."""

import io
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from connector.cli import cli
from connector.documents.matrix import matrix_document, version_on
from connector.documents.render import pdf
from connector.domain.vocabulary import Priority
from connector.policy.contacts import addresses
from connector.policy.load import load_policy
from connector.policy.locate import MAPPINGS
from connector.policy.models import Policy
from connector.policy.problem import PolicyError
from connector.rules.evaluate import evaluate
from tests.builders import at, complete, incident

SERVICES = MAPPINGS / "services.yaml"
CARD = (
    "{role: board, name: Ada Lovelace, phone: +49 30 5550 0101, email: Board@isp.example, hours: 24 h, "
    "language: English and German}"
)
BEFORE = """      previous:
        - version: "1"
          levels:
            - {level: 1, name: shift, contacts: [Shift], after: {P1: 0, P2: 0, P3: 0, P4: 0}}
            - {level: 3, name: old head, contacts: [Old head], after: {P1: 10 min, P2: 6 h, P3: 24 h, P4: 5 days}}
"""


def written(folder: Path, *changes: tuple[str, str], released: bool = True) -> Path:
    """The default policy with a default ladder in two versions, the second of 24 November 2026."""
    text = (MAPPINGS / "interspace.yaml").read_text(encoding="utf-8")
    head, default, rest = text.partition("    default:\n      levels:\n")
    levels, acme, after = rest.partition("\n    # R35: a version with a day")
    for role in ("Engineer on duty", "Shift manager", "Head of operations", "Director", "Management board"):
        levels = levels.replace(f"contacts: [{role}]", f"contacts: [{CARD}]")
    begins = '      version: "2"\n      valid_from: 2026-11-24\n' + BEFORE if released else ""
    text = head + default.replace("      levels:\n", f"{begins}      levels:\n") + levels + acme + after
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = folder / "interspace.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def policy_of(folder: Path, *changes: tuple[str, str]) -> Policy:
    return load_policy(written(folder, *changes), SERVICES)


def faults(folder: Path, *changes: tuple[str, str]) -> list[str]:
    with pytest.raises(PolicyError) as raised:
        policy_of(folder, *changes)
    return [f"{one.line}: {one.path}: {one.message}" for one in raised.value.problems]


def test_a_ticket_keeps_the_version_under_which_it_was_opened(tmp_path: Path) -> None:
    """23:59 in Berlin on the day before is under the old one, whatever the time is now."""
    policy = policy_of(tmp_path)
    before, after = datetime(2026, 11, 23, 22, 59, tzinfo=UTC), datetime(2026, 11, 23, 23, 0, tzinfo=UTC)

    assert policy.ladder_of("SVC-1005", before).version == "1"
    assert policy.ladder_of("SVC-1005", after).version == "2"
    assert [level.name for level, _ in policy.thresholds("SVC-1005", Priority.P1, before)] == ["shift", "old head"]
    assert policy.ladder("SVC-1005").version == "2"


def test_the_old_version_decides_on_an_old_ticket_and_the_note_names_the_new_one(tmp_path: Path) -> None:
    policy = policy_of(tmp_path)
    old = incident(complete(priority=Priority.P1, impact="service_affecting", urgency="high"))
    new = old.model_copy(update={"created_at": at(days=1)})

    first = evaluate(old, policy, at(minutes=15))
    second = evaluate(new, policy, at(days=1, hours=1, minutes=15))

    assert first.changes["escalation_level"] == 3
    assert first.note is not None
    assert "Old head" in first.note.text
    assert "of the escalation matrix" not in first.note.text
    assert second.note is not None
    assert "The customer has version 2 of the escalation matrix." in second.note.text
    assert "Ada Lovelace (board), +49 30 5550 0101, Board@isp.example" in second.note.text


def test_a_card_is_mailed_by_its_address(tmp_path: Path) -> None:
    assert addresses(policy_of(tmp_path).ladder(None).levels[0]) == ("board@isp.example",)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("phone: +49 30 5550 0101, email: Board@isp.example, ", "", "needs a phone number or an e-mail address"),
        ("phone: +49 30 5550 0101", "phone: call me", "contacts[0].phone: "),
        ("email: Board@isp.example", "email: board", "is no e-mail address"),
        ("role: board, name: Ada Lovelace, ", "", "needs a name or a role"),
        ("hours: 24 h", "hour: 24 h", "contacts[0].hour: "),
        ('version: "2"', 'version: "1"', "there is a version '1' before"),
        ('version: "2"', 'version: "a b"', "default.version: "),
        ("      valid_from: 2026-11-24\n", "", "is missing: another version is before it"),
        ("valid_from: 2026-11-24", "valid_from: 24.11.2026", "expected a date"),
        (
            '- version: "1"\n',
            '- version: "1"\n          valid_from: 2026-11-24\n',
            "2026-11-24 is not after 2026-11-24, when the version before it begins",
        ),
        ("P1: 10 min,", "P1: 0,", "must be later than 0 of the level before"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(old: str, new: str, says: str, tmp_path: Path) -> None:
    found = faults(tmp_path, (old, new))

    assert any(says in fault for fault in found), found
    assert all(int(fault.partition(":")[0]) > 0 for fault in found)


def test_the_document_is_one_page_and_says_it_all(tmp_path: Path) -> None:
    policy = policy_of(tmp_path)
    service = policy.service("SVC-1005")
    assert service is not None
    document = matrix_document(policy, service, version_on(policy, service, date(2026, 12, 1)))
    made = pdf(document, policy.letterhead)
    (page,) = PdfReader(io.BytesIO(made)).pages
    text = " ".join(page.extract_text().split())

    for said in (
        "Harbour Bank", "SVC-1005", "HAM-ETH-0108", "24 November 2026", "Ada Lovelace", "+49 30 5550 0101", "96 h",
        "15 min", "on change", "loss of service", "Mon–Fri 09:00–17:30 (Europe/Berlin)", "public holidays of DE-BE",
        "+49 30 5550 0100", "For Harbour Bank", document.content["hash"],
    ):  # fmt: skip
        assert said in text, said
    assert made == pdf(
        matrix_document(policy, service, version_on(policy, service, date(2027, 1, 1))), policy.letterhead
    )


def test_the_commands_show_it_and_write_it(tmp_path: Path) -> None:
    files = ["--policy", str(written(tmp_path)), "--services", str(SERVICES)]
    run = CliRunner()

    shown = run.invoke(cli, ["matrix", "show", "--service", "svc-1005", "--at", "2026-11-01", "--json", *files])
    assert json.loads(shown.stdout)["version"] == "1"
    assert (
        "old head" in run.invoke(cli, ["matrix", "show", "--service", "SVC-1005", "--at", "2026-11-01", *files]).stdout
    )
    wrote = run.invoke(cli, ["matrix", "pdf", "--all", "--at", "2026-12-01", "--out", str(tmp_path / "out"), *files])
    assert wrote.exit_code == 0, wrote.output
    assert {file.name for file in (tmp_path / "out").iterdir()} >= {
        "escalation-matrix-SVC-1003-v1.pdf",
        "escalation-matrix-SVC-1005-v2.pdf",
    }
    for wrong in (["--service", "SVC-9"], [], ["--all", "--service", "SVC-1005"], ["--all", "--at", "soon"]):
        assert run.invoke(cli, ["matrix", "pdf", *wrong, *files]).exit_code == 2
