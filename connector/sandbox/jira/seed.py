"""What a freshly installed Jira Service Management has, as `fresh.yaml` lists it; and its tables, of `tables.yaml`."""

from importlib.resources import files
from typing import Any

import yaml


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(files(__package__).joinpath(name).read_text(encoding="utf-8"))
    return found


FRESH, TABLES = _read("fresh.yaml"), _read("tables.yaml")
ADMINS = "jira-administrators"
ADMIN_ROLE, TEAM_ROLE, CUSTOMER_ROLE = FRESH["roles"]
DEFAULT_PRIORITY = "Medium"
CATEGORIES: dict[str, tuple[int, str, str]] = FRESH["categories"]
SYSTEM_FIELDS: dict[str, tuple[str, str]] = FRESH["system_fields"]
SCREEN_FIELDS: list[str] = FRESH["screen_fields"]
SCOPED = "scoped-"
"""The begin of tokens with scopes, as service accounts have them."""
TYPE_PREFIX = "com.atlassian.jira.plugin.system.customfieldtypes:"
REQUEST_TYPE_FIELD = "com.atlassian.servicedesk:vp-origin"
ORGANIZATIONS_FIELD = "com.atlassian.servicedesk:sd-customer-organizations"
