"""Security on Kubernetes: no root, no writable root, no privileges, no token of the cluster, limits of memory;
names, ports and variables are those of the connector. Read from the files; no cluster is here."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from connector.settings import declared, variable
from connector.settings.file import FILE_VARIABLE

BASE = Path(__file__).parents[2] / "deploy" / "kubernetes"
DOCUMENTS = [
    document
    for file in sorted(BASE.glob("*.yaml"))
    for document in yaml.safe_load_all(file.read_text(encoding="utf-8"))
]
DEPLOYMENTS = {one["metadata"]["name"]: one for one in DOCUMENTS if one["kind"] == "Deployment"}


@pytest.fixture(params=sorted(DEPLOYMENTS))
def pod(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What one of the deployments runs."""
    spec: dict[str, Any] = DEPLOYMENTS[request.param]["spec"]["template"]["spec"]
    return spec


def test_every_file_is_in_the_kustomization() -> None:
    (kustomization,) = (one for one in DOCUMENTS if one["kind"] == "Kustomization")

    files = {file.name for file in BASE.iterdir() if file.is_file()}

    assert {*kustomization["resources"], "kustomization.yaml"} == files


def test_without_root_and_privileges_and_with_limits(pod: dict[str, Any]) -> None:
    (container,) = pod["containers"]

    assert pod["securityContext"] | {"runAsNonRoot": True, "runAsUser": 10001} == pod["securityContext"]
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "readOnlyRootFilesystem": True,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["limits"]["memory"]
    assert {mount["name"] for mount in container["volumeMounts"] if not mount.get("readOnly")} == {"tmp"}


def test_a_helpdesk_that_is_down_restarts_nothing() -> None:
    (receiver,) = DEPLOYMENTS["receiver"]["spec"]["template"]["spec"]["containers"]

    assert {receiver[probe]["httpGet"]["path"] for probe in ("readinessProbe", "livenessProbe")} == {"/healthz"}


def test_what_has_begun_may_be_finished(pod: dict[str, Any]) -> None:
    assert pod["terminationGracePeriodSeconds"] >= 150


def test_settings_come_from_files_and_no_secret_stands_in_a_variable(pod: dict[str, Any]) -> None:
    (container,) = pod["containers"]
    given = {one["name"]: one["value"] for one in container["env"]}

    assert given.keys() <= {variable(name) for name in declared()} | {FILE_VARIABLE}
    assert given[FILE_VARIABLE].startswith("/etc/interspace/settings/")
    assert container["args"] in (["receive"], ["work"])


def test_policies_and_services_choose_what_is_there() -> None:
    labels = [one["spec"]["template"]["metadata"]["labels"] for one in DEPLOYMENTS.values()]
    ports = {
        port["name"]
        for one in DEPLOYMENTS.values()
        for container in one["spec"]["template"]["spec"]["containers"]
        for port in container["ports"]
    }
    for document in DOCUMENTS:
        spec = document.get("spec", {})
        if document["kind"] == "NetworkPolicy":
            assert spec["podSelector"]["matchLabels"] in labels
            assert {rule["port"] for entry in spec["ingress"] for rule in entry["ports"]} <= ports
        if document["kind"] == "PodDisruptionBudget":
            assert spec["selector"]["matchLabels"] in labels
        if document["kind"] == "Service":
            assert spec["selector"] in labels
            assert {port["targetPort"] for port in spec["ports"]} <= ports
