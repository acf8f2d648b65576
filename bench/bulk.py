"""`python -m bench bulk`: one large file into raw, beside a bare COPY and typed insert of it."""

import argparse
import multiprocessing
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import psycopg
from psycopg import sql

from bench.report import append_entry, conditions
from bench.stack import bench_folder, own_settings
from orchestration.runtime.embedded_postgres import EmbeddedPostgres
from orchestration.runtime.warehouse import open_warehouse
from orchestration.runtime.warehouse_urls import Warehouse
from orchestration.settings import Settings

HEADER = "timestamp,person_id,camera_id,event_type,zone,site_id\n"
TABLES = Path(__file__).with_name("bulk_tables.sql")
INSERT = Path(__file__).with_name("typed_insert.sql")
COPY = "copy bench_untyped from stdin (format csv, header)"
LIMIT = 4.0
SAYS = "one large file into raw, beside a bare COPY and typed insert of it"


@dataclass(frozen=True)
class Bulk:
    """Seconds of both ways for the same file, and the most memory that the loading process had."""

    rows: int
    megabytes: float
    copy_seconds: float
    insert_seconds: float
    load_seconds: float
    peak_mib: float

    @property
    def ratio(self) -> float:
        """How many times as long as the bare way the whole way takes."""
        return self.load_seconds / (self.copy_seconds + self.insert_seconds)


def table(bulk: Bulk) -> str:
    """Give the Markdown table."""
    rows = [
        ("bare COPY, untyped", f"{bulk.copy_seconds:.1f} s", ""),
        ("typed insert", f"{bulk.insert_seconds:.1f} s", ""),
        ("landing to committed raw", f"{bulk.load_seconds:.1f} s",
         f"{bulk.ratio:.2f} of both (at most {LIMIT:.0f})"),
        ("most memory of the loading process", f"{bulk.peak_mib:.0f} MiB", ""),
    ]  # fmt: skip
    head = [(f"{bulk.megabytes:.0f} MB, {bulk.rows:,} rows", "", "ratio"), ("---", "--:", "--:")]
    return "\n".join(f"| {' | '.join(row)} |" for row in [*head, *rows])


def write_rows(path: Path, rows: int, seed: int) -> None:
    """Write so many good rows, of 60 bytes each."""
    random = Random(seed)
    begin = datetime(2026, 1, 1)  # noqa: DTZ001
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        for number in range(rows):
            person, camera = random.randrange(50_000), random.randrange(60)
            kind = "exit" if number % 2 else "entry"
            moment = begin + timedelta(seconds=number)
            place = f"cam-{camera:02},{kind},zone-{camera % 7},site-{camera % 3}"
            file.write(f"{moment},person-{person:05},{place}\n")


def measured(folder: Path, rows: int, seed: int) -> Bulk:
    """Load a file both ways into a Postgres of its own: first bare, then whole."""
    landing = folder / "landing"
    landing.mkdir()
    path = landing / "bulk.csv"
    write_rows(path, rows, seed)
    megabytes = path.stat().st_size / 1e6
    settings = own_settings(folder / "home", landing)
    with open_warehouse(settings) as warehouse:
        copy_seconds, insert_seconds = _bare(EmbeddedPostgres(settings.home).url, path)
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=context) as process:
            load_seconds, peak_mib = process.submit(_loaded, settings, warehouse, path).result()
    return Bulk(rows, megabytes, copy_seconds, insert_seconds, load_seconds, peak_mib)


def _bare(url: str, path: Path) -> tuple[float, float]:
    """Give the seconds of the copy and of the insert."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL(TABLES.read_text(encoding="utf-8")))
        started = time.monotonic()
        with connection.cursor() as cursor, cursor.copy(COPY) as copy, path.open("rb") as file:
            while piece := file.read(1024 * 1024):
                copy.write(piece)
        copied = time.monotonic()
        connection.execute(sql.SQL(INSERT.read_text(encoding="utf-8")))
        inserted = time.monotonic()
        connection.execute("drop table bench_untyped, bench_typed")
        return copied - started, inserted - copied


def _loaded(settings: Settings, warehouse: Warehouse, path: Path) -> tuple[float, float]:
    """Load in a process of its own, which has imported what it needs, as a warm worker has."""
    from expectations.runner import gate
    from orchestration.defs.resources import load_rules
    from orchestration.lib.landing.landing_files import Landing
    from orchestration.lib.loading.file_load import FileLoader

    rules = load_rules(settings)
    gate(rules.limits)
    with psycopg.connect(warehouse.loader, autocommit=True) as connection:
        loader = FileLoader(connection, Landing(settings.landing), rules, None)
        started = time.monotonic()
        outcome = loader.load(path, path.name)
        seconds = time.monotonic() - started
    if outcome is None or outcome.status != "loaded":
        message = f"The file was not loaded: {outcome}"
        raise RuntimeError(message)
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, append to the history."""
    parser = argparse.ArgumentParser(prog="python -m bench bulk", description=SAYS)
    parser.add_argument("--rows", type=int, default=1_700_000, help="rows of the file (1,700,000)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    found = conditions()
    with bench_folder(keep=False) as folder:
        bulk = measured(folder, options.rows, options.seed)
    append_entry({"bench": "bulk", **found, **asdict(bulk), "ratio": bulk.ratio})
    print(table(bulk))
    return 0
