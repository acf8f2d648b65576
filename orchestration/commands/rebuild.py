"""All marts made anew from raw, in the turn of a build, without a run of Dagster."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from orchestration.lib.building.dbt_build import DbtProject
from orchestration.lib.building.dbt_models import models_fingerprint, variables_of
from orchestration.lib.building.publication import DataVersion, build_turn
from orchestration.lib.building.warehouse_build import BuildScope, build
from orchestration.lib.foreseen_error import ForeseenError
from orchestration.runtime.warehouse import open_warehouse
from orchestration.settings import Settings

RUN_ID = "dwellhouse rebuild"


class RebuildError(ForeseenError):
    """dbt could not build all marts; the text says which failed, and why."""


@dataclass(frozen=True)
class Turn:
    """All that a build needs, while it is this process's turn to build."""

    connection: psycopg.Connection
    project: DbtProject
    url: str
    variables: dict[str, object]


@contextmanager
def turn_to_build(settings: Settings) -> Iterator[Turn]:
    """Wait for the turn to build, then hold it; starts the embedded server if it does not run."""
    with (
        open_warehouse(settings) as warehouse,
        psycopg.connect(warehouse.transformer, autocommit=True) as connection,
        build_turn(connection),
    ):
        project = DbtProject(settings.home / "dbt")
        yield Turn(connection, project, warehouse.transformer, variables_of(settings))


def rebuilt(settings: Settings) -> DataVersion:
    """Make all marts anew and publish them; raises RebuildError."""
    with turn_to_build(settings) as turn:
        result, version = build(
            turn.connection, turn.project, turn.url, turn.variables,
            models_fingerprint(turn.variables), RUN_ID,
            BuildScope("asked for", has_other_models=True),
        )  # fmt: skip
    if version is None:
        message = f"The marts could not be built; the last version stands.\n{result.explanation}"
        raise RebuildError(message)
    return version
