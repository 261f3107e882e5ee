"""Permissions by name, as users get them from their roles and tokens from a list of their own (recording 253)."""

from collections.abc import Iterable

from connector.sandbox.zammad.errors import ApiError
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.world import World

NAMES: dict[str, int] = {
    "admin": 1, "admin.user": 2, "admin.group": 3, "admin.role": 4, "admin.organization": 5, "admin.overview": 6,
    "admin.text_module": 7, "admin.time_accounting": 8, "admin.macro": 9, "admin.tag": 10, "admin.calendar": 11,
    "admin.sla": 12, "admin.trigger": 13, "admin.scheduler": 14, "admin.report_profile": 15, "admin.channel_web": 16,
    "admin.channel_formular": 17, "admin.channel_email": 18, "admin.channel_twitter": 19, "admin.channel_facebook": 20,
    "admin.channel_telegram": 21, "admin.channel_google": 22, "admin.channel_microsoft365": 23,
    "admin.channel_sms": 24, "admin.channel_chat": 25, "admin.branding": 26, "admin.setting_system": 27,
    "admin.security": 28, "admin.ticket": 29, "admin.package": 30, "admin.integration": 31, "admin.api": 32,
    "admin.object": 33, "admin.template": 34, "admin.translation": 35, "admin.monitoring": 36,
    "admin.data_privacy": 37, "admin.maintenance": 38, "admin.session": 39, "admin.webhook": 40,
    "admin.core_workflow": 41, "admin.public_links": 42, "user_preferences": 43, "user_preferences.password": 44,
    "user_preferences.notifications": 45, "user_preferences.access_token": 46, "user_preferences.language": 47,
    "user_preferences.linked_accounts": 48, "user_preferences.device": 49, "user_preferences.avatar": 50,
    "user_preferences.calendar": 51, "user_preferences.out_of_office": 52, "user_preferences.overview_sorting": 53,
    "user_preferences.appearance": 54, "report": 55, "ticket": 56, "ticket.agent": 57, "ticket.customer": 58,
    "chat": 59, "chat.agent": 60, "cti": 61, "cti.agent": 62, "admin.knowledge_base": 63, "knowledge_base": 64,
    "knowledge_base.editor": 65, "knowledge_base.reader": 66,
}  # fmt: skip
"""Ids by name. Newer versions split `admin.ticket_state` and `admin.ticket_priority` off `admin.object`."""
_BY_ID = {number: name for name, number in NAMES.items()}


def ids_of(names: Iterable[str]) -> list[int]:
    """The ids of permissions, in order.

    Raises ApiError 422 for a name that does not exist.
    """
    found = []
    for name in names:
        if name not in NAMES:
            raise ApiError(422, f"No lookup value found for 'permissions': \"{name}\"")
        found.append(NAMES[name])
    return sorted(found)


def of_user(world: World, user: Record) -> frozenset[str]:
    """What the user's active roles allow."""
    roles = world.tables["Role"]
    held = (roles[role_id] for role_id in user["role_ids"] if roles[role_id]["active"])
    return frozenset(_BY_ID[number] for role in held for number in role["permission_ids"])


def opens(held: Iterable[str], wanted: str) -> bool:
    """Whether held permissions include the wanted one: `admin` includes `admin.trigger`, and `admin.*` takes any."""
    area = wanted.removesuffix("*") if wanted.endswith(".*") else None
    return any(
        wanted == name or wanted.startswith(f"{name}.") or (area is not None and name.startswith(area)) for name in held
    )
