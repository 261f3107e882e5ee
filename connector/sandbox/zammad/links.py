"""Links between tickets. A change moves `updated_at` of both but fires no webhook (recordings 025-029, 104, 336)."""

from connector.sandbox.zammad import assets
from connector.sandbox.zammad.access import may, ticket_for
from connector.sandbox.zammad.call import Answer, Call
from connector.sandbox.zammad.errors import ApiError, already_exists
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.world import World

_TYPE_IDS = {"normal": 1, "parent": 2, "child": 3}
_TYPE_NAMES = {number: name for name, number in _TYPE_IDS.items()}
_SEEN_FROM_SOURCE = {"normal": "normal", "parent": "child", "child": "parent"}
_TICKET = 1
_SOURCE, _TARGET = "link_object_source_value", "link_object_target_value"


def index(call: Call) -> Answer:
    """`GET /links?link_object=Ticket&link_object_value=…` with the linked tickets as assets."""
    ticket = ticket_for(call, call.params.get("link_object_value"), "read")
    found = of_ticket(call.world, ticket["id"])
    gathered = assets.Assets(call.world)
    for link in found:
        other = call.world.tables["Ticket"][link["link_object_value"]]
        if may(call.world, call.user, other, "read"):
            gathered.add_ticket(other)
    return 200, {"links": found, "assets": gathered.found}


def add(call: Call) -> Answer:
    """`POST /links/add`: "source number is `link_type` of target"; a repeated link is refused with 422."""
    source = _by_number(call, str(call.params.get("link_object_source_number", "")))
    target = ticket_for(call, call.params.get(_TARGET), "change")
    return 201, connect(call.world, str(call.params.get("link_type")), source, target)


def remove(call: Call) -> Answer:
    """`DELETE /links/remove`, in either direction; answers 201 (recording 029)."""
    ends = {call.number(name, 0) for name in (_SOURCE, _TARGET)}
    type_id = _TYPE_IDS.get(str(call.params.get("link_type")))
    for link in [link for end in ends for link in call.world.links.get(end, ())]:
        if link["link_type_id"] == type_id and {link[_SOURCE], link[_TARGET]} == ends:
            call.world.drop_link(link)
            _touch(call.world, link)
    return 201, []


def of_ticket(world: World, ticket_id: int) -> list[Record]:
    """A ticket's links: what the other ticket is to this one."""
    found = []
    for link in world.links.get(ticket_id, ()):
        name = _TYPE_NAMES[link["link_type_id"]]
        if link[_SOURCE] == ticket_id:
            found.append((_SEEN_FROM_SOURCE[name], link[_TARGET]))
        elif link[_TARGET] == ticket_id:
            found.append((name, link[_SOURCE]))
    return [{"link_type": name, "link_object": "Ticket", "link_object_value": other} for name, other in found]


def set_on_create(world: World, ticket: Record, given: object) -> None:
    """The `links` of a new ticket: `{"Ticket": {"child": [7]}}` makes the new ticket a child of 7."""
    wanted = given.get("Ticket") if isinstance(given, dict) else None
    for name, others in (wanted or {}).items():
        for other_id in others:
            connect(world, name, ticket, world.find("Ticket", other_id))


def move(world: World, source: Record, target: Record) -> None:
    """A merge: what was linked to the source is linked to the target."""
    for link in list(world.links.get(source["id"], ())):
        world.drop_link(link)
        ends = {name: target["id"] if link[name] == source["id"] else link[name] for name in (_SOURCE, _TARGET)}
        if ends[_SOURCE] != ends[_TARGET]:
            world.add_link({**link, **ends})


def _by_number(call: Call, number: str) -> Record:
    ticket_id = call.world.ticket_ids.get(number)
    if ticket_id is None:
        raise ApiError(422, "No such ticket!")
    return call.world.tables["Ticket"][ticket_id]


def connect(world: World, name: str, source: Record, target: Record) -> Record:
    """A link of this kind. Raises ApiError 422 for an unknown kind and for a link that is there."""
    if name not in _TYPE_IDS:
        raise ApiError(422, f"Invalid link type '{name}'")
    ends = {_SOURCE: source["id"], _TARGET: target["id"], "link_type_id": _TYPE_IDS[name]}
    if any(ends.items() <= link.items() for link in world.links.get(source["id"], ())):
        raise already_exists()
    link = world.add_link({**ends, "link_object_source_id": _TICKET, "link_object_target_id": _TICKET})
    _touch(world, link)
    return link


def _touch(world: World, link: Record) -> None:
    for ticket_id in (link[_SOURCE], link[_TARGET]):
        ticket = world.table("Ticket").get(ticket_id)
        if ticket is not None:
            world.mark_updated(ticket, world.now())
