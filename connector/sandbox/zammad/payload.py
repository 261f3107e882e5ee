"""The JSON body of a webhook, built when it is delivered and not when the event happened (recorded deliveries)."""

from connector.sandbox.zammad import assets
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.seed import ARTICLE_SENDER_NAMES, ARTICLE_TYPE_NAMES
from connector.sandbox.zammad.world import World

_PRIVATE = frozenset({"authorization_ids", "group_ids", "preferences", "last_login", "login_failed"})
_PEOPLE = ("created_by", "updated_by")
_FQDN = "http://zammad.example.com"


def body(world: World, ticket: Record, article: Record | None) -> Record:
    """`{"ticket": …, "article": …}`; the article is `{}` if the event had none."""
    return {"ticket": _ticket(world, ticket), "article": _article(world, article) if article else {}}


def _ticket(world: World, ticket: Record) -> Record:
    full = assets.with_empty_names(world, ticket)
    full["state"] = world.tables["TicketState"][ticket["state_id"]]["name"]
    full["priority"] = _named(world, world.tables["TicketPriority"][ticket["priority_id"]])
    full["group"] = _group(world, world.tables["Group"][ticket["group_id"]])
    for name in ("owner", "customer", *_PEOPLE):
        full[name] = _user(world, ticket[f"{name}_id"])
    if ticket["create_article_type_id"] is not None:
        full["create_article_type"] = ARTICLE_TYPE_NAMES[ticket["create_article_type_id"]]
        full["create_article_sender"] = ARTICLE_SENDER_NAMES[ticket["create_article_sender_id"]]
    return _sorted(full) | {"organization": _organization(world, ticket["organization_id"])}


def _article(world: World, article: Record) -> Record:
    full = dict(assets.article_json(world, article))
    if world.newer:
        full["time_unit"] = None
    for name in _PEOPLE:
        full[name] = _user(world, article[f"{name}_id"])
    if article["origin_by_id"] is not None:
        full["origin_by"] = world.tables["User"][article["origin_by_id"]]["login"]
    full["type"] = ARTICLE_TYPE_NAMES[article["type_id"]]
    full["sender"] = ARTICLE_SENDER_NAMES[article["sender_id"]]
    place = f"{_FQDN}/api/v1/ticket_attachment/{article['ticket_id']}/{article['id']}"
    full["attachments"] = [{**file, "url": f"{place}/{file['id']}"} for file in article["attachments"]]
    return _sorted(full) | {"accounted_time": 0.0}


def _user(world: World, user_id: int) -> Record:
    user = world.tables["User"][user_id]
    roles = [world.tables["Role"][role_id]["name"] for role_id in user["role_ids"]]
    organizations = [world.tables["Organization"][number]["name"] for number in user["organization_ids"]]
    shown = {name: value for name, value in user.items() if name not in _PRIVATE}
    if world.newer:
        shown |= {"two_factor_preference_ids": [], "two_factor_preferences": []}
    shown |= {"roles": roles, "organizations": organizations, "overview_sortings": []}
    if user["organization_id"] is not None:
        shown["organization"] = world.tables["Organization"][user["organization_id"]]["name"]
    return _named(world, shown)


def _group(world: World, group: Record) -> Record:
    full = assets.group_json(world, group)
    full["users"] = [world.tables["User"][user_id]["login"] for user_id in full["user_ids"]]
    if group["signature_id"] is not None:
        full["signature"] = "default"
    return _named(world, full)


def _organization(world: World, organization_id: int | None) -> Record:
    if organization_id is None:
        return {}
    full = assets.organization_json(world, world.tables["Organization"][organization_id])
    full["members"] = [world.tables["User"][user_id]["login"] for user_id in full["member_ids"]]
    return _named(world, full)


def _named(world: World, record: Record) -> Record:
    """A record with the logins of those who made and changed it."""
    users = world.tables["User"]
    return _sorted({**record, **{name: users[record[f"{name}_id"]]["login"] for name in _PEOPLE}})


def _sorted(record: Record) -> Record:
    return dict(sorted(record.items()))
