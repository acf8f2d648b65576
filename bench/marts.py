"""`python -m bench marts`: all marts from raw, beside bare SQL that computes the same tables."""

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
import psycopg
from psycopg import sql

from bench.filled_warehouse import Build, FilledWarehouse, Seconds, warehouse_in
from bench.made_up import load_days
from bench.report import append_entry, conditions
from bench.stack import BenchError, bench_folder

BARE = Path(__file__).with_name("bare")
DUCKDB = Path(__file__).with_name("duckdb.sql")
ROWS_A_DAY = 10_000
GRAINS = {"hour": ("hourly", "3600.000000"), "day": ("daily", "86400.000000"),
          "week": ("weekly", "604800.000000")}  # fmt: skip
LIMIT = 2.5
SHOWN = 12

TABLES = """
select tablename from pg_tables
where schemaname = 'bare' and tablename ~ '^(dim|fct|agg|quality)_' order by tablename
"""
DIFFERENCES = """
select count(*) from (
    (select * from marts.{0} except all select {1} from bare.{0})
    union all
    (select {1} from bare.{0} except all select * from marts.{0})
) as differing
"""
COLUMNS = """
select array_agg(attname order by attnum) from pg_attribute
where attrelid = ('marts.' || %s)::regclass and attnum > 0 and not attisdropped
"""
EXPORT = """
copy (select event_at, person_id, camera_id, event_type, site_id from raw.camera_events)
to stdout (format csv, header)
"""
SAYS = "all marts from raw, beside the same tables in bare SQL"


@dataclass(frozen=True)
class Marts:
    """Seconds of each way to the same numbers; `duck_seconds` is to a part of them."""

    events: int
    tables: int
    bare: Seconds
    build: Build
    duck_seconds: float

    @property
    def bare_seconds(self) -> float:
        """All scripts together."""
        return sum(self.bare.values())

    @property
    def ratio(self) -> float:
        """How many times as long as bare SQL a whole build takes."""
        return self.build.seconds / self.bare_seconds


def measured(folder: Path, events: int) -> Marts:
    """Fill raw, compute the tables each way, and make sure that they are the same."""
    with warehouse_in(folder) as warehouse:
        with psycopg.connect(warehouse.superuser_url) as connection:
            load_days(connection, 0, events // ROWS_A_DAY - 1, ROWS_A_DAY)
        warehouse.tidy()
        bare = bare_seconds(warehouse)
        warehouse.tidy()
        built = warehouse.built()
        tables = equal_tables(warehouse)
        return Marts(events, tables, bare, built, duck_seconds(warehouse, folder / "events.csv"))


def bare_seconds(warehouse: FilledWarehouse) -> Seconds:
    """Run the scripts in their order; gives the seconds of each."""
    seconds: dict[str, float] = {}
    with psycopg.connect(warehouse.superuser_url, autocommit=True) as connection:
        connection.execute("create schema bare")
        for name, script in _scripts():
            started = time.monotonic()
            connection.execute(script)
            seconds[name] = seconds.get(name, 0.0) + time.monotonic() - started
    return seconds


def _scripts() -> Iterator[tuple[str, sql.SQL | sql.Composed]]:
    for name in ("events", "sessions", "visits", "hours"):
        yield name, _script(name)
    for place, parts in {"camera": "presences", "site": "united"}.items():
        yield "occupancy", _script(
            "occupancy", key=sql.Identifier(f"{place}_id"), parts=sql.Identifier("bare", parts),
            occupancies=sql.Identifier("bare", f"{place}_occupancies"),
        )  # fmt: skip
    yield "persons", _script("persons")
    for name, kind in {
        "cameras": "camera",
        "sites": "site",
        "demographics": "demographics",
    }.items():
        for grain, (suffix, seconds) in GRAINS.items():
            yield name, _script(
                name, table=sql.Identifier("bare", f"agg_{kind}_{suffix}"),
                grain=sql.Literal(grain), seconds=sql.SQL(seconds),
            )  # fmt: skip
    yield "quality", _script("quality")


def _script(name: str, **parts: sql.Composable) -> sql.SQL | sql.Composed:
    script = sql.SQL((BARE / f"{name}.sql").read_text("utf-8"))
    return script.format(**parts) if parts else script


def equal_tables(warehouse: FilledWarehouse) -> int:
    """Compare row by row; gives the number of tables, raises BenchError if one differs."""
    with psycopg.connect(warehouse.superuser_url) as connection:
        names = [name for (name,) in connection.execute(TABLES)]
        for name in names:
            columns = connection.execute(COLUMNS, [name]).fetchone()
            assert columns
            listed = sql.SQL(", ").join(map(sql.Identifier, columns[0]))
            query = sql.SQL(DIFFERENCES).format(sql.Identifier(name), listed)
            found = connection.execute(query).fetchone()
            if found != (0,):
                message = f"{name} differs from bare SQL in {found and found[0]} rows"
                raise BenchError(message)
    return len(names)


def duck_seconds(warehouse: FilledWarehouse, path: Path) -> float:
    """Let DuckDB read the events from a CSV and compute sessions and hours of cameras."""
    with (
        psycopg.connect(warehouse.superuser_url) as connection,
        connection.cursor().copy(EXPORT) as copy,
        path.open("wb") as file,
    ):
        for piece in copy:
            file.write(piece)
    with duckdb.connect() as database:
        started = time.monotonic()
        database.read_csv(str(path)).create("events")
        database.execute(DUCKDB.read_text("utf-8"))
        return time.monotonic() - started


def table(marts: Marts) -> str:
    """Give the Markdown table: the ways, then what takes longest in each."""
    rows = [
        (f"{marts.events:,} events", "", "ratio"), ("---", "--:", "--:"),
        (f"bare SQL, {marts.tables} tables", f"{marts.bare_seconds:.1f} s", ""),
        ("committed raw to published marts", f"{marts.build.seconds:.1f} s",
         f"{marts.ratio:.2f} of bare SQL (at most {LIMIT})"),
        ("DuckDB: CSV to sessions and hours of cameras", f"{marts.duck_seconds:.1f} s",
         f"{marts.build.seconds / marts.duck_seconds:.1f} (marts ÷ DuckDB)"),
    ]  # fmt: skip
    rows += [(f"of bare SQL: {name}", f"{taken:.1f} s", "") for name, taken in marts.bare.items()]
    longest = sorted(marts.build.nodes.items(), key=lambda node: -node[1])[:SHOWN]
    rows += [(f"of the build: {name}", f"{taken:.1f} s", "") for name, taken in longest]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, append to the history; status 1 if the tables differ."""
    parser = argparse.ArgumentParser(prog="python -m bench marts", description=SAYS)
    parser.add_argument("--events", type=int, default=1_700_000, help="in raw (1,700,000)")
    options = parser.parse_args(arguments)
    found = conditions()
    try:
        with bench_folder(keep=False) as folder:
            marts = measured(folder, options.events)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    append_entry({"bench": "marts", **found, "ratio": marts.ratio, **asdict(marts)})
    print(table(marts))
    return 0
