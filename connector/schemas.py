"""JSON Schemas of the files, for editors. ``python -m connector.schemas`` writes them."""

import json
from collections.abc import Mapping

from connector.helpdesks.jira.mapping import JiraMapping
from connector.helpdesks.zammad.mapping import ZammadMapping
from connector.policy.catalogue import Catalogue
from connector.policy.locate import MAPPINGS
from connector.policy.models import Rules
from connector.policy.section import Section

SCHEMAS: Mapping[str, type[Section]] = {
    "jira.schema.json": JiraMapping,
    "policy.schema.json": Rules,
    "services.schema.json": Catalogue,
    "zammad.schema.json": ZammadMapping,
}


def schema_text(section: type[Section]) -> str:
    """The schema of a file, as the file's text."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **section.model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _write() -> None:
    directory = MAPPINGS / "schemas"
    directory.mkdir(exist_ok=True)
    for name, section in SCHEMAS.items():
        (directory / name).write_text(schema_text(section), encoding="utf-8")


if __name__ == "__main__":
    _write()
