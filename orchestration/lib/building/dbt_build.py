"""Runs the dbt project inside this process: no new interpreter, no second parse.

dbt keeps its flags, adapters and loggers in globals, so one process runs one command at a time.
"""

import json
import threading
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.lib.building.dbt_environment import database_of, dbt_environment
from orchestration.lib.building.dbt_manifest import fingerprint, is_parsed, mark_parsed, parsing
from orchestration.lib.building.dbt_result import DbtResult, result_of
from orchestration.lib.building.memory_folder import (
    forget_ownerless,
    keep_in_memory,
    path_in_memory,
)
from orchestration.lib.fault_points import reached
from orchestration.lib.foreseen_error import ForeseenError

if TYPE_CHECKING:
    import psycopg
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest
    from dbt_common.events.base_types import EventMsg

PROJECT_FOLDER = Path(__file__).resolve().parents[3] / "dbt_project"

FAULT_POINT_OF_EVENT = {"LogStartLine": "mid_dbt", "LogModelResult": "between_models"}

SEEDS = "resource_type:seed"

# More than wait for one connection at a time, so that the next statements are at hand.
THREADS_OF_A_CONNECTION = 8

DbtEvent = Mapping[str, Mapping[str, object]]
OnEvent = Callable[[DbtEvent], None]

_one_at_a_time = threading.RLock()


class DbtError(ForeseenError):
    """dbt could not even read the project; the text says why."""


