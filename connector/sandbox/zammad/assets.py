"""Records as Zammad shows them: with lists of ids, with names for ids, and with all they refer to.

Assets are the records that an answer refers to, each once, by model and id (recordings 009, 010, 028, 030); a webhook's
body is built when it is delivered and not when the event happened (recorded deliveries).
"""

from typing import Any

from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.seed import ARTICLE_SENDERS, ARTICLE_TYPES, FRESH
from connector.sandbox.zammad.world import World

RELATIONS = {
    "group": "Group", "state": "TicketState", "priority": "TicketPriority", "owner": "User", "customer": "User",
    "organization": "Organization", "created_by": "User", "updated_by": "User", "origin_by": "User",
}  # fmt: skip
"""What a column with `_id` behind it refers to."""
_KINDS = {"type": ARTICLE_TYPES, "create_article_type": ARTICLE_TYPES,
          "sender": ARTICLE_SENDERS, "create_article_sender": ARTICLE_SENDERS}  # fmt: skip
_KIND_NAMES = {name: dict(zip(numbers.values(), numbers, strict=True)) for name, numbers in _KINDS.items()}
_PEOPLE = ("created_by", "updated_by")
_ALWAYS_TOLD: dict[str, dict[str, str]] = {
    "Ticket": {"group_id": "Group", "owner_id": "User", "customer_id": "User", "created_by_id": "User",
               "updated_by_id": "User", "organization_id": "Organization"},
    "TicketArticle": {"created_by_id": "User", "updated_by_id": "User", "origin_by_id": "User"},
    "User": {"role_ids": "Role", "group_ids": "Group", "organization_id": "Organization"},
    "Group": {"created_by_id": "User", "updated_by_id": "User"},
}  # fmt: skip
"""What comes along with a record."""
_PRIVATE = frozenset({"authorization_ids", "group_ids", "preferences", "last_login", "login_failed"})
_SITE = f"http://{FRESH['settings']['fqdn'][1]}/api/v1"


def label(world: World, relation: str, record_id: Any) -> str | None:
    """The name of what a column refers to, a login for people; None if it refers to nothing."""
    if relation in _KIND_NAMES:
        return _KIND_NAMES[relation].get(record_id)
    record = world.tables[RELATIONS[relation]].get(record_id)
    return str(record["login" if RELATIONS[relation] == "User" else "name"]) if record else None


def named(world: World, record: Record, *relations: str) -> Record:
    """A record with the names of what these columns refer to, where they do."""
    found = {name: label(world, name, record[f"{name}_id"]) for name in relations}
    return {**record, **{name: text for name, text in found.items() if text is not None}}


def by_people(world: World, record: Record) -> Record:
    """A record with the logins of those who made and changed it."""
    return named(world, record, *_PEOPLE)


def shown(world: World, model: str, record: Record) -> Record:
    """A record of this model as the API shows it. What nobody here has is empty: checklists, second factors."""
    if model == "Ticket":
        own = {"article_ids": world.article_ids, "ticket_time_accounting_ids": world.time_accounting_ids}
        ids = {name: held.get(record["id"], []) for name, held in own.items()}
        return {**record, **ids, **({"checklist_item_ids": []} if world.newer else {})}
    if model == "TicketArticle" and world.newer:
        return {name: value for name, value in record.items() if name != "references"}
    if model == "User" and world.newer:
        return {**record, "two_factor_preference_ids": []}
    if model == "Group":
        return {**record, **_place(world, record), "user_ids": members_of_group(world, record["id"])}
    if model == "Organization":
        members = [user["id"] for user in world.tables["User"].values() if user["organization_id"] == record["id"]]
        return {**record, "member_ids": members, "secondary_member_ids": []}
    return record


def _place(world: World, group: Record) -> Record:
    """From 6.4 on a group has a place among the groups."""
    if not world.newer:
        return {}
    parent, _, last = group["name"].rpartition("::")
    above = world.named("Group", parent)
    return {"name_last": last, "parent_id": above["id"] if above else None}


