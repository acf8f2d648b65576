"""The launcher against the installed Dagster: what it leans on, and that it is a choice."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from dagster import DagsterInstance, DagsterRun
from dagster._cli import cli as dagster_cli
from dagster._core.code_pointer import ModuleCodePointer
from dagster._core.instance.ref import InstanceRef
from dagster._core.launcher import DefaultRunLauncher, RunLauncher, WorkerStatus
from dagster._core.origin import (
    DEFAULT_DAGSTER_ENTRY_POINT,
    JobPythonOrigin,
    RepositoryPythonOrigin,
)
from dagster._grpc.types import ExecuteRunArgs

from orchestration.runtime.environment import DAGSTER_YAML, has_warm_runs
from orchestration.runtime.warm_launcher import WarmRunLauncher
from orchestration.runtime.worker_claim import WorkerClaims
from orchestration.settings import Settings

Chosen = dict[str, Any]


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Chosen:
    """The shipped dagster.yaml, with what it reads from the environment."""
    for name in ("DAGSTER_STORAGE_URL", "DAGSTER_COMPUTE_LOGS", "DAGSTER_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("DAGSTER_RUN_WORKERS", str(tmp_path / "run-workers"))
    return dict(yaml.safe_load(DAGSTER_YAML.read_text(encoding="utf-8")))


def launcher_of(chosen: Mapping[str, Any], folder: Path) -> RunLauncher[DagsterInstance]:
    """Give the launcher that Dagster makes of a dagster.yaml; raises if it is not accepted."""
    (folder / "dagster.yaml").write_text(yaml.safe_dump(chosen), encoding="utf-8")
    launcher = InstanceRef.from_dir(str(folder)).run_launcher
    assert launcher is not None
    return launcher


def test_the_shipped_file_chooses_the_warm_launcher(chosen: Chosen, tmp_path: Path) -> None:
    launcher = launcher_of(chosen, tmp_path)
    assert isinstance(launcher, WarmRunLauncher)
    assert launcher.supports_check_run_worker_health
    assert has_warm_runs(Settings(dagster_yaml=None))


def test_another_launcher_is_two_lines(chosen: Chosen, tmp_path: Path) -> None:
    chosen["run_launcher"] = {"module": "dagster", "class": "DefaultRunLauncher"}
    assert isinstance(launcher_of(chosen, tmp_path), DefaultRunLauncher)
    assert not has_warm_runs(Settings(dagster_yaml=tmp_path / "dagster.yaml"))


def test_a_worker_executes_what_every_launcher_of_dagster_asks_for() -> None:
    """The command is cut at `api`; the command line that is preloaded knows the rest of it."""
    repository = RepositoryPythonOrigin(
        sys.executable, ModuleCodePointer("orchestration.definitions", "defs"),
        entry_point=DEFAULT_DAGSTER_ENTRY_POINT,
    )  # fmt: skip
    job = JobPythonOrigin("ingest_job", repository)
    command = ExecuteRunArgs(job_origin=job, run_id="run", instance_ref=None).get_command_args()
    api, name, *rest = command[command.index("api") :]
    known = dagster_cli.commands[api].commands[name]
    given = json.loads(known.make_context(name, rest).params["input_json"])
    assert given["pipeline_run_id"] == "run"


def test_a_worker_is_healthy_as_long_as_it_holds_its_claim(tmp_path: Path) -> None:
    launcher, run = WarmRunLauncher(str(tmp_path)), DagsterRun(job_name="ingest_job")
    never_had_one = launcher.check_run_worker_health(run)
    assert (never_had_one.status, never_had_one.msg) == (
        WorkerStatus.FAILED, "The run has no worker.",
    )  # fmt: skip
    with WorkerClaims(tmp_path).take(run.run_id):
        assert launcher.check_run_worker_health(run).status == WorkerStatus.RUNNING
    ended = launcher.check_run_worker_health(run)
    assert (ended.status, ended.msg) == (WorkerStatus.FAILED, "The run's worker has ended.")
