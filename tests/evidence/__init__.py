"""Recorded exchanges with a real Zammad and facts of Atlassian's specifications: see README.md beside this file."""

import json
import lzma
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

Json = Any
_HERE = Path(__file__).parent


class Delivery(NamedTuple):
    """A webhook as a real Zammad sent it."""

    about: Json
    """Method, path, headers (pairs; bytes read as latin-1), the attempt, and what was answered."""
    body: bytes


def exchanges(version: str) -> dict[int, Json]:
    """Requests to a Zammad of this version and its answers, by the number of the recording."""
    return {int(name[:3]): line["exchange"] for name, line in _recordings(version).items() if "exchange" in line}


def deliveries(version: str) -> dict[str, Delivery]:
    """Webhooks that a Zammad of this version sent, by the name of the recording."""
    return {
        name: Delivery(line["delivery"], line["body"].encode())
        for name, line in _recordings(version).items()
        if "delivery" in line
    }


def specification(name: str) -> Json:
    """What a specification of Atlassian says without its prose, as an OpenAPI document of the caller's own."""
    return json.loads(lzma.decompress((_HERE / f"{name}.json.xz").read_bytes()))


@cache
def _recordings(version: str) -> dict[str, Json]:
    text = lzma.decompress((_HERE / f"zammad-{version}.jsonl.xz").read_bytes()).decode()
    return {line["name"]: line for line in map(json.loads, text.split("\n"))}
