"""Dagster's side of the warm runs: asks the run server for a worker, and tells how it fares.

All that leans on Dagster's inner surface is here: `ExecuteRunArgs`, which every launcher of Dagster
uses to say what a worker executes. A contract test runs against the installed version.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from dagster import DagsterRun, StringSource
from dagster._core.errors import DagsterLaunchFailedError
from dagster._core.launcher import CheckRunHealthResult, LaunchRunContext, RunLauncher, WorkerStatus
from dagster._grpc.types import ExecuteRunArgs
from dagster._serdes import ConfigurableClass, ConfigurableClassData

from orchestration.runtime.run_server_client import RunServerClient, RunServerError
from orchestration.runtime.worker_claim import WorkerClaims


class WarmRunLauncher(RunLauncher, ConfigurableClass):
    """Has runs executed by workers that the run server forks, with everything imported."""

    def __init__(self, folder: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._inst_data = inst_data
        self._server = RunServerClient(Path(folder))
        self._claims = WorkerClaims(Path(folder))
        super().__init__()  # type: ignore[no-untyped-call]

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        """What Dagster made this launcher from."""
        return self._inst_data

    @classmethod
    def config_type(cls) -> Mapping[str, Any]:
        """Give the launcher's options in `dagster.yaml`."""
        return {"folder": StringSource}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData, config_value: Mapping[str, Any]
    ) -> Self:
        """Make the launcher from its options."""
        return cls(inst_data=inst_data, **config_value)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Have a worker forked for the run; raises DagsterLaunchFailedError if none can be had."""
        run = context.dagster_run
        assert context.job_code_origin is not None
        arguments = ExecuteRunArgs(
            job_origin=context.job_code_origin,
            run_id=run.run_id,
            instance_ref=self._instance.get_ref(),
        )
        command = arguments.get_command_args()
        try:
            pid = self._server.launch(run.run_id, command[command.index("api") :])
        except RunServerError as error:
            raise DagsterLaunchFailedError(str(error)) from error  # type: ignore[no-untyped-call]
        self._instance.report_engine_event(f"A warm worker has the run (pid {pid}).", run)

    def terminate(self, run_id: str) -> bool:
        """Interrupt the run's worker; it reports the run as canceled by itself."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        self._instance.report_run_canceling(run)
        return self._server.terminate(run_id)

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Run monitoring can ask for a worker's health."""
        return True

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Tell whether the run's worker lives: a dead one leaves no run behind as started."""
        is_alive = self._claims.is_alive(run.run_id)
        if is_alive:
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        message = "The run has no worker." if is_alive is None else "The run's worker has ended."
        return CheckRunHealthResult(WorkerStatus.FAILED, message)
