"""Which loads readers can see: builds in turn, and a data version as the last step of each."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import psycopg
from psycopg.types.json import Jsonb

from orchestration.lib.building.dbt_result import ModelTest
from orchestration.lib.fault_points import reached
from orchestration.lib.statements import statement


@dataclass(frozen=True)
class DataVersion:
    """One consistent state of the marts, and the loads that it added to the one before."""

    version: int
    load_ids: list[int]


@contextmanager
def build_turn(connection: psycopg.Connection) -> Iterator[None]:
    """Wait until no other build runs, then hold the turn; a killed process gives it up at once."""
    connection.execute("select pg_advisory_lock(hashtext('dwellhouse.build'))")
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute("select pg_advisory_unlock_all()")


def unpublished_loads(connection: psycopg.Connection) -> list[int]:
    """Give the loads that no published version holds: a list, for loads commit out of order."""
    return [load_id for (load_id,) in connection.execute(statement("unpublished_loads"))]


def published_models(connection: psycopg.Connection) -> str | None:
    """Give the fingerprint of the models of the last version; None before the first."""
    row = connection.execute(
        "select coalesce(models, '') from marts.data_versions order by version desc limit 1"
    ).fetchone()
    return row[0] if row else None


def is_build_due(connection: psycopg.Connection, models: str) -> bool:
    """Tell whether the marts lack a load, or were built by other models than `models`."""
    return published_models(connection) != models or bool(unpublished_loads(connection))


def publish(
    connection: psycopg.Connection, run_id: str, models: str, tests: Sequence[ModelTest] = ()
) -> DataVersion:
    """Publish what the build has just read: the pending loads that it began with.

    `tests` are those that the build has run; of others, the earlier result stands.

    Call it within the build's turn; a load that came meanwhile is not among them and waits
    for the next build.
    """
    reached("before_publishing")
    results = Jsonb([asdict(test) for test in tests])
    values = {"run_id": run_id, "models": models, "tests": results}
    row = connection.execute(statement("publish"), values).fetchone()
    assert row is not None
    return DataVersion(version=row[0], load_ids=row[1])
