"""What `dwellhouse up` supervises: Postgres, API, run and code server, webserver, daemon, guard."""

import os
import signal
import socket
import sys
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import psycopg

from orchestration.lib.building.dbt_build import DbtProject
from orchestration.lib.chosen_folder import HOME, LANDING, make_writable, usable
from orchestration.lib.landing.landing_files import Landing
from orchestration.lib.reading.source_profiles import read_source_profiles
from orchestration.runtime.embedded_postgres import EmbeddedPostgres
from orchestration.runtime.environment import (
    environment_of,
    environment_without_database,
    has_warm_runs,
    prepare_dagster_home,
    stack_environment,
)
from orchestration.runtime.listening import listeners, require_free_port
from orchestration.runtime.log_bounds import LogBounds
from orchestration.runtime.process_guard import ProcessGuard
from orchestration.runtime.run_server_client import RunServerClient
from orchestration.runtime.stack_state import StackError, StackState, only_stack
from orchestration.runtime.supervised_postgres import SupervisedPostgres
from orchestration.runtime.supervised_process import SupervisedProcess
from orchestration.runtime.warehouse import open_warehouse
from orchestration.runtime.warehouse_urls import Warehouse
from orchestration.runtime.worker_claim import RUN_WORKERS
from orchestration.settings import Settings
from serving.settings import PROJECT_ROOT

READY_SECONDS = 120.0
END_SECONDS = 8.0
# It holds nothing that could be lost, and would wait for the end of the tick that it serves.
CODE_SERVER_END_SECONDS = 1.0
PROBE_SECONDS = 0.1
NEEDS_NO_DATABASE = "run-server"
BINARIES = Path(sys.executable).parent
WORKSPACE = Path(__file__).parent / "workspace.yaml"


@dataclass(frozen=True)
class CodeAddress:
    """Where the code server listens."""

    host: str
    port: int

    @classmethod
    def free(cls) -> "CodeAddress":
        """Choose a free port on loopback."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return cls("127.0.0.1", probe.getsockname()[1])

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which the workspace finds the code server."""
        return {"DAGSTER_CODE_HOST": self.host, "DAGSTER_CODE_PORT": str(self.port)}

    def is_listening(self) -> bool:
        """Tell whether the code server serves; it does not listen before it has loaded the code."""
        with socket.socket() as probe:
            return probe.connect_ex((self.host, self.port)) == 0


def process_commands(settings: Settings, code: CodeAddress) -> dict[str, list[str]]:
    """Give the command of each process in the order of their start; containers run the same ones.

    First comes what imports longest. Webserver and daemon come after the code server, which they
    load the definitions from.
    """
    return {
        "run-server": [sys.executable, "-m", "orchestration.runtime.run_server"],
        "code-server": [
            str(BINARIES / "dagster"), "code-server", "start",
            "-h", code.host, "-p", str(code.port),
            "-m", "orchestration.definitions", "--location-name", "dwellhouse",
        ],
        "api": [sys.executable, "-m", "serving"],
        "webserver": [
            str(BINARIES / "dagster-webserver"),
            "-h", settings.dagster_host, "-p", str(settings.dagster_port), "-w", str(WORKSPACE),
        ],
        "daemon": [str(BINARIES / "dagster-daemon"), "run", "-w", str(WORKSPACE)],
    }  # fmt: skip


