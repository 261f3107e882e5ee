"""What is asked at the start, with the ``jira`` package, and that it keeps to our rules: time-outs, no retries."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
import responses

from connector.domain.model import TicketId
from connector.helpdesks.errors import RateLimitedError, UnavailableError
from connector.helpdesks.jira.client import TIMEOUT, Connection
from connector.helpdesks.jira.flavour import CLOUD, DATA_CENTER
from connector.helpdesks.jira.site import Site, field_ids
from tests.unit.helpdesks.jira.bench import Bench, mapping
from tests.unit.helpdesks.side import TOKEN, URL, USER, everything_printed

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
INFO = f"{URL}/rest/api/2/serverInfo"


def site() -> Site:
    return Site(Connection(URL, USER, TOKEN), mapping(), lambda: NOW)


def listed(**changed: Any) -> list[dict[str, Any]]:
    """``GET field`` of a Jira that has everything."""
    names = [*mapping().fields.values(), mapping().group_field]
    rows = [{"id": f"customfield_{number}", "name": name} for number, name in enumerate(names, 10100)]
    return [{"id": "summary", "name": "Summary"}, *rows]


def test_the_flavour_is_found_out(bench: Bench) -> None:
    assert bench.desk.site.flavour is (CLOUD if bench.is_cloud else DATA_CENTER)


@responses.activate
def test_what_is_neither_is_told() -> None:
    responses.get(INFO, json={"deploymentType": "Toaster"})

    with pytest.raises(UnavailableError, match="'Toaster' is neither a Cloud nor a Data Center"):
        _ = site().flavour


@responses.activate
def test_the_bot() -> None:
    responses.get(INFO, json={"deploymentType": "Cloud"})
    responses.get(f"{URL}/rest/api/2/myself", json={"accountId": "712020:1", "timeZone": "Europe/Berlin"})

    assert site().bot.id == "712020:1"
    assert site().bot.zone.key == "Europe/Berlin"


@pytest.mark.parametrize(
    "answer", [{}, {"accountId": None, "timeZone": "UTC"}, {"accountId": "1"}, {"accountId": "1", "timeZone": "Mars"}]
)
@responses.activate
def test_an_unknown_bot_stops_everything(answer: Any) -> None:
    responses.get(INFO, json={"deploymentType": "Cloud"})
    responses.get(f"{URL}/rest/api/2/myself", json=answer)

    with pytest.raises(UnavailableError, match="GET myself"):
        _ = site().bot


def test_fields_by_name() -> None:
    found = field_ids(mapping(), listed())

    assert found.ids["service_id"] == "customfield_10100"
    assert found.fields["customfield_10100"] == "service_id"
    assert found.named["Service reference"] == "service_id"
    assert set(found.ids) == {*mapping().fields, "group"}
    assert found.organizations is None


def test_fields_by_id() -> None:
    chosen = mapping().model_copy(update={"fields": {**mapping().fields, "service_id": "customfield_7"}})
    rows = [*listed(), {"id": "customfield_7", "name": "Another name"}]

    assert field_ids(chosen, rows).ids["service_id"] == "customfield_7"


def test_all_that_is_missing_is_told_at_once() -> None:
    rows = [row for row in listed() if row["name"] not in ("Service reference", "Support group")]

    with pytest.raises(UnavailableError) as caught:
        field_ids(mapping(), rows)
    assert str(caught.value) == (
        "Jira GET field: there is no custom field 'Service reference'; there is no custom field 'Support group'"
    )


def test_a_name_that_stands_for_two_fields_is_told_with_both() -> None:
    rows = [*listed(), {"id": "customfield_99", "name": "Service reference"}]

    with pytest.raises(
        UnavailableError, match="'Service reference' is the name of customfield_10100 and customfield_99"
    ):
        field_ids(mapping(), rows)


def test_a_field_of_jiras_own_is_no_custom_field() -> None:
    chosen = mapping().model_copy(update={"group_field": "Summary"})

    with pytest.raises(UnavailableError, match="there is no custom field 'Summary'"):
        field_ids(chosen, listed())


def test_what_failed_is_asked_again(bench: Bench) -> None:
    name = bench.mapping.fields["circuit_id"]
    field = next(one for one in bench.jira.world.custom_fields.values() if one.name == name)
    field.name = "Something else"
    desk = bench.connected()
    issue = bench.opens()
    with pytest.raises(UnavailableError, match="there is no custom field 'Circuit reference'"):
        desk.read(TicketId(issue))
    field.name = name

    assert desk.read(TicketId(issue)).id == issue


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 500, 502, 503])
@responses.activate
def test_a_refusal_is_not_a_tickets_fault_and_is_asked_once(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    responses.get(INFO, json={"errorMessages": ["No"]}, status=status)
    monkeypatch.setattr(time, "sleep", lambda _: pytest.fail("the package waits for a second try"))
    with pytest.raises(UnavailableError, match=f"answered {status}: No") as caught:
        _ = site().flavour

    assert len(responses.calls) == 1
    assert TOKEN not in everything_printed(caught.value)


@pytest.mark.parametrize("header", ["60", "Sun, 22 Nov 2026 10:01:00 GMT"])
@responses.activate
def test_limits_are_ours_to_keep(header: str) -> None:
    """The package would sleep, too short, or fail on a date."""
    responses.get(INFO, json={}, status=429, headers={"Retry-After": header})

    with pytest.raises(RateLimitedError) as caught:
        _ = site().flavour

    assert caught.value.retry_at == NOW.replace(minute=1)
    assert len(responses.calls) == 1


@pytest.mark.parametrize("trouble", [requests.ConnectionError("refused"), requests.ReadTimeout("slow")])
@responses.activate
def test_a_connection_that_drops_is_not_tried_again(trouble: Exception) -> None:
    responses.get(INFO, body=trouble)

    with pytest.raises(UnavailableError, match="no answer"):
        _ = site().flavour

    assert len(responses.calls) == 1


@responses.activate
def test_what_is_not_json_is_told() -> None:
    responses.get(INFO, body="<html>")

    with pytest.raises(UnavailableError, match="Jira serverInfo"):
        _ = site().flavour


@responses.activate
def test_no_redirect_is_followed() -> None:
    elsewhere = responses.get("https://elsewhere.example/", json={"deploymentType": "Cloud"})
    responses.get(INFO, status=302, headers={"Location": "https://elsewhere.example/"})

    with pytest.raises(UnavailableError, match="redirect"):
        _ = site().flavour

    assert elsewhere.call_count == 0


def test_the_package_has_our_time_limits(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    package = bench.desk.site.package
    adapter = package._session.get_adapter("https://sandbox.example")
    send = adapter.send

    def recorded(request: Any, **options: Any) -> requests.Response:
        seen.append(options["timeout"])
        return send(request, **options)

    monkeypatch.setattr(adapter, "send", recorded)
    bench.desk.site.bot_now()

    assert set(seen) == {TIMEOUT}
