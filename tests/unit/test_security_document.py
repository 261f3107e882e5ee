"""SECURITY.md names proofs that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_proof_named_in_the_threat_model_is_a_test() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:tests/)?[\w/]*(?:test_|secret_scan)[\w/]*?)(?:\.py)?`", text))

    missing = [
        name
        for name in sorted(named)
        if not (ROOT / (name if "/" in name else f"tests/promises/{name}")).with_suffix(".py").is_file()
    ]

    assert len(named) > 15
    assert missing == []
