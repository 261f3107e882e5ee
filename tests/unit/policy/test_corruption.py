"""Whatever happens to a file, the outcome is a policy or a list of problems with their lines (P16)."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from connector.helpdesks.mapping import check
from connector.helpdesks.zammad.mapping import ZammadMapping, load_mapping
from connector.policy.load import load_policy
from connector.policy.problem import PolicyError, Problem

from .files import POLICY, SERVICES, SERVICES_CSV, ZAMMAD

SCALARS = st.sampled_from(
    ["", "x", "0", "-1", "09:00", "no", "P1", "default", "1 h", "99999999999999999999", "\x1b[2J", "{", None]
)
VALUES = st.recursive(
    SCALARS | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
BYTES = st.binary(max_size=200) | st.text(alphabet="ab:-[]{},&*!|>'\"#%@`? \n\t\r<\u2028\ufeff0", max_size=80).map(
    lambda text: text.encode()
)


@cache
def content(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)


def nodes(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(node for key, value in children for node in nodes(value, (*path, key)))]


def without(data: Any, path: tuple[Any, ...], replacement: Callable[[], Any] | None) -> Any:
    """A copy of ``data`` in which one node is gone or another."""
    if not path:
        return replacement() if replacement else None
    head, *rest = path
    if isinstance(data, dict):
        changed: Any = {key: value for key, value in data.items() if key != head or rest or replacement}
    else:
        changed = [value for index, value in enumerate(data) if index != head or rest or replacement]
    if rest or replacement:
        changed[head] = without(data[head], tuple(rest), replacement)
    return changed


def outcome(original: Path, written: bytes) -> None:
    """Load and check a file with this content instead of the default one."""
    with TemporaryDirectory() as directory:
        path = Path(directory) / original.name
        path.write_bytes(written)
        files = {POLICY: POLICY, SERVICES: SERVICES, ZAMMAD: ZAMMAD}
        key = SERVICES if original is SERVICES_CSV else original
        files[key] = path
        found = check(files[POLICY], files[SERVICES], {files[ZAMMAD]: ZammadMapping})
        lines = written.count(b"\n") + written.count(b"\r") + written.count("\u2028".encode()) + 1
        for problem in found:
            assert problem.message
            assert problem.file != str(path) or 0 < problem.line <= lines + 1
            assert len(str(problem).splitlines()) == 1
        assert set(refusals(files)) == {problem for problem in found if not problem.message.startswith("the policy ")}


def refusals(files: dict[Path, Path]) -> tuple[Problem, ...]:
    """What loading says of the files."""
    told: tuple[Problem, ...] = ()
    for load in (lambda: load_policy(files[POLICY], files[SERVICES]), lambda: load_mapping(files[ZAMMAD])):
        try:
            load()
        except PolicyError as error:
            told += error.problems
    return told


@pytest.mark.parametrize("original", [POLICY, SERVICES, ZAMMAD], ids=["policy", "services", "zammad"])
@given(data=st.data())
def test_a_node_is_gone_or_another(original: Path, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(nodes(content(original))), label="node")
    replacement = data.draw(st.none() | VALUES.map(lambda value: lambda: value), label="replacement")
    changed = without(content(original), path, replacement)
    outcome(original, yaml.safe_dump(changed, allow_unicode=True).encode())


@pytest.mark.parametrize(
    "original", [POLICY, SERVICES, SERVICES_CSV, ZAMMAD], ids=["policy", "services", "csv", "zammad"]
)
@given(written=BYTES)
def test_arbitrary_bytes(original: Path, written: bytes) -> None:
    outcome(original, written)


@pytest.mark.parametrize(
    "original", [POLICY, SERVICES, SERVICES_CSV, ZAMMAD], ids=["policy", "services", "csv", "zammad"]
)
@given(data=st.data())
def test_a_piece_of_the_file_is_overwritten(original: Path, data: st.DataObject) -> None:
    whole = original.read_bytes()
    start = data.draw(st.integers(0, len(whole)))
    length = data.draw(st.integers(0, 40))
    outcome(original, whole[:start] + data.draw(BYTES) + whole[start + length :])
