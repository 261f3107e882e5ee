"""Does a body fit TMF621? Judged by the facts of its two published specifications (tests/evidence/tmf621)."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connector.trouble_ticket.shapes import read_time

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

_FOLDER = Path(__file__).parent / "evidence" / "tmf621"


def _is_time(value: object) -> bool:
    return not isinstance(value, str) or read_time(value) is not None


@cache
def facts(version: int) -> Mapping[str, Any]:
    """The specification's facts."""
    found: Mapping[str, Any] = json.loads((_FOLDER / {5: "v5.0.1.json", 4: "v4.0.0.json"}[version]).read_text())
    return found


@cache
def _validator(version: int, name: str) -> "Draft202012Validator":
    # More than a second of imports, which whoever only hands out the tests can do without.
    from jsonschema import Draft202012Validator, FormatChecker

    formats = FormatChecker()
    formats.checks("date-time")(_is_time)
    place = "#/components/schemas/" if version == 5 else "#/definitions/"
    whole = _resolved(facts(version))
    return Draft202012Validator({**whole, "$ref": place + name}, format_checker=formats)


def _resolved(node: Any) -> Any:
    """One of several schemas is chosen by its discriminator, as OpenAPI has it; JSON Schema would try them all."""
    if isinstance(node, list):
        return [_resolved(item) for item in node]
    if not isinstance(node, dict):
        return node
    done = {name: _resolved(item) for name, item in node.items() if name not in ("discriminator", "oneOf")}
    if "oneOf" in node:
        mapping = node["discriminator"]["mapping"]
        done["properties"] = {**done.get("properties", {}), "@type": {"enum": sorted(mapping)}}
        done["allOf"] = [
            {"if": {"properties": {"@type": {"const": name}}}, "then": {"$ref": place}}
            for name, place in mapping.items()
        ]
    return done


def faults(body: Any, name: str, version: int = 5) -> list[str]:
    """What is wrong with a body that should be ``name`` of the specification."""
    return [f"{error.json_path}: {error.message}" for error in _validator(version, name).iter_errors(body)]
