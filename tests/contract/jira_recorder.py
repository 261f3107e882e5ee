"""Collects the calls of all sandboxes Jira, one of each kind, for the official specifications to judge."""

import hashlib
import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connector.sandbox.jira import Exchange
from connector.sandbox.jira.desk import WATCHERS

Json = Any


class Recorder:
    """Collects the calls of all sandboxes while it is open, one of each kind."""

    def __init__(self) -> None:
        self._new: list[Exchange] = []
        self._seen: set[tuple[object, ...]] = set()
        self._shapes: dict[bytes, object] = {}
        """Of bodies by their digests: most are heard many times."""
        self._kinds: dict[object, object] = {}
        """Each of these shapes once."""

    def listen(self) -> None:
        """From now on."""
        WATCHERS.append(self._hear)

    def stop(self) -> None:
        """No more."""
        WATCHERS.remove(self._hear)

    def complaints(self) -> list[str]:
        """What is to be said of the calls since the last time it was asked for."""
        if not self._new:
            return []
        # Seconds of imports, which whoever calls no Jira can do without.
        from tests.contract.jira_specifications import judge

        new, self._new = self._new, []
        return judge(new)

    def _hear(self, exchange: Exchange) -> None:
        kind = kind_of(exchange, self._shape)
        if kind not in self._seen:
            self._seen.add(kind)
            self._new.append(exchange)

    def _shape(self, body: bytes) -> object:
        digest = hashlib.blake2b(body, digest_size=16).digest()
        if digest not in self._shapes:
            shape = shape_of(body)
            self._shapes[digest] = self._kinds.setdefault(shape, shape)
        return self._shapes[digest]


def shape_of(body: bytes) -> object:
    """What bodies that look alike have in common."""
    try:
        return _shape_of(json.loads(body)) if body else None
    except ValueError:
        return "broken"


def kind_of(exchange: Exchange, shape: Callable[[bytes], object] = shape_of) -> tuple[object, ...]:
    """What calls that look alike have in common."""
    parts = urlsplit(exchange.path)
    path = re.sub(r"(?<=/)[^/]*\d[^/]*", "*", parts.path)
    names = tuple(sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}))
    bodies = (shape(exchange.body), shape(exchange.answer))
    return exchange.flavour, exchange.method, path, names, exchange.status, *bodies


def _shape_of(value: Json) -> object:
    if isinstance(value, dict):
        return frozenset((_without_number(key), _shape_of(held)) for key, held in value.items())
    if isinstance(value, list):
        return frozenset(map(_shape_of, value))
    return type(value)


@cache
def _without_number(key: str) -> str:
    """Custom fields differ in nothing else."""
    return re.sub(r"\d+", "#", key)
