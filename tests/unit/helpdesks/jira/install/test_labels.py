"""Notes name fields and what is chosen in them as the agent's screen does."""

from connector.domain.fields import CATALOGUE, CUSTOM
from connector.domain.labels import Labels
from connector.domain.model import TicketId
from connector.helpdesks.jira.desk import JiraDesk
from tests.unit.helpdesks.jira.install.bench import JiraBench, field_named


def in_notes(bench: JiraBench) -> Labels:
    issue = {"project": {"key": "ISP"}, "issuetype": {"name": "Incident"}, "summary": "no light"}
    bench.call("POST", "issue", {"fields": issue}, who="bot")
    (number,) = bench.jira.world.issues
    return JiraDesk(bench.connection("bot"), bench.mapping, bench.clock).read(TicketId(str(number))).labels


def test_notes_use_the_names_of_the_custom_fields(jira_bench: JiraBench) -> None:
    jira_bench.install()
    jira_bench.add_options()

    labels = in_notes(jira_bench)

    names = {row["id"]: row["name"] for row in jira_bench.client("admin").get("api/2/field")}
    mapped = {**jira_bench.mapping.fields, "group": jira_bench.mapping.group_field}
    for field, name in mapped.items():
        assert labels[field] == names[field_named(jira_bench, name).id]
    assert (labels["priority"], labels["state"]) == (names["priority"], names["status"])
    for field in CUSTOM:
        options = [
            option.value
            for context in field_named(jira_bench, mapped[field]).contexts.values()
            for option in context.options.values()
        ]
        assert {labels.choice(field, value) for value in CATALOGUE[field].choices} <= set(options), field
    assert labels.choice("priority", "P1") == "Highest"


def test_a_field_that_the_mapping_names_by_its_id_goes_by_its_own_name(cloud: JiraBench) -> None:
    cloud.install()
    circuit = field_named(cloud, cloud.mapping.fields["circuit_id"])
    fields = {**cloud.mapping.fields, "circuit_id": circuit.id}
    cloud.mapping = cloud.mapping.model_copy(update={"fields": fields})

    assert in_notes(cloud)["circuit_id"] == circuit.name
