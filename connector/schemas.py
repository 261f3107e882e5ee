"""JSON Schemas of the files, for editors. ``make generate`` writes them."""

import json

from connector.helpdesks import registry
from connector.policy.catalogue import Catalogue
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