class Stack:
    """The processes of one home folder, from their start to their end."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._code = CodeAddress.free()
        self._stopping = False
        self._state = StackState(
            pid=os.getpid(),
            ready=False,
            dagster_url=f"http://{settings.dagster_host}:{settings.dagster_port}",
            api_url=f"http://{settings.api_host}:{settings.api_port}",
        )

    def run(self) -> None:
        """Start everything, say when it is ready, stay until a signal, end everything."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        make_writable(self._settings.home, HOME)
        with only_stack(self._settings.home, self._state):
            ports = [port for _, _, port in listeners(self._settings)]
            for name, host, port in listeners(self._settings):
                require_free_port(name, host, port, ports)
            make_folders(self._settings)
            guard = ProcessGuard()
            processes = self._processes(guard)
            try:
                self._start_early(processes)
                with open_warehouse(self._settings) as warehouse:
                    self._serve(processes, warehouse, guard)
            finally:
                _end(processes)
                guard.dismiss()

    def _start_early(self, processes: list[SupervisedProcess]) -> None:
        """Start what imports for seconds, and needs no database for it, while that is made."""
        for process in processes:
            if process.name == NEEDS_NO_DATABASE:
                process.start(environment_without_database(self._settings), PROJECT_ROOT)

    def _serve(
        self, processes: list[SupervisedProcess], warehouse: Warehouse, guard: ProcessGuard
    ) -> None:
        environment = stack_environment(self._settings, warehouse) | self._code.environment
        try:
            self._start(processes, environment)
            self._watch(processes, environment, guard)
        finally:
            _end(processes)  # before the database

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _processes(self, guard: ProcessGuard) -> list[SupervisedProcess]:
        home, started_at = self._settings.home, time.time()
        ready = {
            "webserver": lambda: _answers(f"{self._state.dagster_url}/server_info"),
            "code-server": self._code.is_listening,
            "run-server": RunServerClient(home / RUN_WORKERS).is_ready,
            "daemon": lambda: _daemon_has_ticked(Warehouse.of_home(home).dagster, since=started_at),
            "api": lambda: _answers(f"{self._state.api_url}/healthz"),
        }
        logs = home / "logs"
        commands = process_commands(self._settings, self._code)
        if not has_warm_runs(self._settings):
            del commands["run-server"]
        return [
            SupervisedProcess(name, command, logs / f"{name}.log", ready[name], guard)
            for name, command in commands.items()
        ]

    def _start(self, processes: list[SupervisedProcess], environment: Mapping[str, str]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        for process in processes:
            if process.name == "webserver":  # the others may go on importing meanwhile
                code_server = [known for known in processes if known.name == "code-server"]
                self._wait_until_ready(code_server, deadline)
            if process.name == NEEDS_NO_DATABASE:  # it has been started already
                continue
            process.start(environment_of(process.name, environment), PROJECT_ROOT)
        self._wait_until_ready(processes, deadline)
        if not self._stopping:
            self._state.write(self._settings.home, ready=True)
            print(
                "Dwellhouse is up.\n"
                f"  drop CSV files into  {self._settings.landing}\n"
                f"  Dagster              {self._state.dagster_url}\n"
                f"  API                  {self._state.api_url}/docs\n"
                f"  logs                 {self._settings.home / 'logs'}",
                flush=True,
            )

    def _wait_until_ready(self, processes: list[SupervisedProcess], deadline: float) -> None:
        for process in processes:
            while not self._stopping and not process.is_ready():
                if process.pid is None or time.monotonic() > deadline:
                    message = f"{process.name} did not start. The end of {process.log} says:\n"
                    raise StackError(message + process.last_words())
                time.sleep(PROBE_SECONDS)

    def _watch(
        self, processes: list[SupervisedProcess], environment: Mapping[str, str],
        guard: ProcessGuard,
    ) -> None:  # fmt: skip
        server = EmbeddedPostgres(self._settings.home)
        postgres = SupervisedPostgres(server)
        logs = LogBounds([server.log, *(process.log for process in processes)])
        while not self._stopping:
            guard.revive()
            logs.hold()
            if not self._settings.database_url:
                _revive(postgres)
            for process in processes:
                if process.revive(environment_of(process.name, environment), PROJECT_ROOT):
                    print(f"{process.name} had ended and was started again.", flush=True)
            time.sleep(PROBE_SECONDS)


def prepare(settings: Settings) -> None:
    """Make the folders and files that the processes expect to find, the parsed dbt project too."""
    make_folders(settings)
    DbtProject(settings.home / "dbt").manifest_path()


def make_folders(settings: Settings) -> None:
    """Make the folders of a home and of landing, with the chosen `dagster.yaml`."""
    landing = Landing(settings.landing)
    with usable(landing.folder, LANDING):
        for folder in (landing.folder, landing.archive, landing.quarantine):
            folder.mkdir(parents=True, exist_ok=True)
    read_source_profiles(landing.folder)
    prepare_dagster_home(settings)


def _revive(postgres: SupervisedPostgres) -> None:
    if postgres.revive():
        print("postgres had ended and was started again.", flush=True)
    elif postgres.failure:
        print(postgres.failure, flush=True)


def _end(processes: list[SupervisedProcess]) -> None:
    """End all at once, so that together they take no longer than the slowest."""
    now = time.monotonic()
    patience = {process.name: END_SECONDS for process in processes}
    patience["code-server"] = CODE_SERVER_END_SECONDS
    for process in processes:
        process.signal(signal.SIGTERM)
    for process in sorted(processes, key=lambda process: patience[process.name]):
        process.end(now + patience[process.name])


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310
            return bool(response.status == 200)
    except OSError:
        return False


def _daemon_has_ticked(dagster_url: str, since: float) -> bool:
    query = (
        "select count(*) from daemon_heartbeats where daemon_type = 'SENSOR' "
        "and timestamp > to_timestamp(%s) at time zone 'UTC'"
    )
    try:
        with psycopg.connect(dagster_url) as connection:
            row = connection.execute(query, [since]).fetchone()
    except psycopg.Error:
        return False
    return bool(row and row[0])
