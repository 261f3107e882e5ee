"""Broken, tricky and hostile YAML ends in one clear line; nothing is taken for what it was not meant to be."""

from pathlib import Path

import pytest

from connector.policy.document import read_text
from connector.policy.problem import PolicyError
from connector.policy.yaml_lines import read_yaml


def written(directory: Path, content: str | bytes) -> Path:
    path = directory / "policy.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


REFUSED: list[tuple[str, str | bytes, str]] = [
    ("empty", "", ":1: the file is empty"),
    ("blank", "\n \n", ":1: the file is empty"),
    ("byte order mark only", b"\xef\xbb\xbf", ":1: the file is empty"),
    ("comments only", "# nothing\n", ":1: the file holds no settings"),
    ("null", "---\n", ":1: the file holds no settings"),
    ("latin-1", "a: 1\nb: gr\xfcn\n".encode("latin-1"), ":2: is not UTF-8 (byte 0xfc); save the file as UTF-8"),
    ("utf-16", "a: 1\n".encode("utf-16"), ":1: is not UTF-8 (byte 0xff); save the file as UTF-8"),
    ("nul", b"a: 1\nb: \x00\n", ":2: holds a NUL character; is it a text file?"),
    ("control character", "a: 1\nb: \x07\n", ":2: is not YAML: control characters are not allowed"),
    ("tab", "a:\n\tb: 1\n", ":2: a tab stands at the beginning of the line; use spaces"),
    (
        "list not closed",
        "a: [1\nb: 2\n",
        ":2: is not YAML: did not find expected ',' or ']' while parsing a flow sequence",
    ),
    ("two colons", "a: b: c\n", ":1: is not YAML: mapping values are not allowed in this context"),
    (
        "quote not closed",
        "a: 1\nb: 'x\n",
        ":3: is not YAML: found unexpected end of stream while scanning a quoted scalar",
    ),
    ("indentation", "a:\n  b: 1\n c: 2\n", ":3: is not YAML: did not find expected key while parsing a block mapping"),
    ("two documents", "a: 1\n---\nb: 2\n", ":2: a second document (---) begins here"),
    ("name is a list", "a:\n  ? [x]\n  : 1\n", ":2: a: a name must be a plain text"),
    ("deep", "a: " + "[" * 100_000, ":1: " + "a" + "[0]" * 20 + ": nested too deeply"),
]


@pytest.mark.parametrize(("content", "says"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_refused(content: str | bytes, says: str, tmp_path: Path) -> None:
    path = written(tmp_path, content)
    with pytest.raises(PolicyError) as caught:
        read_yaml(path)
    assert [str(problem) for problem in caught.value.problems] == [f"{path}{says}"]


REPORTED = [
    ("repeated name", "a:\n  b: 1\n  b: 2\n", [":3: a.b: is already there, on line 2"]),
    (
        "repeated thrice",
        "a: 1\na: 2\na: 3\n",
        [":2: a: is already there, on line 1", ":3: a: is already there, on line 2"],
    ),
    (
        "anchor and alias",
        "a: &x [1]\nb: *x\n",
        [
            ":1: a: anchors and aliases (& and *) are not supported",
            ":2: b: anchors and aliases (& and *) are not supported",
        ],
    ),
    ("alias in a list", "- a\n- [*x]\n", [":2: [1][0]: anchors and aliases (& and *) are not supported"]),
    (
        "tag",
        "a: !!python/object:os.system x\n",
        [":1: a: tags (tag:yaml.org,2002:python/object:os.system) are not supported"],
    ),
    ("tag of a section", "a: !x {b: 1}\n", [":1: a: tags (!x) are not supported"]),
]


@pytest.mark.parametrize(("content", "says"), [row[1:] for row in REPORTED], ids=[row[0] for row in REPORTED])
def test_reported_while_reading_on(content: str, says: list[str], tmp_path: Path) -> None:
    path = written(tmp_path, content)
    found = read_yaml(path).problems
    assert [str(problem) for problem in found] == [f"{path}{text}" for text in says]


def test_a_billion_laughs_are_not_heard(tmp_path: Path) -> None:
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 40))
    document = read_yaml(written(tmp_path, bomb))
    assert document.data["a39"] == [None] * 9
    assert document.problems


def test_texts_stay_as_they_are_written(tmp_path: Path) -> None:
    content = "a: 09:00\nb: no\nc: 2026-12-24\nd: 0x10\ne: 1_000\nf: ~\ng:\nh: '~'\ni: ''\nyes: on\n<<: {j: 1}\n"
    assert read_yaml(written(tmp_path, content)).data == {
        "a": "09:00",
        "b": "no",
        "c": "2026-12-24",
        "d": "0x10",
        "e": "1_000",
        "f": None,
        "g": None,
        "h": "~",
        "i": "",
        "yes": "on",
        "<<": {"j": "1"},
    }


def test_lines_and_paths(tmp_path: Path) -> None:
    document = read_yaml(written(tmp_path, "\ufeff# first\na:\n  b:\n    - x\n    - c: 1\n      d: 2\n"))
    assert document.place(("a", "b", 1, "d")) == (6, "a.b[1].d")
    assert document.place(("a", "b", 1, "missing")) == (5, "a.b[1].missing")
    assert document.place(("a", "b", 9)) == (3, "a.b[9]")
    assert document.place(("a", "b", "[key]")) == (3, "a.b")
    assert document.place(()) == (2, "")


def test_a_name_with_a_line_break_stays_on_one_line(tmp_path: Path) -> None:
    found = read_yaml(written(tmp_path, '"a\\nb": 1\n"a\\nb": 2\n')).problems
    assert [str(problem).count("\n") for problem in found] == [0]
    assert str(found[0]).endswith(":2: a\\nb: is already there, on line 1")


@pytest.mark.parametrize("name", ["", "missing.yaml", "missing/policy.yaml", "nul\0.yaml"])
def test_unreadable(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    with pytest.raises(PolicyError) as caught:
        read_text(path)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.path) == (str(path), 0, "")
    assert problem.message.startswith("cannot be read: ")
