"""`dwellhouse demo`: a stack, a made-up month of visitors, and what came of it."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import cast

from orchestration.commands.dagster_runs import read_checks
from orchestration.commands.ledger_lines import LoadedFile, ledger_lines
from orchestration.commands.status import Status, open_status
from orchestration.lib.chosen_folder import HOME, LANDING, usable
from orchestration.lib.generation import Generation, write_csv
from orchestration.runtime.stack import END_SECONDS, READY_SECONDS
from orchestration.runtime.stack_state import StackError, StackState, running_stack
from orchestration.settings import Settings
from serving.settings import PROJECT_ROOT

POLL_SECONDS = 0.1
FINISH_SECONDS = 300.0


@dataclass(frozen=True)
class DemoResult:
    """What the demo shows at its end."""

    stack: StackState
    files: list[LoadedFile]
    status: Status
    checks: Mapping[str, list[str]]
    kpis: Mapping[str, object] | None
    """None where the API asks for a key: nobody has given the demo one."""


def start_in_background(settings: Settings) -> StackState:
    """Give the running stack of this home folder; start one if there is none."""
    state = running_stack(settings.home)
    if state is None or not state.ready:
        log = settings.home / "logs" / "stack.log"
        with usable(settings.home, HOME):
            log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("w") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "orchestration.cli", "up"],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                cwd=Path.cwd(), start_new_session=True,
                env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
            )  # fmt: skip
        state = _ready_stack(settings.home, process, log)
    return state


def make_month(settings: Settings) -> Path:
    """Write the demo's file and put it into landing whole, as a careful exporter would."""
    month = settings.landing / "demo_month.csv"
    with usable(settings.landing, LANDING):
        settings.landing.mkdir(parents=True, exist_ok=True)
        write_csv(month, Generation())
    return month


def finished_demo(settings: Settings, stack: StackState) -> DemoResult:
    """Wait until everything that was dropped is published; raises StackError after minutes."""
    reader = open_status(settings.home, settings.landing)
    deadline = time.monotonic() + FINISH_SECONDS
    while not (status := reader.read()).is_idle:
        if time.monotonic() > deadline:
            message = f"The demo's file is not published yet; look at {stack.dagster_url}/runs"
            raise StackError(message)
        time.sleep(POLL_SECONDS)
    files = ledger_lines(reader.loader)
    run_ids = [row[0] for row in reader.loader.execute("select distinct run_id from raw.loads")]
    checks = read_checks(reader.dagster, run_ids)
    return DemoResult(stack, files, status, checks, _kpis(stack.api_url))


def _kpis(api_url: str) -> Mapping[str, object] | None:
    try:
        with urllib.request.urlopen(f"{api_url}/v1/kpis", timeout=30) as response:  # noqa: S310
            return cast("Mapping[str, object]", json.load(response)["data"])
    except urllib.error.HTTPError as error:
        if error.code != HTTPStatus.UNAUTHORIZED:
            raise
        return None


def _ready_stack(home: Path, process: subprocess.Popen[bytes], log: Path) -> StackState:
    deadline = time.monotonic() + READY_SECONDS + END_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        state = running_stack(home)
        if state is not None and state.ready:
            return state
        time.sleep(POLL_SECONDS)
    message = f"The stack did not start:\n{log.read_text(encoding='utf-8', errors='replace')}"
    raise StackError(message)
