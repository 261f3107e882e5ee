"""Security of the container: without root, without capabilities, with nothing writable but the work table, with no
secret in image or environment. Read from the files; no container is built here."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from connector.settings import declared, secret_names, variable
from connector.settings.file import FILE_VARIABLE

ROOT = Path(__file__).parents[2]
CONTAINERFILE = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
STAGES = re.split(r"(?m)^FROM ", CONTAINERFILE)[1:]
VARIABLES = {variable(name) for name in declared()} | {f"{variable(name)}_FILE" for name in secret_names()}


@pytest.fixture
def services() -> dict[str, dict[str, Any]]:
    """The services of compose: the connector, and the same for an admin's commands."""
    compose = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
    found: dict[str, dict[str, Any]] = compose["services"]
    return found


@pytest.fixture
def service(services: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The connector as compose runs it."""
    return services["connector"]


def instructions(stage: str, name: str) -> list[str]:
    """The arguments of every such instruction of a stage, continued lines joined."""
    return re.findall(rf"(?m)^{name} (.*)$", stage.replace("\\\n", " "))


def test_the_image_runs_as_a_user_without_rights() -> None:
    last = STAGES[-1]
    assert instructions(last, "USER") == ["10001:10001"]
    after = last.partition("USER ")[2]
    assert not instructions(after, "RUN")
    assert not instructions(after, "COPY")


def test_the_image_is_made_of_pinned_and_checked_parts() -> None:
    bases = re.findall(r"(?m)^ARG BASE=\S+:\d+\.\d+\.\d+-slim-\w+$", CONTAINERFILE)
    assert len(bases) == 1, "one version, not the latest"
    assert all(stage.startswith("${BASE}") for stage in STAGES), "of both stages, so that a build may name a digest"
    assert "--require-hashes" in CONTAINERFILE
    assert not re.search(r"(?m)^ADD |curl |wget |chmod [0-7]*7[0-7]{0,2} ", CONTAINERFILE)


def test_the_image_holds_no_secret() -> None:
    assert [instructions(stage, "ARG") for stage in STAGES] == [["LOCK=requirements.lock"], []]
    for stage in STAGES:
        named = re.findall(r"INTERSPACE_\w+", " ".join(instructions(stage, "ENV")))
        assert set(named) <= VARIABLES
        assert not set(named) & {variable(name) for name in secret_names()}
    copied = {path for stage in STAGES for line in instructions(stage, "COPY") for path in line.split()[:-1]}
    assert copied <= {
        *("requirements*.lock", "pyproject.toml", "README.md", "LICENSE", "connector", "webhooks", "mappings"),
        *("--from=build", "/opt/interspace"),
    }


def test_the_image_tells_whether_it_is_well_and_ends_when_asked(service: dict[str, Any]) -> None:
    (check,) = instructions(STAGES[-1], "HEALTHCHECK")
    assert "/healthz" in check, "as on Kubernetes: no restart mends a helpdesk that is down"
    assert json.loads(check.partition("CMD ")[2]) == service["healthcheck"]["test"][1:], "podman drops the image's"
    assert instructions(STAGES[-1], "STOPSIGNAL") == ["SIGTERM"]


@pytest.mark.parametrize("name", ["connector", "admin"])
def test_compose_takes_everything_away_that_is_not_needed(services: dict[str, dict[str, Any]], name: str) -> None:
    assert services.keys() == {"connector", "admin"}
    service = services[name]
    assert service["user"] == "10001:10001"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert "network_mode" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert all("noexec" in mount for mount in service["tmpfs"])
    assert service["pids_limit"]
    assert service["mem_limit"]


def test_compose_lets_the_running_connector_write_nothing_but_its_work_table(service: dict[str, Any]) -> None:
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert all(volume.startswith("work:") or volume.endswith(":ro") for volume in service["volumes"])
    assert int(service["stop_grace_period"].removesuffix("s")) > 120


def test_the_admins_commands_listen_nowhere_and_start_by_hand_only(services: dict[str, dict[str, Any]]) -> None:
    assert "ports" not in services["admin"]
    assert services["admin"]["profiles"]


def test_no_secret_is_in_the_environment_of_container_or_unit(services: dict[str, dict[str, Any]]) -> None:
    """They stand in files: the settings file and the secret store."""
    unit = (ROOT / "deploy" / "interspace.service").read_text(encoding="utf-8")
    named = {name for service in services.values() for name in service["environment"]}
    named |= set(re.findall(r"(?m)^Environment=(INTERSPACE_\w+)=", unit))

    assert named <= VARIABLES | {FILE_VARIABLE}
    assert not named & {variable(name) for name in secret_names()}, "the name of a file is none"
    assert "EnvironmentFile" not in unit


def test_unit_and_container_read_the_same_settings_file(service: dict[str, Any]) -> None:
    """What `interspace init` has written into /etc/interspace serves both."""
    unit = (ROOT / "deploy" / "interspace.service").read_text(encoding="utf-8")

    assert service["environment"][FILE_VARIABLE] == "/etc/interspace/interspace.env"
    assert "/etc/interspace:/etc/interspace:ro" in service["volumes"]
    assert "LoadCredential=interspace.env:/etc/interspace/interspace.env\n" in unit
    assert f"Environment={FILE_VARIABLE}=%d/interspace.env\n" in unit
    assert "LoadCredential=interspace.secrets:/etc/interspace/interspace.secrets\n" in unit
    assert f"Environment={variable('secret_store')}=%d/interspace.secrets\n" in unit
