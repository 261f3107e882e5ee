"""Fuzz on the files of an admin: a spoilt file either loads, and then every rule can be evaluated with it, or every
problem names its file and line; there is never anything else."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.vocabulary import Impact, Priority, Urgency
from connector.helpdesks.jira.mapping import load_mapping as load_jira
from connector.helpdesks.zammad.mapping import load_mapping as load_zammad
from connector.policy.load import load_policy
from connector.policy.locate import MAPPINGS
from connector.policy.models import Policy
from connector.policy.problem import PolicyError
from connector.rules.evaluate import evaluate
from tests.builders import T0, at, complete, incident, said

FILES = ["interspace.yaml", "services.yaml", "zammad.yaml", "jira.yaml"]
LINES = {name: (MAPPINGS / name).read_text(encoding="utf-8").splitlines(keepends=True) for name in FILES}
VALUES = st.sampled_from(
    [
        *("", "0", "-1", "1 h", "0 h", "-5 min", "99999999999 days", "5 working days", "09:00", "24:00", "25:61", "no"),
        *("P1", "P9", "level_3", "Europe/Berlin", "Mars/Base", "[]", "{}", "[mon]", "{P1: 1 h}", "null", "1e999", "*x"),
        *("&a [*a]", "!!python/object/apply:os.system [id]", "'", '"', "- - -", "\t", "2026-02-30", "2026-12-24"),
        *("2026-12-24T00:00:00Z", "(", "(a+)+$", "\\d{3,}", "SVC-\\d+", "ß", "\u2028", "#", "|", "x" * 5000),
    ]
)


@st.composite
def spoilt(draw: st.DrawFn, name: str) -> str:
    """A file after a few careless edits: lines gone, doubled, moved, indented, values replaced."""
    lines = list(LINES[name])
    for _ in range(draw(st.integers(1, 4))):
        here = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["gone", "doubled", "moved", "indented", "outdented", "value", "name", "cut"])):
            case "gone":
                del lines[here]
            case "doubled":
                lines.insert(draw(st.integers(0, len(lines) - 1)), lines[here])
            case "moved":
                lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(here))
            case "indented":
                lines[here] = " " * draw(st.integers(1, 4)) + lines[here]
            case "outdented":
                lines[here] = lines[here].lstrip(" ")
            case "value":
                lines[here] = f"{lines[here].partition(':')[0].rstrip()}: {draw(VALUES)}\n"
            case "name":
                lines[here] = f"{draw(VALUES)}:{lines[here].partition(':')[2]}"
            case _:
                lines[here] = lines[here][: draw(st.integers(0, len(lines[here])))]
    return "".join(lines)


def every_rule_can_use(policy: Policy) -> None:
    """Tickets of each priority, young and old, evaluated without an error."""
    for priority in Priority:
        fields = complete(
            priority=priority, impact=Impact.SERVICE_AFFECTING, urgency=Urgency.HIGH, service_id="SVC-1003"
        )
        ticket = incident(fields, articles=(said("Please escalate this ticket. We need an RFO. SVC-1001"),))
        for now in (T0, at(hours=3), at(days=400)):
            evaluate(ticket, policy, now)


@pytest.mark.parametrize("name", FILES)
@given(data=st.data())
def test_a_spoilt_file_loads_or_names_its_problems(name: str, data: st.DataObject) -> None:
    text = data.draw(spoilt(name))
    with TemporaryDirectory() as directory:
        path = Path(directory) / name
        path.write_text(text, encoding="utf-8")
        try:
            match name:
                case "interspace.yaml":
                    every_rule_can_use(load_policy(path, MAPPINGS / "services.yaml"))
                case "services.yaml":
                    every_rule_can_use(load_policy(MAPPINGS / "interspace.yaml", path))
                case "zammad.yaml":
                    load_zammad(path)
                case _:
                    load_jira(path)
        except PolicyError as error:
            told = error.problems
        else:
            return
    lines = text.count("\n") + text.count("\u2028") + 2
    assert told
    for problem in told:
        assert problem.message
        assert len(str(problem).splitlines()) == 1
        assert problem.file != str(path) or 0 < problem.line <= lines, str(problem)
