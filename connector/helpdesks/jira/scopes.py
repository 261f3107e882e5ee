"""Atlassian's gateway, at which tokens with scopes work, and the scopes that the connector's token needs (Cloud)."""

import re
from typing import Any

GATEWAY = "https://api.atlassian.com/ex/jira/{}"
"""The address for a cloud id."""
TENANT = "/_edge/tenant_info"
"""Where a site tells its cloud id to anybody."""
SCOPES = (
    "read:jira-work",
    "write:jira-work",
    "read:jira-user",
    "read:servicedesk-request",
    "write:servicedesk-request",
    "read:group:jira",
    "read:user:jira",
    "read:avatar:jira",
    "read:organization.user:jira-service-management",
    "read:customer:jira-service-management",
    "write:customer:jira-service-management",
    "read:servicedesk.customer:jira-service-management",
    "write:servicedesk.customer:jira-service-management",
    "read:servicedesk.organization:jira-service-management",
    "write:organization.user:jira-service-management",
)
"""The least that every call of the connector's own user is content with (`tests/contract/test_jira_scopes.py`). The
four from groups on are for the members of groups and organizations alone, for which the older scopes would give far
more; the last six for contacts that a panel names and Jira does not know yet."""

_CLOUD_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


def cloud_id_of(told: Any) -> str | None:
    """The id in what a site tells of itself; nothing else is taken from the answer.

    >>> cloud_id_of({"cloudId": "../evil"})
    """
    found = told.get("cloudId") if isinstance(told, dict) else None
    return found if isinstance(found, str) and _CLOUD_ID.fullmatch(found) else None


def gateway_of(told: Any) -> str | None:
    """The address at the gateway by what a site tells of itself.

    >>> gateway_of({"cloudId": "1a11d016-8984-4c3e-b9ab-142dd06acb1b"})
    'https://api.atlassian.com/ex/jira/1a11d016-8984-4c3e-b9ab-142dd06acb1b'
    """
    cloud_id = cloud_id_of(told)
    return GATEWAY.format(cloud_id) if cloud_id else None
