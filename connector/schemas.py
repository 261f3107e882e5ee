"""JSON Schemas of the files, for editors. ``python -m connector.schemas`` writes them."""

import json

from connector.helpdesks import registry
from connector.policy.catalogue import Catalogue
from connector.policy.locate import MAPPINGS
from connector.policy.models import Rules
from connector.policy.section import Section


def schemas() -> dict[str, type[Section]]:
    """The name of each schema's file, and what it describes."""
    mappings = {f"{plugin.name}.schema.json": plugin.mapping() for plugin in registry.plugins()}
    return {"policy.schema.json": Rules, "services.schema.json": Catalogue, **mappings}


def schema_text(section: type[Section]) -> str:
    """The schema of a file, as the file's text."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **section.model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _write() -> None:
    directory = MAPPINGS / "schemas"
    directory.mkdir(exist_ok=True)
    for name, section in schemas().items():
        (directory / name).write_text(schema_text(section), encoding="utf-8")


if __name__ == "__main__":
    _write()
