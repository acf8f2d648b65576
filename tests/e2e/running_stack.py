"""A real stack as its users have it: started, given files, asked, ended."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from bench.parent_death import end_with_parent
from orchestration.commands.verification import verified
from orchestration.lib.fault_points import VARIABLE
from orchestration.runtime.warehouse_urls import Warehouse
from orchestration.settings import Settings
from serving.settings import ENV_FILE_NAME, PREFIX, PROJECT_ROOT
from tests.free_ports import free_port
from tests.waiting import until

START_SECONDS = 150.0
FINISH_SECONDS = 180.0
END_SECONDS = 10.0
EVENTS = """
{ logsForRun(runId: "%s", limit: 1000) { ... on EventConnection { events { __typename
  ... on MaterializationEvent { assetKey { path } }
  ... on AssetCheckEvaluationEvent { evaluation { checkName success severity assetKey { path } } }
} } } }
"""
MESSAGES = """
{ logsForRun(runId: "%s", limit: 1000) { ... on EventConnection { events {
  ... on MessageEvent { message }
} } } }
"""
CHECKS = """
{ assetNodes { assetKey { path } assetChecksOrError { ... on AssetChecks { checks {
  name executionForLatestMaterialization { status }
} } } } }
"""
TERMINATE = """
mutation { terminateRun(runId: "%s") { __typename ... on TerminateRunSuccess { run { status } } } }
"""
RUNS = "{ runsOrError(limit: 100) { ... on Runs { results { runId status } } } }"


def visits(count: int, camera: str) -> str:
    """Give rows of as many visits of five minutes each, all at another camera than other tests'."""
    begin = datetime(2026, 3, 2, 8)  # noqa: DTZ001
    rows = []
    for number in range(count):
        at = begin + timedelta(minutes=number)
        rows.append(f"{at},{camera}-p{number},{camera},entry\n")
        rows.append(f"{at + timedelta(minutes=5)},{camera}-p{number},{camera},exit\n")
    return "".join(rows)


