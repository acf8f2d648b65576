"""Whether the marts are what a rebuild from raw would give, table by table and row by row."""

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from orchestration.commands.rebuild import RebuildError, Turn, turn_to_build
from orchestration.lib.building.dbt_build import SEEDS
from orchestration.lib.building.dbt_models import models_fingerprint
from orchestration.lib.building.publication import published_models
from orchestration.lib.building.scratch import SCRATCH, emptied
from orchestration.lib.building.warehouse_build import build_scope
from orchestration.lib.statements import statement
from orchestration.settings import Settings

SHOWN = 3
# What of a mart is compared, where that is not its rows as they are.
COMPARABLE = {
    "agg_attendance_daily": "comparable_attendance",
    "agg_attendance_hourly": "comparable_attendance",
    "dim_persons": "comparable_persons",
}

TABLES = """
select tablename from pg_tables
where schemaname = 'scratch' and tablename ~ '^(dim|fct|agg|quality)_' order by tablename
"""


@dataclass(frozen=True)
class Comparison:
    """One mart beside its rebuild: its rows, how many differ, and the first of these as text.

    A difference starts with - if only the mart has the row.
    """

    mart: str
    rows: int
    differing: int
    shown: Sequence[str]

    @property
    def is_equal(self) -> bool:
        """Tell whether the mart holds the same rows as its rebuild."""
        return not self.differing

    def __str__(self) -> str:
        """Give a line, and the first differences below it."""
        if self.is_equal:
            return f"equal   {self.mart}: {self.rows:,} rows"
        heading = f"DIFFERS {self.mart}: {self.differing:,} rows (- mart, + rebuild)"
        return "\n".join([heading, *(f"        {row}" for row in self.shown)])


def verified(settings: Settings) -> list[Comparison]:
    """Rebuild the published loads into scratch tables and compare; raises RebuildError.

    Takes as long as a full build, and its turn: files load meanwhile and are published afterwards.
    """
    with turn_to_build(settings) as turn:
        _require_same_models(turn)
        return compared(turn)


def _require_same_models(turn: Turn) -> None:
    """Refuse to compare what two definitions make: they differ, or have other columns."""
    models = models_fingerprint(turn.variables)
    if published_models(turn.connection) is None:
        return  # there is nothing to verify, whatever the models
    scope = build_scope(turn.connection, models)
    if scope.has_other_models:
        message = (
            f"The marts cannot be verified, for {scope.reason}. "
            "Make them anew first: dwellhouse rebuild"
        )
        raise RebuildError(message)


def compared(turn: Turn) -> list[Comparison]:
    """Compare all marts with a rebuild in the turn that is held; raises RebuildError."""
    if published_models(turn.connection) is None:
        message = "Nothing to verify: no version is published yet. Load a file first."
        raise RebuildError(message)
    with emptied(turn.connection):
        _rebuild(turn)
        names = [name for (name,) in turn.connection.execute(TABLES)]
        return [_comparison(turn.connection, name) for name in names]


def _rebuild(turn: Turn) -> None:
    result = turn.project.build(
        turn.url, {**turn.variables, "published_loads_only": True},
        exclude=[SEEDS, "resource_type:test"],
        full_refresh=True, schema=SCRATCH,
    )  # fmt: skip
    if not result.success:
        message = f"The scratch tables could not be built.\n{result.explanation}"
        raise RebuildError(message)


def _comparison(connection: psycopg.Connection, mart: str) -> Comparison:
    query = sql.SQL(statement("mart_differences")).format(
        mart=sql.Identifier(mart), shown=sql.Literal(SHOWN),
        mart_rows=_rows("marts", mart), rebuilt_rows=_rows(SCRATCH, mart),
    )  # fmt: skip
    counts = connection.execute(query).fetchone()
    assert counts is not None  # an aggregate is one row, whatever there is
    return Comparison(mart, *counts)


def _rows(schema: str, mart: str) -> sql.Composed:
    query = statement(COMPARABLE[mart]) if mart in COMPARABLE else "select * from {schema}.{mart}"
    return sql.SQL(query).format(schema=sql.Identifier(schema), mart=sql.Identifier(mart))
