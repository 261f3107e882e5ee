"""The main job on real input: the recorded world of a real Zammad, its recorded deliveries, the whole connector."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from connector.domain.model import TicketId
from connector.domain.vocabulary import TicketKind, TicketState
from connector.helpdesks.sender import Hook
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.desk import ZammadDesk
from connector.helpdesks.zammad.mapping import ZammadMapping, load_mapping
from connector.policy.locate import MAPPINGS
from connector.sandbox.zammad.furnished import BOT, furnish
from connector.work.group_commit import GroupCommit
from connector.work.table import Key, WorkTable
from connector.work.worker import Worker
from tests.builders import default_policy
from tests.contract.test_sandbox_zammad import LEFT_OUT
from tests.contract.zammad_recordings import SECRET, VERSIONS, Recorded
from tests.contract.zammad_replay import LAST_TICKET, Replayer
from tests.evidence import deliveries
from tests.promises.evidence import outcome
from webhooks.app import create_app
from webhooks.receiver import Receiver


class Day(NamedTuple):
    """What there is after the recorded day has been worked."""

    replayer: Replayer
    table: WorkTable
    desk: ZammadDesk
    worker: Worker
    accepted: set[str]


def mapping_for(replayer: Replayer) -> ZammadMapping:
    """The default mapping beside the recorded installation: its own attributes, and the states it had added."""
    plain = load_mapping(MAPPINGS / "zammad.yaml")
    states = {str(state["name"]): "open" for state in replayer.desk.world.table("TicketState").values()}
    return ZammadMapping.model_validate(
        {
            **plain.model_dump(mode="json"),
            "fields": {field: f"isp_{attribute}" for field, attribute in plain.fields.items()},
            "states": {**states, **plain.model_dump(mode="json")["states"]},
        }
    )


@pytest.fixture(params=VERSIONS)
def day(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Day]:
    """Replays the recorded requests, then posts every recorded delivery to the receiver and works."""
    version: Recorded = request.param
    replayer = Replayer(LEFT_OUT[version], version)
    replayer.run()
    replayer.switch_off_workflows()  # one demands `impact` on the edit mask: no API may update tickets that lack it

    def clock() -> datetime:
        return replayer.now

    mapping = mapping_for(replayer)
    accounts = furnish(replayer.desk, mapping)
    table = WorkTable.open(f"sqlite:///{tmp_path / 'work.sqlite3'}", clock)
    commits = GroupCommit(table)
    hook = Hook("zammad", (SECRET.encode(),))
    client = create_app(Receiver([hook], commits.touch, clock, table.counts)).test_client()
    accepted = set()
    for recorded, body in deliveries(version).values():
        if body and (json.loads(body).get("ticket") or {}).get("id", 0) > LAST_TICKET[version]:
            continue  # of a ticket that no replayed exchange has made
        sent = {name: value for name, value in recorded["headers"] if value.isascii() and name != "Content-Length"}
        answer = client.open("/webhooks/zammad/main", method=recorded["method"], data=body, headers=sent)
        if answer.status_code == 202:
            accepted.add(answer.get_json()["ticket"])
    replayer.now += timedelta(seconds=2)
    zammad = ZammadClient("http://zammad.example", accounts.bot, clock, adapter=replayer.desk.requests_adapter)
    desk = ZammadDesk(zammad, mapping)
    worker = Worker(table, desk, default_policy())
    yield Day(replayer, table, desk, worker, accepted)
    commits.close()
    table.close()


def test_every_recorded_ticket_is_brought_under_the_rules_and_stays_there(day: Day) -> None:
    there = {str(number) for number in day.replayer.desk.world.table("Ticket")}
    assert len(day.accepted) > 30

    jobs = day.worker.run_due()

    worked = [day.desk.read(TicketId(ticket)) for ticket in sorted(day.accepted & there, key=int)]
    assert jobs >= len(day.accepted)
    assert day.table.dead_letters() == []
    assert [
        ticket.number
        for ticket in worked
        if ticket.fields.escalation_level is None
        and ticket.kind is TicketKind.INCIDENT
        and ticket.state in (TicketState.NEW, TicketState.OPEN)
    ] == []
    assert all(ticket.fields.intake_status != "complete" for ticket in worked), "no recorded ticket names a service ID"

    before = [outcome(ticket) for ticket in worked]
    served = len(day.replayer.desk.requests)
    day.table.touch([Key("zammad", ticket) for ticket in day.accepted], day.replayer.now)
    day.worker.run_due()

    assert [outcome(day.desk.read(ticket.id)) for ticket in worked] == before
    methods = {call.method for call in day.replayer.desk.requests[served:] if call.user == BOT}
    assert methods == {"GET"}
