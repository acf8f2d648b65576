"""The containers run what `dwellhouse up` runs: the same commands, settings and image."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.runtime.environment import stack_environment
from orchestration.runtime.stack import CodeAddress, process_commands
from orchestration.runtime.warehouse_urls import ROLES, Warehouse
from orchestration.settings import Settings
from serving.settings import PREFIX, PROJECT_ROOT

COMPOSE = yaml.safe_load((PROJECT_ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (PROJECT_ROOT / "Dockerfile").read_text(encoding="utf-8")
CODE = CodeAddress("0.0.0.0", 4000)
COMMANDS = process_commands(Settings(dagster_host="0.0.0.0", dagster_port=3000), CODE)
OF_DAGSTER = sorted(COMMANDS.keys() - {"api"})
OURS = ["prepare", *COMMANDS]


def in_containers(command: list[str]) -> list[str]:
    """Give the command as a container sees it: project in /app, binaries on the path."""
    inside = [part.replace(str(PROJECT_ROOT), "/app") for part in command]
    return [Path(inside[0]).name.split("3")[0], *inside[1:]]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_container_runs_the_command_of_the_stack(name: str) -> None:
    assert SERVICES[name]["command"] == in_containers(COMMANDS[name])


def test_no_process_of_the_stack_is_missing() -> None:
    assert set(SERVICES) == COMMANDS.keys() | {"prepare", "postgres", "redis"}
    assert SERVICES["prepare"]["command"] == ["dwellhouse", "prepare"]


def test_our_services_share_one_image() -> None:
    assert len({str((SERVICES[name]["image"], SERVICES[name]["build"])) for name in OURS}) == 1
    for name in OURS:
        assert SERVICES[name]["cap_drop"] == ["ALL"], name
        assert SERVICES[name]["security_opt"] == ["no-new-privileges:true"], name
    assert re.search(r"^USER dwellhouse$", DOCKERFILE, flags=re.MULTILINE)


def test_the_image_can_be_built_for_a_user_that_it_has_already() -> None:
    """The command at the top of the compose file says 0 where root types it."""
    assert "--non-unique --uid ${USER_ID}" in DOCKERFILE


def test_dagster_gets_the_environment_of_the_stack() -> None:
    """By the image's launcher, which asks the same function, or from the compose file."""
    assert "from orchestration.runtime.environment import stack_environment" in DOCKERFILE
    assert "os.execvpe(sys.argv[1], sys.argv[1:], environment)" in DOCKERFILE
    for name in OF_DAGSTER:
        assert SERVICES[name]["entrypoint"] == ["with-stack-environment"]


def test_webserver_and_daemon_find_the_code_server() -> None:
    for name in ("webserver", "daemon"):
        expected = CodeAddress("code-server", CODE.port).environment
        assert expected.items() <= SERVICES[name]["environment"].items()
        for server in ("code-server", "run-server"):
            assert SERVICES[name]["depends_on"][server] == {"condition": "service_healthy"}
    assert str(CODE.port) in SERVICES["code-server"]["healthcheck"]["test"]


def test_settings_in_the_compose_file_are_settings_of_the_stack() -> None:
    urls = Warehouse(**{str(role): role for role in ROLES})
    passed_on = stack_environment(Settings(), urls) | CODE.environment
    fields = Settings.model_fields
    known = {PREFIX + name.upper() for name in fields}
    for name in OURS:
        for variable, value in SERVICES[name]["environment"].items():
            if variable.startswith(PREFIX):
                assert variable in known, f"{name}: {variable}"
            else:
                assert variable in passed_on or not value, f"{name}: {variable}"


def test_home_and_landing_are_where_the_volumes_are() -> None:
    for name in OURS:
        environment = SERVICES[name]["environment"]
        volumes = [volume.split(":") for volume in SERVICES[name]["volumes"]]
        mounted = {inside: outside for outside, inside in volumes}
        assert mounted[environment["DWELLHOUSE_LANDING"]] == "./landing"
        assert mounted[environment["DWELLHOUSE_HOME"]] == "state"
        assert environment["DAGSTER_HOME"] == environment["DWELLHOUSE_HOME"] + "/dagster"
    assert set(COMPOSE["volumes"]) == {"postgres", "state"}


def resolved(service: dict[str, Any], env_file: dict[str, str]) -> dict[str, str]:
    """Give a container's environment: `environment` wins over the file, from which it is filled."""
    filled = {
        name: re.sub(r"\$\{(\w+)[^}]*\}", lambda found: env_file[str(found[1])], value)
        for name, value in service["environment"].items()
    }
    return (env_file if service["env_file"] else {}) | filled


def test_only_who_prepares_or_transforms_knows_the_superuser() -> None:
    url = "postgresql://postgres:secretpw@elsewhere:5432/dwellhouse"
    env_file = {"POSTGRES_PASSWORD": "secretpw", f"{PREFIX}DATABASE_URL": url}
    told = {name: resolved(SERVICES[name], env_file) for name in OURS}
    knowing = {name for name in OURS if "secretpw" in str(told[name])}
    assert knowing == {"prepare", *OF_DAGSTER}
    for name in knowing:
        assert told[name][f"{PREFIX}DATABASE_URL"] == url.replace("elsewhere", "postgres")
        assert told[name]["POSTGRES_PASSWORD"] == ""


def test_what_is_blank_in_the_compose_file_can_be_blank(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        f"{PREFIX}DATABASE_URL", SERVICES["api"]["environment"][f"{PREFIX}DATABASE_URL"]
    )
    assert Settings().database_url is None


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "prepare"])
def test_a_service_that_stays_has_a_health_check(name: str) -> None:
    test = SERVICES[name]["healthcheck"]["test"]
    assert test[0] == "CMD"
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", SERVICES)
def test_ports_are_on_loopback_and_fit_what_listens(name: str) -> None:
    for published in SERVICES[name].get("ports", []):
        assert re.fullmatch(r"127\.0\.0\.1:\$\{DWELLHOUSE_\w+:-(\d+)\}:\1", published)
        [variable] = re.findall(r"\{(DWELLHOUSE_\w+):-(\d+)\}", published)
        fields = Settings.model_fields
        assert fields[variable[0].removeprefix(PREFIX).lower()].default == int(variable[1])
        assert variable[1] in str(SERVICES[name]["healthcheck"]["test"])


def test_nobody_starts_before_the_warehouse_is_prepared() -> None:
    for name in COMMANDS:
        conditions = SERVICES[name]["depends_on"]
        assert conditions["prepare"] == {"condition": "service_completed_successfully"}
        assert conditions["postgres"] == {"condition": "service_healthy"}
    assert SERVICES["prepare"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}


def test_what_the_stack_reads_is_copied_into_the_image() -> None:
    copied = (PROJECT_ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert "*" in copied
    for needed in (
        "dbt_project", "orchestration", "expectations", "serving", "workspace.yaml",
        "landing/sources",
    ):  # fmt: skip
        assert f"!{needed}" in copied
    assert "**/.env" in copied
    assert re.search(r"^WORKDIR /app\n", DOCKERFILE, flags=re.MULTILINE)
