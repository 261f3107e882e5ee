"""Message files: an admin's folder, and everything that can be wrong with it (P16)."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connector.messages.catalogue import Failure, Rendered, failures_told_to
from connector.messages.samples import COMMON, samples
from connector.messages.words import Language, Reader
from connector.policy.load import load_policy
from connector.policy.messages import shipped
from connector.policy.models import Policy
from connector.policy.problem import PolicyError
from tests.builders import T0
from tests.unit.policy.files import POLICY, SERVICES, changed

AGREED = """\
---
audience: customer
subject: Ours
---
We go on {{ opening | time }}.
"""


def policy_with(directory: Path, files: dict[str, str]) -> Policy:
    """The default policy with texts of its own."""
    path = changed(POLICY, directory, ("# messages_folder: texts", "messages_folder: texts"))
    for name, text in files.items():
        file = directory / "texts" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return load_policy(path, SERVICES)


def problems_of(directory: Path, files: dict[str, str]) -> list[str]:
    """What is wrong, with places below the folder of texts."""
    with pytest.raises(PolicyError) as error:
        policy_with(directory, files)
    return [str(problem).removeprefix(f"{directory}/texts/") for problem in error.value.problems]


def test_a_single_file_replaces_the_shipped_text(tmp_path: Path) -> None:
    policy = policy_with(
        tmp_path, {"en/deferral_agreed.txt": AGREED, "README.md": "ours", ".keep": "", "en/a.txt~": ""}
    )
    data = next(samples({**COMMON, "opening": "time"}))
    ours = Rendered("Ours", "We go on Mon 23 Nov 2026 10:05 UTC.")
    assert policy.messages.render("deferral_agreed", data, Reader()) == ours
    others = {key: message for key, message in policy.messages.messages.items() if key[1] != "deferral_agreed"}
    assert others == {key: message for key, message in shipped().messages.items() if key[1] != "deferral_agreed"}


def test_another_text_is_another_version_of_the_same_rules(tmp_path: Path) -> None:
    one = policy_with(tmp_path, {"en/deferral_agreed.txt": AGREED})
    other = policy_with(tmp_path, {"en/deferral_agreed.txt": AGREED.replace("We", "Now we")})
    assert one.rules_version == other.rules_version == load_policy(POLICY, SERVICES).rules_version
    assert len({one.version, other.version, load_policy(POLICY, SERVICES).version}) == 3


def test_a_german_note_replaces_the_german_one_only(tmp_path: Path) -> None:
    text = "---\naudience: internal\nsubject: Neu\n---\nNicht möglich.\n"
    messages = policy_with(tmp_path, {"de/deferral_refused.txt": text}).messages
    assert messages.message(Language.DE, "deferral_refused").subject == "Neu"
    assert messages.message(Language.EN, "deferral_refused").subject == "Not deferred"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("opening", "opnening", ":5: there is no data 'opnening'; did you mean 'opening'?"),
        ("| time", "| tme", ":5: there is no filter 'tme'; did you mean 'time'?"),
        (" | time", "", ":5: datetime needs a filter: time, duration or join"),
        ("}}.", "", ":5: unexpected end of template, expected 'end of print statement'."),
        ("Ours", "'{{ titel }}'", ":3: there is no data 'titel'"),
        (
            "customer",
            "internal",
            ":2: audience: the audience of deferral_agreed is customer, and no file can change that",
        ),
        ("customer", "all", ":2: audience: expected 'customer', 'internal', 'field' or 'task'"),
        ("subject: Ours\n", "", ":2: the subject is missing"),
        ("Ours", "''", ":3: subject: the subject is missing"),
        ("subject", "subjekt", ":3: subjekt: there is no such setting; did you mean subject?"),
        ("Ours", "Ours\ndata: [x]", ":4: data: expected a section of settings (name: value)"),
        ("Ours", "Re: ours", ":3: is not YAML: mapping values are not allowed in this context"),
        ("We go on {{ opening | time }}.", "", ":6: the message has no text"),
        (
            "We go",
            "We go\n{% if customer %}\n{{ customer }}\n{% endif %}",
            ":7: a line begins with what a stranger may have written; put words of yours before it",
        ),
        (
            "We go",
            "{% if customer %}{{ ticket.title }}{% else %}We{% endif %} go",
            ":5: a line begins with what a stranger may have written; put words of yours before it",
        ),
        ("---\nWe", "We", ":1: a message begins with front matter between two lines '---'"),
        ("---\naudience", "audience", ":1: a message begins with front matter between two lines '---'"),
    ],
)
def test_what_is_wrong_with_a_file_is_named_with_its_line(old: str, new: str, problem: str, tmp_path: Path) -> None:
    name = "en/deferral_agreed.txt"
    assert problems_of(tmp_path, {name: AGREED.replace(old, new, 1)}) == [name + problem]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("de/deferral_agreed.txt", ": customers are written to in English (R6)"),
        ("en/deferral_agred.txt", ": there is no message 'deferral_agred'; did you mean 'deferral_agreed'?"),
        ("deferral_agreed.txt", ": is no message; messages are en/NAME.txt and de/NAME.txt"),
        ("en/deferral_agreed.md", ": is no message; messages are en/NAME.txt and de/NAME.txt"),
        ("fr/deferral_agreed.txt", ": is no message; messages are en/NAME.txt and de/NAME.txt"),
    ],
)
def test_a_file_that_is_no_message_is_never_overlooked(name: str, problem: str, tmp_path: Path) -> None:
    assert problems_of(tmp_path, {name: AGREED}) == [name + problem]


def test_a_file_cannot_make_an_internal_note_public(tmp_path: Path) -> None:
    text = "---\naudience: customer\nsubject: x\n---\nx\n"
    for name in ("escalated", "restored", "service_foreign"):
        (problem,) = problems_of(tmp_path, {f"en/{name}.txt": text})
        assert problem.endswith(f"the audience of {name} is internal, and no file can change that")
        (tmp_path / "texts" / "en" / f"{name}.txt").unlink()


def test_a_copy_that_lists_other_data_gets_what_the_program_gives(tmp_path: Path) -> None:
    """As after an upgrade: what a file says of its data is for its reader."""
    text = AGREED.replace("---\nWe", "data:\n  gone: text\n---\nWe")
    assert policy_with(tmp_path, {"en/deferral_agreed.txt": text}).messages
    assert problems_of(tmp_path, {"en/deferral_agreed.txt": text + "{{ gone }}"}) == [
        "en/deferral_agreed.txt:8: there is no data 'gone'"
    ]


def test_a_folder_that_is_not_there_is_a_problem_of_the_setting(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as error:
        policy_with(tmp_path, {})
    (problem,) = error.value.problems
    assert problem.path == "messages_folder"
    assert problem.message == f"the folder {tmp_path}/texts cannot be read: No such file or directory"


def test_texts_of_a_kubernetes_configmap_are_read(tmp_path: Path) -> None:
    """Its folder is a link into a hidden one: texts/en → ..data/en, ..data → ..2026_11_28."""
    hidden = tmp_path / "texts" / "..2026_11_28"
    (hidden / "en").mkdir(parents=True)
    (hidden / "en" / "deferral_agreed.txt").write_text(AGREED, encoding="utf-8")
    (tmp_path / "texts" / "..data").symlink_to(hidden.name)
    (tmp_path / "texts" / "en").symlink_to("..data/en")
    assert policy_with(tmp_path, {}).messages.message(Language.EN, "deferral_agreed").subject == "Ours"


def test_a_folder_in_place_of_a_message_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "texts" / "en" / "escalated.txt" / "en").mkdir(parents=True)
    (tmp_path / "texts" / "en" / "around").symlink_to("..")
    assert problems_of(tmp_path, {}) == [
        "en/around: is a folder and no message",
        "en/escalated.txt: is a folder and no message",
    ]


STEP = {"level": 3, "name": "manager", "at": T0, "why": "ticket age 2 h at P2", "contacts": []}
DATA: dict[str, Any] = {**next(samples(COMMON)), "level": 4, "name": "director", "why": "age", "passed": [STEP]}
BROKEN = "{{ level }}{% if level == 4 %}{{ ticket.priority }}{% endif %}"


def test_where_a_text_fails_the_shipped_one_is_said_and_it_is_told() -> None:
    """None that fits its data as declared can fail; this is for what nobody thought of."""
    original = shipped().message(Language.EN, "escalated")
    told: list[Failure] = []
    for own in (replace(original, body=BROKEN, file="ours", instead=original), replace(original, file="ours")):
        with failures_told_to(told.append):
            assert own.render(DATA, Reader()) == original.render(DATA, Reader())
    assert told == [Failure("escalated", "ours", "there is no data 'priority'")]


def test_where_the_shipped_text_fails_its_data_is_said() -> None:
    original = replace(shipped().message(Language.EN, "escalated"), body=BROKEN, file="shipped")
    told: list[Failure] = []
    with failures_told_to(told.append):
        text = replace(original, subject="{% if", file="ours", instead=original).render(DATA, Reader())
    passed = "passed: level: 3, name: manager, at: Mon 23 Nov 2026 10:00 UTC, why: ticket age 2 h at P2"
    assert text == Rendered("Escalated", f"level: 4, name: director, why: age, {passed}")
    assert [failure.file for failure in told] == ["ours", "shipped"]


def test_a_folders_text_knows_the_shipped_one(tmp_path: Path) -> None:
    messages = policy_with(tmp_path, {"en/deferral_agreed.txt": AGREED}).messages
    own, original = (each.message(Language.EN, "deferral_agreed") for each in (messages, shipped()))
    assert own.instead == original
    assert original.instead is None
