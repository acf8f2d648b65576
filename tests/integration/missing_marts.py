"""Marts of the contract that the models do not make yet, filled from the plain-Python model."""

from datetime import date, datetime
from fractions import Fraction
from typing import get_type_hints

import psycopg
from psycopg import sql

from tests.reference.warehouse import Marts

MISSING = [
    "agg_camera_weekly", "agg_site_hourly", "agg_site_daily", "agg_site_weekly",
    "agg_person_hourly",
]  # fmt: skip
TYPES = {
    str: "text", int: "bigint", datetime: "timestamptz", date: "date", Fraction: "double precision",
    Fraction | None: "double precision",
}  # fmt: skip


def fill_marts(connection: psycopg.Connection, marts: Marts) -> None:
    """Create the marts that are missing, with the rows of the model."""
    for name in MISSING:
        rows = marts[name]  # type: ignore[literal-required]
        columns = get_type_hints(type(rows[0]))
        table = sql.Identifier("marts", name)
        defined = [
            sql.SQL("{} " + TYPES[kind]).format(sql.Identifier(column))  # type: ignore[operator]
            for column, kind in columns.items()
        ]
        connection.execute(sql.SQL("drop table if exists {}").format(table))
        connection.execute(
            sql.SQL("create table {} ({})").format(table, sql.SQL(", ").join(defined))
        )
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        with connection.cursor().copy(
            sql.SQL("copy {} ({}) from stdin").format(table, names)
        ) as copy:
            for row in rows:
                values = [getattr(row, column) for column in columns]
                copy.write_row(
                    [float(value) if isinstance(value, Fraction) else value for value in values]
                )
