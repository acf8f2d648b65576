"""One build of the marts: how much of them, dbt, then a data version."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import psycopg

from orchestration.lib.building.dbt_build import SEEDS, DbtProject, OnEvent
from orchestration.lib.building.dbt_environment import LOCK_TIMEOUT
from orchestration.lib.building.dbt_result import DbtResult
from orchestration.lib.building.publication import DataVersion, publish, published_models
from orchestration.lib.building.scratch import SCRATCH, emptied, in_place
from orchestration.lib.building.table_statistics import outdated, renew
from orchestration.lib.statements import statement

# What no data can break, only another version of the project: keys that a grouping makes,
# references that a join makes, lengths from a start to its end. Builds of the models that are
# published leave it out.
STATIC_TESTS = (
    "test_name:is_key", "test_name:unique", "test_name:not_null", "test_name:relationships",
    "test_name:accepted_values", "test_name:is_known_timezone", "test_name:is_never_negative",
)  # fmt: skip
# What a build need not make that adds to such models.
STATIC = ("config.materialized:view", SEEDS, *STATIC_TESTS)

# For one transaction, what the connections have that dbt opens itself.
SESSION = f"set local lock_timeout = '{LOCK_TIMEOUT}'; set local timezone = 'UTC'"

# Rebuilding costs less than finding what most of the data touches, where there is much of it.
PENDING_SHARE = 0.5
PENDING_ROWS = 200_000


@dataclass(frozen=True)
class BuildScope:
    """How much of the marts a build makes anew; `reason` says why all of them, if all.

    `load_ids` are the loads that a partial build adds. They are those by which it was decided: one
    that came a moment later might have called for all marts.
    """

    reason: str | None
    has_other_models: bool = False
    load_ids: Sequence[int] = ()

    @property
    def is_full(self) -> bool:
        """Tell whether all tables are made anew from raw."""
        return self.reason is not None

    @property
    def left_out(self) -> tuple[str, ...]:
        """What the build need not do."""
        if self.has_other_models:
            return ()
        return (SEEDS, *STATIC_TESTS) if self.is_full else STATIC

    @property
    def explanation(self) -> str:
        """What the build will do, as a sentence."""
        if self.is_full:
            return f"All marts are made anew: {self.reason}."
        return "What the new loads touch is made anew."


def build_scope(connection: psycopg.Connection, models: str) -> BuildScope:
    """Tell whether the pending loads can be added to the tables as they are.

    A partial build relies on tables of the same models, and on cameras that stay at their sites.
    """
    published = published_models(connection)
    if published is None:
        return BuildScope("no version is published yet", has_other_models=True)
    if published != models:
        return BuildScope("models, seeds or settings have changed", has_other_models=True)
    moved, pending_rows, pending_share, load_ids = _pending(connection)
    if moved is not None:
        return BuildScope(f"camera {moved} is at another site now")
    if pending_rows > PENDING_ROWS and pending_share > PENDING_SHARE:
        return BuildScope("most of the data is new")
    return BuildScope(None, load_ids=load_ids)


def build(
    connection: psycopg.Connection, project: DbtProject, url: str,
    variables: Mapping[str, object], models: str, run_id: str,
    scope: BuildScope, on_event: OnEvent | None = None,
) -> tuple[DbtResult, DataVersion | None]:  # fmt: skip
    """Build in the turn that `connection` holds, then publish; gives no version after a failure.

    Readers see what it does at once, with the version. One that fails or is killed has done nothing
    but to `scratch`. Raises TableInUseError.
    """
    if scope.is_full:
        with emptied(connection):
            result = project.build(
                url, variables, on_event, exclude=scope.left_out, full_refresh=True, schema=SCRATCH
            )
            if not result.success:
                return result, None
            with in_place(connection, project.homes()):
                return result, publish(connection, run_id, models, result.tests)
    version, changed = None, []
    # What a connection that is lost makes of the way back is no news.
    with suppress(psycopg.Rollback), connection.transaction() as whole:
        connection.execute(SESSION)
        connection.execute(statement("note_attempt"), {"load_ids": list(scope.load_ids)})
        added = {**variables, "judge_touched_only": True}
        result = project.build(url, added, on_event, exclude=scope.left_out, connection=connection)
        if not result.success:
            raise psycopg.Rollback(whole)
        version = publish(connection, run_id, models, result.tests)
        changed = outdated(connection)
    renew(connection, changed)
    return result, version


def _pending(connection: psycopg.Connection) -> tuple[str | None, int, float, list[int]]:
    """Give a camera that the pending loads move, if any, their rows, and those' share of all.

    The last of the four are the loads themselves.
    """
    row = connection.execute(statement("pending_loads")).fetchone()
    assert row is not None
    return row[0], int(row[1]), float(row[2]), row[3]
