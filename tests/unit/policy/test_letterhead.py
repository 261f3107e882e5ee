"""The provider's name, address, colours and logo: every fault with its file and line."""

from pathlib import Path

import pytest

from connector.policy.letterhead import LARGEST_LOGO, shipped_letterhead
from connector.policy.load import load_policy
from connector.policy.locate import MAPPINGS
from connector.policy.problem import PolicyError

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'


def written(folder: Path, provider: str = "name: Seaside\nlogo: logo.svg\n", logo: bytes = SVG.encode()) -> Path:
    """A policy with a letterhead of its own."""
    (folder / "provider").mkdir()
    (folder / "provider" / "provider.yaml").write_text(provider, encoding="utf-8")
    for name in ("logo.svg", "logo.png"):
        (folder / "provider" / name).write_bytes(logo)
    text = (MAPPINGS / "interspace.yaml").read_text(encoding="utf-8")
    policy = folder / "interspace.yaml"
    policy.write_text(text.replace("# provider_folder: provider", "provider_folder: provider"), encoding="utf-8")
    return policy


def faults(policy: Path) -> list[str]:
    with pytest.raises(PolicyError) as raised:
        load_policy(policy, None)
    return [f"{Path(one.file).name}:{one.line}: {one.path}: {one.message}" for one in raised.value.problems]


def test_a_policy_without_a_folder_has_the_sample(tmp_path: Path) -> None:
    policy, own = load_policy(MAPPINGS / "interspace.yaml", None), load_policy(written(tmp_path), None)

    assert policy.letterhead == shipped_letterhead()
    assert own.letterhead.provider.name == "Seaside"
    assert own.letterhead.logo == SVG.encode()
    assert own.version != policy.version
    assert own.rules_version == policy.rules_version


@pytest.mark.parametrize(
    ("provider", "says"),
    [
        ("name: Seaside\ncolour: blue\n", "provider.yaml:2: colour: 'blue' is no colour (example: "),
        ("name: Seaside\nlogo: ../secret.svg\n", "provider.yaml:2: logo: "),
        ("name: Seaside\nlogo: gone.svg\n", "provider.yaml:2: logo: "),
        ("name: Seaside\ncolor: '#000000'\n", "provider.yaml:2: color: "),
        ("phone: '1'\n", "provider.yaml:"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(provider: str, says: str, tmp_path: Path) -> None:
    (fault,) = faults(written(tmp_path, provider))

    assert fault.startswith(says)


@pytest.mark.parametrize(
    ("name", "logo", "says"),
    [
        ("logo.svg", b"nonsense", "is no SVG picture"),
        ("logo.svg", SVG.replace("<path", "<script/><path").encode(), "scripts, pictures or addresses"),
        ("logo.svg", SVG.replace("<path", "<use href='http://x'/><path").encode(), "scripts, pictures or addresses"),
        ("logo.svg", SVG.encode() + b" " * LARGEST_LOGO, "at most 300000 are taken"),
        ("logo.png", SVG.encode(), "is no PNG picture"),
    ],
)
def test_a_logo_is_a_small_picture_of_its_own(name: str, logo: bytes, says: str, tmp_path: Path) -> None:
    (fault,) = faults(written(tmp_path, f"name: Seaside\nlogo: {name}\n", logo))

    assert fault.startswith("provider.yaml:2: logo: ")
    assert says in fault


def test_a_folder_that_is_not_there_is_the_settings_problem(tmp_path: Path) -> None:
    policy = written(tmp_path)
    for file in (tmp_path / "provider").iterdir():
        file.unlink()
    (tmp_path / "provider").rmdir()

    (fault,) = faults(policy)
    assert "provider_folder" in fault
    assert "cannot be read" in fault
