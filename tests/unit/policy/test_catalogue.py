"""The service catalogue, as YAML and as a table: what it finds, and what is wrong with it (R7)."""

from pathlib import Path

import pytest

from connector.policy.catalogue import Catalogue, CatalogueCustomer, Service
from connector.policy.csv_rows import read_csv
from connector.policy.load import load_policy

from .files import POLICY, SERVICES, SERVICES_CSV, Case, expected_and_found, problems

TWICE = "\n  - {id: svc-1001, customer: acme}"
HARBOUR = "email_domains: [harbour.example]"
ZONE = "is not an IANA time zone (example: Europe/Berlin)"

YAML_CASES = [
    Case("  - id: harbour\n", "  - id: acme\n    name: x\n  - id: harbour\n", "customers[2].id: 'acme' is there twice"),
    Case("region: Berlin}", "region: Berlin}" + TWICE, "services[1].id: 'svc-1001' is there twice", at="svc-1001"),
    Case(
        "customer: acme, name: Colo", "customer: acne, name: Colo", "services[1].customer: there is no customer 'acne'"
    ),
    Case("Europe/London", "GMT+1", f"customers[1].timezone: 'GMT+1' {ZONE}"),
    Case(
        HARBOUR,
        "email_domains: [Acme.Example]",
        "customers[2].email_domains[0]: 'Acme.Example' already belongs to 'acme'",
    ),
    Case(
        "organizations: [Harbour Bank]",
        "organizations: [acme logistics]",
        "customers[2].organizations[0]: 'acme logistics' already belongs to 'acme'",
    ),
    Case(
        "organizations: [Harbour Bank]",
        "organisations: [Harbour Bank]",
        "customers[2].organisations: there is no such setting",
    ),
    Case("{id: SVC-1004, ", "{", "services[3].id: is missing"),
    Case("{id: SVC-1004, ", "{id: '', ", "services[3].id: must not be empty"),
]


@pytest.mark.parametrize("case", YAML_CASES, ids=[case.says.split(": ")[0] for case in YAML_CASES])
def test_problem_in_yaml(case: Case, tmp_path: Path) -> None:
    expected, found = expected_and_found(SERVICES, case, tmp_path)
    assert found == expected


HEADER = "service_id,customer,customer_name,organization,email_domains,timezone,name,circuit_id,region\n"
NO_COLUMN = (
    "there is no such column; known are service_id, customer, name, circuit_id, region, "
    "customer_name, organization, email_domains, timezone, contact"
)

CSV_FILES = [
    ("service twice", "service_id,customer\nA,x\na,x\n", [":3: service_id: 'a' is there twice"]),
    ("no service", "service_id,customer\nA,x\n,x\n", [":3: service_id: is missing"]),
    ("no customer", "service_id,customer\nA,x\nB,\n", [":3: customer: is missing"]),
    ("bad zone", "service_id,customer,timezone\nA,x,\nB,y,Mars\nC,y,Mars\n", [f":3: timezone: 'Mars' {ZONE}"]),
    ("bad zone on a later row", "service_id,customer,timezone\nA,x,\nB,x,Mars\n", [f":3: timezone: 'Mars' {ZONE}"]),
    (
        "domain of two on a later row",
        "service_id,customer,email_domains\nA,x,x.example\nB,y,y.example\nC,y,x.example\n",
        [":4: email_domains: 'x.example' already belongs to 'x'"],
    ),
    ("unknown column", "service_id,customer,colour\nA,x,red\n", [f":1: colour: {NO_COLUMN}"]),
    ("missing column", "service_id,name\nA,x\n", [":1: customer: the column is missing"]),
    ("column twice", "service_id,customer,service_id\nA,x,B\n", [":1: service_id: the column stands twice"]),
    (
        "cells",
        "service_id,customer\nA\nB,x,y\nC,x\n",
        [":2: has 1 cells, the header has 2", ":3: has 3 cells, the header has 2"],
    ),
    ("only a header", HEADER, [":2: there are no services below the header"]),
    ("quote not closed", 'service_id,customer\nA,x\nB,"x\nC,x\n', [":3: is not CSV: unexpected end of data"]),
    ("broken quotes", 'service_id,customer\nA,"x"y\n', [":2: is not CSV: ',' expected after '\"'"]),
    (
        "names differ",
        "service_id,customer,customer_name\nA,x,X\nB,x,X Ltd\n",
        [":3: customer_name: 'X Ltd', but 'X' on an earlier row"],
    ),
    (
        "zones differ",
        "service_id,customer,timezone\nA,x,UTC\nB,x,Europe/Berlin\n",
        [":3: timezone: 'Europe/Berlin', but 'UTC' on an earlier row"],
    ),
    (
        "domain of two",
        "service_id,customer,email_domains\nA,x,x.example\nB,y,y.example X.example\n",
        [":3: email_domains: 'X.example' already belongs to 'x'"],
    ),
    (
        "line break in a cell",
        'service_id,customer,name\nA,x,"two\nlines"\nA,x,\n',
        [":4: service_id: 'A' is there twice"],
    ),
    ("latin-1", "service_id,customer\nA,Gr\xfcn\n", [":2: is not UTF-8 (byte 0xfc); save the file as UTF-8"]),
    ("empty", "", [":1: the file is empty"]),
]