class DbtProject:
    """The dbt project; what dbt writes goes to `target_path`, never into the checkout."""

    def __init__(self, target_path: Path, folder: Path = PROJECT_FOLDER) -> None:
        self.target_path = target_path
        self.folder = folder
        self._manifest: Manifest | None = None
        self._parsed: str | None = None

    def manifest_path(self) -> Path:
        """Give the path of `manifest.json`, parsed anew where the project has changed since.

        Needs no database. Raises DbtError if the project cannot be parsed.
        """
        current = fingerprint(self.folder)
        if not is_parsed(self.target_path, current):
            with parsing(self.target_path):  # another process may be at it: its result will do
                is_new = is_parsed(self.target_path, current)
            if not is_new:
                with _one_at_a_time:
                    self._current_manifest()
        return self.target_path / "manifest.json"

    def preload(self) -> None:
        """Import dbt, parse and compile the project now: each build of a fork finds that done."""
        from orchestration.lib.building.dbt_internals.compiled_templates import compile_now

        forget_ownerless()
        with _one_at_a_time:
            compile_now(self._current_manifest())

    def build(
        self,
        transformer_url: str,
        variables: Mapping[str, object],
        on_event: OnEvent | None = None,
        *,
        select: Sequence[str] = (),
        exclude: Sequence[str] = (),
        full_refresh: bool = False,
        schema: str | None = None,
        connection: "psycopg.Connection | None" = None,
    ) -> DbtResult:
        """Run seeds, models and data tests in the order of the graph, all of them by default.

        `on_event` gets dbt's structured events above debug level, one at a time, also from dbt's
        threads; it must not raise. `schema` takes all that is made in place of their own schemas;
        seeds that are left out are read where they are. With a `connection` all is done in its
        transaction, which stays open; after a failure it is good for nothing but a rollback.
        """
        arguments = ["build", "--exclude-resource-type", "unit_test", "exposure"]
        arguments += _selection(select, exclude) + ["--full-refresh"] * full_refresh
        if connection is not None:
            arguments += ["--no-populate-cache", "--threads", str(THREADS_OF_A_CONNECTION)]
        made = ("model",) if SEEDS in exclude else ("model", "seed")
        return self._run(
            arguments, transformer_url, variables, on_event, schema, made, connection, is_build=True
        )

    def homes(self) -> dict[str, str]:
        """Give the schema of each table and view that builds make, by its name."""
        from orchestration.lib.building.dbt_internals.node_relations import homes

        with _one_at_a_time:
            return homes(self._current_manifest())

    def unit_tests(
        self, transformer_url: str, variables: Mapping[str, object], on_event: OnEvent | None = None
    ) -> DbtResult:
        """Run the dbt unit tests; the models must have been built in that database."""
        arguments = ["test", "--select", "test_type:unit"]
        return self._run(arguments, transformer_url, variables, on_event)

    def write_page(
        self, transformer_url: str, variables: Mapping[str, object], target_path: Path
    ) -> Path:
        """Write the documentation of models, columns, tests and lineage as one HTML page.

        It needs nothing but itself. Types and sizes are those of the tables that there are in the
        database. Raises DbtError.
        """
        arguments = ["docs", "generate", "--static", "--vars", json.dumps(variables, default=str)]
        with _one_at_a_time, dbt_environment(transformer_url):
            outcome = self._invoke(arguments, target_path)
        if not outcome.success:
            raise DbtError(result_of(outcome).explanation)
        return target_path / "static_index.html"

    def _run(
        self,
        arguments: list[str],
        url: str,
        variables: Mapping[str, object],
        on_event: OnEvent | None,
        schema: str | None = None,
        made: Container[str] = (),
        connection: "psycopg.Connection | None" = None,
        *,
        is_build: bool = False,
    ) -> DbtResult:
        from orchestration.lib.building.dbt_internals.connections import lent
        from orchestration.lib.building.dbt_internals.macros import with_macros_in_use
        from orchestration.lib.building.dbt_internals.node_relations import point_at

        arguments = [*arguments, "--no-write-json", "--vars", json.dumps(variables, default=str)]
        with _one_at_a_time:
            manifest = self._current_manifest()
            if is_build:
                manifest = with_macros_in_use(manifest)
            point_at(manifest, database_of(url), schema, made)
            with dbt_environment(url), lent(connection):
                run_path = keep_in_memory(self.target_path)
                return result_of(self._invoke(arguments, run_path, manifest, on_event))

    @property
    def run_path(self) -> Path:
        """The folder for the SQL that dbt writes of each node: in memory, for few ever read it."""
        return path_in_memory(self.target_path)

    def _current_manifest(self) -> "Manifest":
        """Give the parsed project of this process, while no file of it has changed.

        The operator's variables are used by SQL only, which dbt renders at each run; so one parse
        serves all values of them.
        """
        current = fingerprint(self.folder)
        if self._manifest is None or self._parsed != current:
            with parsing(self.target_path):
                outcome = self._invoke(["parse"], self.target_path)
                if not outcome.success:
                    raise DbtError(result_of(outcome).explanation)
                mark_parsed(self.target_path, current)
            self._manifest, self._parsed = outcome.result, current
        return self._manifest

    def _invoke(
        self,
        arguments: list[str],
        target_path: Path,
        manifest: "Manifest | None" = None,
        on_event: OnEvent | None = None,
    ) -> "dbtRunnerResult":
        from dbt.cli.main import dbtRunner  # seconds: only who runs dbt pays for it

        from orchestration.lib.building.dbt_internals.connections import keep_connections
        from orchestration.lib.building.dbt_internals.debug_events import make_heard_ones_only
        from orchestration.lib.building.dbt_internals.flag_sources import skip_the_search

        skip_the_search()
        keep_connections()
        make_heard_ones_only()
        callbacks = [_forwarded_to(on_event)] if on_event else []
        folders = {
            "--project-dir": self.folder, "--profiles-dir": self.folder,
            "--target-path": target_path, "--log-path": target_path,
        }  # fmt: skip
        paths = [str(part) for pair in folders.items() for part in pair]
        silence = ["--no-use-colors", "--log-level", "none", "--log-level-file", "none"]
        outcome = dbtRunner(manifest, callbacks).invoke([*arguments, *paths, *silence])
        if outcome.exception and not isinstance(outcome.exception, Exception):
            raise outcome.exception  # an interrupt, which dbt turns into a result
        return outcome


def _selection(select: Iterable[str], exclude: Iterable[str]) -> list[str]:
    chosen = {"--select": list(select), "--exclude": list(exclude)}
    return [part for name, values in chosen.items() if values for part in (name, *values)]


def _forwarded_to(on_event: OnEvent) -> "Callable[[EventMsg], None]":
    from dbt_common.events.functions import msg_to_dict

    taking_turns = threading.Lock()

    def forward(message: "EventMsg") -> None:
        if message.info.level != "debug":  # some are made at a level that is known later
            with taking_turns:
                on_event(msg_to_dict(message))
            if message.info.name in FAULT_POINT_OF_EVENT:
                reached(FAULT_POINT_OF_EVENT[message.info.name])

    return forward