@dataclass
class RunningStack:
    """One home folder with its landing folder and ports, and the `up` that serves it."""

    folder: Path
    api_port: int = field(default_factory=free_port)
    dagster_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    settings: dict[str, str] = field(default_factory=dict)
    verified_version: int = 0

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def landing(self) -> Path:
        return self.folder / "landing"

    @property
    def told(self) -> str:
        """What `up` has printed."""
        return (self.folder / "up.log").read_text(encoding="utf-8")

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith(PREFIX)},
            "PYTHONPATH": str(PROJECT_ROOT),
            ENV_FILE_NAME: os.devnull,
            VARIABLE: str(self.folder / "orders"),
            "DWELLHOUSE_HOME": str(self.home),
            "DWELLHOUSE_LANDING": str(self.landing),
            "DWELLHOUSE_API_PORT": str(self.api_port),
            "DWELLHOUSE_DAGSTER_PORT": str(self.dagster_port),
            "DWELLHOUSE_SETTLE_SECONDS": "0.5",
            "DWELLHOUSE_CHUNK_ROWS": "400",
            **self.settings,
        }

    def start(self) -> None:
        """Start it and wait until it says that it is up."""
        with (self.folder / "up.log").open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "orchestration.cli", "up"], env=self.environment,
                cwd=self.folder, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
                preexec_fn=end_with_parent,
            )  # fmt: skip
        until(self._is_up, START_SECONDS, lambda: self.told)

    def _is_up(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.told
        return self.told.startswith("Dwellhouse is up.")

    def stop(self) -> float:
        """End it as Ctrl-C would; gives the seconds that it took."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(END_SECONDS * 4)
        finally:
            self.process.kill()
            self.process = None
        return time.monotonic() - began

    def kill(self) -> None:
        """End the supervisor as an emergency of the machine would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.process = None

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `dwellhouse` with the settings of this stack."""
        return subprocess.run(
            [sys.executable, "-m", "orchestration.cli", *arguments], env=self.environment,
            cwd=self.folder, capture_output=True, text=True, check=False, timeout=FINISH_SECONDS,
        )  # fmt: skip

    def drop(self, **files: str | bytes) -> None:
        """Put CSV files into the landing folder, each whole at once."""
        for name, content in files.items():
            draft = self.landing / f"{name}.csv.part"
            draft.write_bytes(content if isinstance(content, bytes) else content.encode())
            draft.rename(self.landing / f"{name}.csv")

    def finished(self) -> dict[str, Any]:
        """Wait until everything dropped is published or set aside; gives the status then."""
        result = self.command("status", "--wait", "--json", "--timeout", str(FINISH_SECONDS - 10))
        assert result.returncode == 0, result.stderr + self.told
        status: dict[str, Any] = json.loads(result.stdout)
        return status

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the database as the role that may read raw and marts."""
        with psycopg.connect(Warehouse.of_home(self.home).transformer) as connection:
            return connection.execute(query).fetchall()

    def differing_marts(self) -> list[str]:
        """Rebuild and compare, as `dwellhouse verify` does; what was compared once is let be."""
        [(version,)] = self.ask("select coalesce(max(version), 0) from marts.data_versions")
        if version == self.verified_version:
            return []
        compared = verified(Settings(home=self.home, landing=self.landing))
        differing = [str(mart) for mart in compared if not mart.is_equal]
        if not differing:
            self.verified_version = version
        return differing

    def rejected_rows(self, file_name: str) -> list[tuple[Any, ...]]:
        """Give line number and reason of each row of a file that was set aside."""
        return self.ask(
            "select line_number, rejected_rows.reason_code "
            "from raw.rejected_rows join raw.loads using (load_id) "
            f"where file_name = '{file_name}' order by line_number"
        )

    def has_stored(self, file_name: str) -> bool:
        """Tell whether a file is loaded and has been moved out of landing."""
        return bool(
            self.ask(
                f"select 1 from raw.loads where file_name = '{file_name}' "
                "and status = 'loaded' and stored_as is not null"
            )
        )

    def load_of(self, file_name: str) -> dict[str, Any]:
        """Give the last entry of the ledger for a file."""
        columns = "status rows_read rows_loaded rows_rejected reason_code reason stored_as run_id"
        [row] = self.ask(
            f"select {columns.replace(' ', ', ')} from raw.loads "
            f"where file_name = '{file_name}' order by load_id desc limit 1"
        )
        return dict(zip(columns.split(), row, strict=True))

    def api(self, path: str) -> dict[str, Any]:
        """Get a JSON document from the API."""
        url = f"http://127.0.0.1:{self.api_port}{path}"
        try:
            with urllib.request.urlopen(url, timeout=30) as response:
                return dict(json.load(response))
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from error

    def dagster(self, query: str) -> dict[str, Any]:
        """Ask Dagster's webserver, as its UI does."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.dagster_port}/graphql",
            json.dumps({"query": query}).encode(), {"Content-Type": "application/json"},
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=60) as response:
            answer = json.load(response)
        assert "errors" not in answer, answer
        return dict(answer["data"])

    def runs(self) -> dict[str, str]:
        """Give the status of the last runs by their ids."""
        results = self.dagster(RUNS)["runsOrError"]["results"]
        return {run["runId"]: run["status"] for run in results}

    def terminate(self, run_id: str) -> str:
        """Ask for a run's end as the UI does; gives the kind of answer."""
        return str(self.dagster(TERMINATE % run_id)["terminateRun"]["__typename"])

    def engine_events(self, run_id: str) -> str:
        """Give what the launcher and the worker have said of a run."""
        events = self.dagster(MESSAGES % run_id)["logsForRun"]["events"]
        return "\n".join(event["message"] for event in events)

    def events_of(self, run_id: str) -> tuple[set[str], dict[str, tuple[bool, str]]]:
        """Give the assets that the run materialized, and its checks: (passed, severity)."""
        materialized, checks = set(), {}
        for event in self.dagster(EVENTS % run_id)["logsForRun"]["events"]:
            if event["__typename"] == "MaterializationEvent":
                materialized.add("/".join(event["assetKey"]["path"]))
            elif event["__typename"] == "AssetCheckEvaluationEvent":
                check = event["evaluation"]
                name = f"{'/'.join(check['assetKey']['path'])}.{check['checkName']}"
                checks[name] = check["success"], check["severity"]
        return materialized, checks

    def shown_checks(self) -> dict[str, str]:
        """Give how each check ended, as the pages of the assets show it."""
        shown = {}
        for asset in self.dagster(CHECKS)["assetNodes"]:
            for check in asset["assetChecksOrError"].get("checks", []):
                last = check["executionForLatestMaterialization"] or {"status": "NOT EVALUATED"}
                shown[f"{'/'.join(asset['assetKey']['path'])}.{check['name']}"] = last["status"]
        return shown

    def processes(self) -> dict[int, str]:
        """Give all living processes that belong to this home folder, by their ids."""
        found, mark = {}, str(self.home).encode()
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                command = (entry / "cmdline").read_bytes()
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            if mark in command or b"DWELLHOUSE_HOME=" + mark in environment:
                found[int(entry.name)] = command.replace(b"\0", b" ").decode()
        return found

    def supervised(self) -> dict[int, str]:
        """Give those of the processes that `up` itself has started."""
        assert self.process is not None
        task = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        children = {int(pid) for pid in task.read_text().split()}
        return {pid: command for pid, command in self.processes().items() if pid in children}