@pytest.mark.parametrize(("content", "says"), [row[1:] for row in CSV_FILES], ids=[row[0] for row in CSV_FILES])
def test_problems_in_a_table(content: str, says: list[str], tmp_path: Path) -> None:
    path = tmp_path / "services.CSV"
    path.write_bytes(content.encode("latin-1"))
    policy = tmp_path / "interspace.yaml"
    text = POLICY.read_text(encoding="utf-8").replace("    acme: acme\n", "").replace("  customers:\n", "")
    policy.write_text(text.replace("    SVC-1003: transit_premium\n", "").replace("  services:\n", ""), "utf-8")
    assert problems(policy, path) == [f"{path}{text}" for text in says]


def test_tables_as_spreadsheets_write_them(tmp_path: Path) -> None:
    path = tmp_path / "services.csv"
    rows = (
        'Service_ID;Customer;Customer_Name;Email_Domains\r\n A ;x;"Müller; Söhne";x.example, y.example\r\n;;;\r\n\r\n'
    )
    path.write_bytes(b"\xef\xbb\xbf" + rows.encode())
    assert read_csv(path).data == {
        "customers": [
            {"id": "x", "name": "Müller; Söhne", "organizations": [], "email_domains": ["x.example", "y.example"]}
        ],
        "services": [{"id": "A", "customer": "x"}],
    }


def test_rows_of_a_customer_complete_each_other(tmp_path: Path) -> None:
    path = tmp_path / "services.csv"
    path.write_text(HEADER + "A,x,,O1,x.example,,,,\nB,x,X Ltd,O2,x.example y.example,UTC,,,\n", encoding="utf-8")
    customer = Catalogue.model_validate(read_csv(path).data).customers[0]
    assert customer == CatalogueCustomer(
        id="x",
        name="X Ltd",
        organizations=("O1", "O2"),
        email_domains=("x.example", "y.example"),
        timezone="UTC",
    )


CUSTOMER = CatalogueCustomer(id="x", organizations=("Org X",), email_domains=("x.example",))
CATALOGUE = Catalogue(customers=(CUSTOMER,), services=(Service(id="SVC-1", customer="x"),))


def test_service_ids_are_compared_without_case() -> None:
    assert CATALOGUE.service(" svc-1 ") == CATALOGUE.services[0]
    assert CATALOGUE.service("SVC-2") is None


@pytest.mark.parametrize(
    ("organizations", "email", "expected"),
    [
        (["ORG X"], None, [CUSTOMER]),
        (["Other", "Org X"], None, [CUSTOMER]),
        ([], "someone@X.Example", [CUSTOMER]),
        (["Other"], "someone@x.example", [CUSTOMER]),
        (["Other"], "someone@evil-x.example", []),
        (["Other"], "someone@x.example.evil.example", []),
        ([], "x.example", []),
        ([""], "", []),
        ([], None, []),
    ],
)
def test_customers_are_recognised(
    organizations: list[str], email: str | None, expected: list[CatalogueCustomer]
) -> None:
    assert [*CATALOGUE.customers_of(organizations, email)] == expected


def test_a_table_is_known_by_its_suffix() -> None:
    assert len(load_policy(POLICY, SERVICES_CSV).catalogue.customers) == 3
