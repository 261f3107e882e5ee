"""Every helpdesk's ``quality.yaml`` and ``README.md``: one list of rules for all, and the evidence is there."""

import re

import pytest

from connector.helpdesks import registry
from tests.quality import ROOT, RULES, quality, quality_file

HELPDESKS = [name for name in registry.names() if quality_file(name).parent.is_dir()]


@pytest.mark.parametrize("helpdesk", HELPDESKS)
def test_every_rule_of_the_list_is_judged_and_no_other(helpdesk: str) -> None:
    assert quality(helpdesk).rules.keys() == RULES.keys()


@pytest.mark.parametrize("helpdesk", HELPDESKS)
def test_recorded_and_specified_versions_name_evidence_that_exists(helpdesk: str) -> None:
    for version in quality(helpdesk).versions:
        assert (version.evidence is None) == (version.proof == "source"), version.version
        assert version.evidence is None or (ROOT / version.evidence).is_file(), version.version


@pytest.mark.parametrize("helpdesk", HELPDESKS)
def test_the_folder_has_a_guide_to_its_modules(helpdesk: str) -> None:
    folder = quality_file(helpdesk).parent
    named = set(re.findall(r"`(\w+\.py)`", (folder / "README.md").read_text(encoding="utf-8")))
    modules = {path.name for path in folder.rglob("*.py")}
    at_top = {path.name for path in folder.glob("*.py") if path.name != "__init__.py"}

    assert at_top <= named <= modules
