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
    held = _recordings(version).items()
    return {int(name.partition("-")[0]): line["exchange"] for name, line in held if "exchange" in line}


def mails(version: str) -> dict[int, str]:
    """E-mails that were fed to the mail parser of a Zammad of this version, by the number of the recording."""
    return {int(name.partition("-")[0]): line["mail"] for name, line in _recordings(version).items() if "mail" in line}


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
    lines: list[Json] = list(map(json.loads, text.split("\n")))
    return {f"{line['name']}{'.eml' if 'mail' in line else ''}": line for line in lines}
