"""Dagster's home, and what the processes of a stack are passed."""

import signal
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from orchestration.runtime.environment import (
    DAGSTER_YAML,
    prepare_dagster_home,
    stack_environment,
)
from orchestration.runtime.process_guard import ProcessGuard
from orchestration.runtime.stack import Stack
from orchestration.runtime.warehouse_urls import ROLES, Warehouse
from orchestration.settings import Settings, SettingsError
from serving.settings import ENV_FILE_NAME
from tests.waiting import until


def test_the_shipped_or_the_chosen_file_is_put_where_dagster_looks(tmp_path: Path) -> None:
    folder = prepare_dagster_home(Settings(home=tmp_path, dagster_yaml=None))
    assert (folder / "dagster.yaml").read_text() == DAGSTER_YAML.read_text()
    chosen = tmp_path / "mine.yaml"
    chosen.write_text("telemetry: {enabled: false}\n")
    prepare_dagster_home(Settings(home=tmp_path, dagster_yaml=chosen))
    assert (folder / "dagster.yaml").read_text() == chosen.read_text()


def test_a_chosen_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    told = r"DWELLHOUSE_DAGSTER_YAML = '.*none\.yaml': there is no such file"
    with pytest.raises(SettingsError, match=told):
        prepare_dagster_home(Settings(home=tmp_path, dagster_yaml=tmp_path / "none.yaml"))


def test_processes_read_the_same_file_of_settings_from_their_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(Settings.model_config, "env_file", tmp_path / "mine.env")
    urls = Warehouse(**{str(role): role for role in ROLES})
    passed_on = stack_environment(Settings(home=tmp_path), urls)
    assert passed_on[ENV_FILE_NAME] == str(tmp_path / "mine.env")


@dataclass
class Passing:
    """A process of a stack that keeps what it is passed, and is up at once."""

    name: str
    passed: list[Mapping[str, str]]
    pid: int = 1
    log: Path = Path("never-written.log")

    def is_ready(self) -> bool:
        return True

    def start(self, environment: Mapping[str, str], _folder: Path) -> None:
        self.passed.append(environment)

    def revive(self, environment: Mapping[str, str], folder: Path) -> bool:
        self.start(environment, folder)
        return True


def test_the_api_is_started_and_revived_without_what_reaches_beyond_its_roles(
    tmp_path: Path,
) -> None:
    settings = Settings(home=tmp_path, database_url="postgresql://admin:hidden@db.example/shop")
    environment = stack_environment(
        settings, Warehouse(**{str(role): f"url of {role}" for role in ROLES})
    )
    stack = Stack(settings)
    processes: list[Any] = [Passing("api", []), Passing("daemon", [])]
    guard = ProcessGuard()
    stack._start(processes, environment)
    with ThreadPoolExecutor() as watching:
        watched = watching.submit(stack._watch, processes, environment, guard)
        until(lambda: len(processes[1].passed) > 1)
        stack._stop(signal.SIGTERM, None)
        watched.result()
    guard.dismiss()
    reaching = {"DWELLHOUSE_DATABASE_URL", "DAGSTER_STORAGE_URL"}
    for passed in processes[0].passed:
        assert environment.items() - passed.items() == {
            (name, environment[name]) for name in reaching
        }
    assert all(passed == environment for passed in processes[1].passed)
