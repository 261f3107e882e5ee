"""The canonical fields, as every adapter stores them somewhere."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, get_args

from connector.domain.ticket import Fields

NATIVE_FIELDS = ("priority", "group")
"""Fields whose values are mapped one by one: every helpdesk has its own priorities and groups."""

CANONICAL_FIELDS = tuple(name for name in Fields.model_fields if name not in NATIVE_FIELDS)
"""Every field that needs a custom field of the helpdesk."""

FIELD_TYPES: Mapping[str, Any] = {
    name: next(
        kind if isinstance(kind, type) else datetime for kind in get_args(info.annotation) if kind is not type(None)
    )
    for name, info in Fields.model_fields.items()
}
"""The type of each canonical field: str, int, bool, datetime or one of the vocabularies."""
