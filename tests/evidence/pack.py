"""Makes the files of evidence: `python -m tests.evidence.pack`, see README.md beside this file."""

import argparse
import json
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Json = Any
_FACTS = {
    *("$ref", "allOf", "anyOf", "not", "oneOf", "type", "format", "pattern", "enum", "nullable"),
    *("properties", "additionalProperties", "required", "readOnly", "writeOnly", "items", "maxItems", "minItems"),
    *("maxLength", "minLength", "maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum", "uniqueItems"),
}
"""The words of a schema that say what a value may be."""
_METHODS = frozenset({"delete", "get", "patch", "post", "put"})


def recordings(directory: Path) -> Iterator[Json]:
    """Exchanges `NNN-name.json`, mails `NNN-name.eml` that were fed to the parser, then deliveries
    `webhooks*/name.json` with their bodies `name.body`."""
    for path in sorted(directory.glob("[0-9]*.json")):
        exchange = json.loads(path.read_bytes())
        if isinstance(exchange["response"]["body"], dict) and "form_meta" in exchange["response"]["body"]:
            exchange["response"]["body"]["form_meta"] = {}
        yield {"name": path.stem, "exchange": exchange}
    for path in sorted(directory.glob("[0-9]*.eml")):
        yield {"name": path.stem, "mail": path.read_text()}
    for path in sorted(directory.glob("webhooks*/*.json")):
        about = {key: value for key, value in json.loads(path.read_bytes()).items() if not key.startswith("body_")}
        yield {"name": path.stem, "delivery": about, "body": path.with_suffix(".body").read_bytes().decode()}


def facts(document: Json) -> Json:
    """Paths, parameters, types and shapes of an OpenAPI document; nothing that explains them."""
    paths = {path: _path(held) for path, held in document["paths"].items()}
    schemas = {name: _schema(held) for name, held in document["components"]["schemas"].items()}
    about = {"openapi": document["openapi"], "info": {"title": "", "version": ""}}
    return {**about, "paths": paths, "components": {"schemas": schemas}}


def _path(item: Json) -> Json:
    operations = {method: _operation(held) for method, held in item.items() if method in _METHODS}
    return {**operations, "parameters": [_parameter(held) for held in item.get("parameters", ())]}


def _operation(operation: Json) -> Json:
    responses = {status: _content(held) | {"description": ""} for status, held in operation["responses"].items()}
    made = {"parameters": [_parameter(held) for held in operation.get("parameters", ())], "responses": responses}
    if scopes := _scopes(operation):
        made["x-scopes"] = scopes
    if "requestBody" in operation:
        body = operation["requestBody"]
        made["requestBody"] = _content(body) | {"required": body.get("required", False)}
    return made


def _scopes(operation: Json) -> list[list[str]]:
    """The scopes that a token needs, one list for each choice."""
    named = [security["OAuth2"] for security in operation.get("security", ()) if "OAuth2" in security]
    named += [held["scopes"] for held in operation.get("x-atlassian-oauth2-scopes", ())]
    return [list(scopes) for scopes in sorted({tuple(sorted(scopes)) for scopes in named if scopes})]


def _parameter(parameter: Json) -> Json:
    kept = {key: parameter[key] for key in ("name", "in", "required", "style", "explode") if key in parameter}
    return {**kept, "schema": _schema(parameter["schema"])} if "schema" in parameter else kept


def _content(held: Json) -> Json:
    if "content" not in held:
        return {}
    media = {kind: {"schema": _schema(of.get("schema", {}))} for kind, of in held["content"].items()}
    return {"content": media}


def _schema(schema: Json) -> Json:
    if isinstance(schema, list):
        return [_schema(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    made: dict[str, Json] = {}
    for key, value in schema.items():
        if key == "properties":
            made[key] = {name: _schema(inner) for name, inner in value.items()}
        elif key in ("enum", "required"):
            made[key] = value
        elif key in _FACTS:
            made[key] = _schema(value)
    return made


def _write(path: Path, text: str) -> None:
    path.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    print(f"{path}: {path.stat().st_size} bytes")


def main() -> None:
    """Packs a directory of recordings, or the facts of an OpenAPI document in JSON, beside this file."""
    parser = argparse.ArgumentParser(prog="python -m tests.evidence.pack", description=main.__doc__)
    parser.add_argument("name", help="zammad-6.4, jira-cloud …")
    parser.add_argument("source", type=Path, help="the directory, or the document")
    arguments = parser.parse_args()
    here = Path(__file__).parent
    if arguments.source.is_dir():
        lines = [json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in recordings(arguments.source)]
        _write(here / f"{arguments.name}.jsonl.xz", "\n".join(lines))
    else:
        document = facts(json.loads(arguments.source.read_bytes()))
        _write(here / f"{arguments.name}.json.xz", json.dumps(document, separators=(",", ":"), sort_keys=True))


if __name__ == "__main__":
    main()