def members_of_group(world: World, group_id: int) -> list[int]:
    """The users with any access to a group."""
    return [user["id"] for user in world.tables["User"].values() if str(group_id) in user["group_ids"]]


class Assets:
    """Collects records with everything they refer to. `found` has the shape of the JSON."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.found: dict[str, dict[str, Record]] = {}

    def add(self, model: str, *record_ids: int | str | None) -> None:
        """Records by id; None adds nothing. From 6.6 or 7.0 on there are no groups and roles among them."""
        if self.world.newest and model in {"Group", "Role"}:
            return
        for record_id in record_ids:
            if record_id is None or str(record_id) in self.found.get(model, {}):
                continue
            record = self.world.tables[model][int(record_id)]
            self.found.setdefault(model, {})[str(record_id)] = shown(self.world, model, record)
            for column, other in _ALWAYS_TOLD.get(model, {}).items():
                value = record[column]
                self.add(other, *(value if isinstance(value, list | dict) else [value]))


def ticket_with_names(world: World, ticket: Record) -> Record:
    """A ticket with the names of all it refers to (008, 378); Zammad names lists too, but only while they are empty."""
    full = shown(world, "Ticket", ticket)
    lists = {"article_ids": "articles", "ticket_time_accounting_ids": "ticket_time_accounting"}
    lists |= {"checklist_item_ids": "checklist_items"} if world.newer else {}
    relations = [name for name in RELATIONS if name != "origin_by"]
    full |= {name: [] for ids, name in lists.items() if not full[ids]}
    return named(world, full, *relations, "create_article_type", "create_article_sender")


def article_with_names(world: World, article: Record) -> Record:
    """An article with the names of its people, type and sender."""
    full = named(world, shown(world, "TicketArticle", article), *_PEOPLE, "origin_by", "type", "sender")
    return full | ({"time_unit": None} if world.newer else {})


def webhook_body(world: World, ticket: Record, article: Record | None) -> Record:
    """`{"ticket": …, "article": …}`; the article is `{}` if the event had none."""
    full = ticket_with_names(world, ticket)
    full["priority"] = _sorted(by_people(world, world.tables["TicketPriority"][ticket["priority_id"]]))
    full["group"] = _group(world, world.tables["Group"][ticket["group_id"]])
    full |= {name: _user(world, ticket[f"{name}_id"]) for name in ("owner", "customer", *_PEOPLE)}
    full["organization"] = _organization(world, ticket["organization_id"])
    return {"ticket": _sorted(full), "article": _article(world, article) if article else {}}


def _article(world: World, article: Record) -> Record:
    full = article_with_names(world, article)
    full |= {name: _user(world, article[f"{name}_id"]) for name in _PEOPLE}
    place = f"{_SITE}/ticket_attachment/{article['ticket_id']}/{article['id']}"
    full["attachments"] = [{**file, "url": f"{place}/{file['id']}"} for file in article["attachments"]]
    return _sorted(full) | {"accounted_time": 0.0}


def _user(world: World, user_id: int) -> Record:
    user = world.tables["User"][user_id]
    full = {name: value for name, value in user.items() if name not in _PRIVATE}
    full |= {"two_factor_preference_ids": [], "two_factor_preferences": []} if world.newer else {}
    roles = [world.tables["Role"][role_id]["name"] for role_id in user["role_ids"]]
    full |= {"roles": roles, "organizations": [], "overview_sortings": []}
    return _sorted(named(world, full, "organization", *_PEOPLE))


def _group(world: World, group: Record) -> Record:
    full = shown(world, "Group", group)
    full["users"] = [world.tables["User"][user_id]["login"] for user_id in full["user_ids"]]
    return _sorted(by_people(world, full | ({"signature": "default"} if group["signature_id"] is not None else {})))


def _organization(world: World, organization_id: int | None) -> Record:
    if organization_id is None:
        return {}
    full = shown(world, "Organization", world.tables["Organization"][organization_id])
    full["members"] = [world.tables["User"][user_id]["login"] for user_id in full["member_ids"]]
    return _sorted(by_people(world, full))


def _sorted(record: Record) -> Record:
    return dict(sorted(record.items()))
