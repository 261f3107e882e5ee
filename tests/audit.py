"""``make audit``: are there known vulnerabilities in what the connector is locked to?

Exit code 1 only for a vulnerability. What could not be asked is said plainly: an advisory service that cannot be
reached, or that does not know a package, has found nothing wrong, but nothing right either.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

LOCKS = ("requirements-notify.lock", "requirements-telemetry.lock")
"""All that may run in production: each holds ``requirements.lock`` and an extra."""
PATIENCE_S = 600


class Verdict(NamedTuple):
    """The exit code, and what people read."""

    code: int
    lines: tuple[str, ...]


def ask(lock: Path) -> tuple[str, str]:
    """What pip-audit prints about a lock file: JSON, and its complaints."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(lock), "--require-hashes", "--disable-pip"]
    command += ["--format", "json", "--progress-spinner", "off"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    return ran.stdout, ran.stderr


def judge(name: str, answer: str, complaints: str) -> Verdict:
    """Findings, gaps, or all clear."""
    try:
        dependencies: Sequence[dict[str, Any]] = json.loads(answer)["dependencies"]
    except (ValueError, KeyError, TypeError):
        reason = (complaints.strip().splitlines() or ["no reason given"])[-1][:200]
        return Verdict(0, (f"{name}: NOT AUDITED: the advisory service gave no answer ({reason})",))
    skipped = sorted(package["name"] for package in dependencies if "skip_reason" in package)
    vulnerabilities = [
        f"{name}: {item['name']} {item['version']}: {flaw['id']}, fixed in {', '.join(flaw['fix_versions']) or '-'}"
        for item in dependencies
        for flaw in item.get("vulns", ())
    ]
    lines = [
        *vulnerabilities,
        f"{name}: {len(dependencies) - len(skipped)} packages audited, {len(vulnerabilities)} vulnerabilities",
    ]
    if skipped:
        which = ", ".join(skipped) if len(skipped) < len(dependencies) else "any of the packages"
        lines.append(f"{name}: NOT AUDITED: the advisory service does not know {which}")
    return Verdict(1 if vulnerabilities else 0, tuple(lines))


def main() -> int:
    """What runs in production."""
    verdicts = [judge(lock, *ask(Path(lock))) for lock in LOCKS]
    print("\n".join(line for verdict in verdicts for line in verdict.lines))
    return max(verdict.code for verdict in verdicts)


if __name__ == "__main__":
    sys.exit(main())
