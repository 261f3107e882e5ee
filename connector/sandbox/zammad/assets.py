"""Assets: the records that an answer refers to, each once, by model and id (recordings 009, 010, 028, 030)."""

from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.world import World


class Assets:
    """Collects records with everything they refer to. `found` has the shape of the JSON."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.found: dict[str, dict[str, Record]] = {}

    def add_ticket(self, ticket: Record) -> None:
        """A ticket with its people, group and organization."""
        if not self._add("Ticket", ticket["id"], with_ids(self.world, ticket)):
            return
        self.add_group(ticket["group_id"])
        for field in ("owner_id", "customer_id", "created_by_id", "updated_by_id"):
            self.add_user(ticket[field])
        self.add_organization(ticket["organization_id"])

    def add_article(self, article: Record) -> None:
        """An article with its author."""
        if self._add("TicketArticle", article["id"], article_json(self.world, article)):
            self.add_user(article["created_by_id"])
            self.add_user(article["updated_by_id"])
            self.add_user(article["origin_by_id"])

    def add_user(self, user_id: int | None) -> None:
        """A user with roles, groups and organization; None adds nothing."""
        if user_id is None:
            return
        user = self.world.tables["User"][user_id]
        if self._add("User", user_id, user_json(self.world, user)):
            if not self.world.newest:
                for role_id in user["role_ids"]:
                    self._add("Role", role_id, self.world.tables["Role"][role_id])
            for group_id in user["group_ids"]:
                self.add_group(int(group_id))
            self.add_organization(user["organization_id"])

    def add_group(self, group_id: int) -> None:
        """A group, which lists its members, with those who made and changed it. From 6.6 or 7.0 on there is none."""
        if self.world.newest:
            return
        group = self.world.tables["Group"][group_id]
        if self._add("Group", group_id, group_json(self.world, group)):
            self.add_user(group["created_by_id"])
            self.add_user(group["updated_by_id"])

    def add_organization(self, organization_id: int | None) -> None:
        """An organization, which lists its members; None adds nothing."""
        if organization_id is not None:
            record = self.world.tables["Organization"][organization_id]
            self._add("Organization", organization_id, organization_json(self.world, record))

    def add_all(self, model: str) -> None:
        """Every record of a small table."""
        for record_id, record in self.world.table(model).items():
            self._add(model, record_id, record)

    def _add(self, model: str, record_id: int, record: Record) -> bool:
        known = self.found.setdefault(model, {})
        if str(record_id) in known:
            return False
        known[str(record_id)] = record
        return True


def with_ids(world: World, ticket: Record) -> Record:
    """A ticket with the ids of its articles, and from 6.4 on of its checklist, which nobody here has."""
    checklist: Record = {"checklist_item_ids": []} if world.newer else {}
    return {
        **ticket,
        "article_ids": world.article_ids.get(ticket["id"], []),
        "ticket_time_accounting_ids": world.time_accounting_ids.get(ticket["id"], []),
        **checklist,
    }


def with_empty_names(world: World, ticket: Record) -> Record:
    """A ticket with the ids of its articles; Zammad names such lists too, but only while they are empty."""
    full = with_ids(world, ticket)
    if not full["article_ids"]:
        full["articles"] = []
    if not full["ticket_time_accounting_ids"]:
        full["ticket_time_accounting"] = []
    if world.newer:
        full["checklist_items"] = []
    return full


def article_json(world: World, article: Record) -> Record:
    """An article, which from 6.4 on has no references."""
    return {name: value for name, value in article.items() if name != "references"} if world.newer else article


def user_json(world: World, user: Record) -> Record:
    """A user, from 6.4 on with the ids of second factors, which nobody here has."""
    return {**user, "two_factor_preference_ids": []} if world.newer else user


def group_json(world: World, group: Record) -> Record:
    """A group with the ids of the users who have access to it; from 6.4 on with its place among the groups."""
    place: Record = {}
    if world.newer:
        parent, _, last = group["name"].rpartition("::")
        above = world.named("Group", parent)
        place = {"name_last": last, "parent_id": above["id"] if above else None}
    return {**group, **place, "user_ids": members_of_group(world, group["id"])}


def members_of_group(world: World, group_id: int) -> list[int]:
    """The users with any access to a group."""
    key = str(group_id)
    return sorted(user_id for user_id, user in world.staff.items() if key in user["group_ids"])


def organization_json(world: World, organization: Record) -> Record:
    """An organization with the ids of its members."""
    members = sorted(world.members.get(organization["id"], ()))
    return {**organization, "member_ids": members, "secondary_member_ids": []}
