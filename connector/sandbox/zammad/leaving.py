"""People who go: deactivated, or deleted as privacy laws ask for (6.4, extra/people)."""

from connector.sandbox.zammad.access import require
from connector.sandbox.zammad.call import Answer, Call
from connector.sandbox.zammad.changes import apply_consequences, commit
from connector.sandbox.zammad.errors import ApiError
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.seed import NOBODY

_AUTHORS = ("created_by_id", "updated_by_id", "origin_by_id")


def refuse(call: Call, user_id: str) -> Answer:
    """`DELETE /users/{id}` of somebody who ever did something."""
    require(call, "admin.user")
    call.world.find("User", user_id)
    raise ApiError(422, "Can't delete, object has references.")


def delete(call: Call) -> Answer:
    """`POST /data_privacy_tasks`: the person's tickets as a customer go; all else that the person did is user 1's,
    in the history too. The scheduler does it later on a real server, here it is done at once."""
    require(call, "admin.data_privacy")
    world, user = call.world, call.world.find("User", call.params.get("deletable_id"))
    for ticket in list(world.table("Ticket").values()):
        if ticket["customer_id"] == user["id"]:
            world.drop_ticket(ticket)
    for entries in world.history.values():
        _hand_over(entries, user["id"])
    for ticket in world.table("Ticket").values():
        if ticket["owner_id"] == user["id"]:
            draft = {**ticket, "owner_id": NOBODY}
            apply_consequences(world, ticket, draft)
            commit(world, ticket, draft, ticket["updated_by_id"])
    for model in ("Ticket", "TicketArticle"):
        _hand_over(list(world.table(model).values()), user["id"])
    world.forget_user(user)
    about = {"deletable_type": "User", "deletable_id": user["id"], "preferences": {}}
    return 201, {"id": world.next_id("DataPrivacyTask"), "state": "in process", **about}


def _hand_over(records: list[Record], user_id: int) -> None:
    for record in records:
        record.update({name: NOBODY for name in _AUTHORS if record.get(name) == user_id})
