"""Where the files that come along are: beside the package in a checkout, inside it in an installed wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]

INSTALLED = (_PACKAGE / "mappings").is_dir()
"""Whether this is a wheel's copy, in which `mappings` and `webhooks` stand inside the package (docs/decisions/0010)."""

MAPPINGS = (_PACKAGE if INSTALLED else _PACKAGE.parent) / "mappings"
"""Policy, service catalogue, mappings, messages and JSON Schemas: defaults, which an upgrade replaces."""
