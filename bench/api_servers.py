"""A warehouse with events made by SQL, and the servers that the API's benchmark asks."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx
import psycopg
from psycopg import sql

from bench.stack import clean_environment, free_port, process, wait_until
from orchestration.commands.rebuild import rebuilt
from orchestration.lib.loading.raw_months import make_months
from orchestration.runtime.embedded_postgres import EmbeddedPostgres
from orchestration.runtime.warehouse import open_warehouse
from orchestration.settings import Settings
from serving.settings import PREFIX

MONTHS = [date(2025, month, 1) for month in range(1, 13)] + [date(2026, 1, 1)]
EVENTS = Path(__file__).with_name("api_events.sql")


@dataclass(frozen=True)
class Servers:
    """Ports of the API, of one that keeps no answer, and of the floors."""

    api: int
    uncached: int
    floor: int


@contextmanager
def filled_api_warehouse(settings: Settings, events: int) -> Iterator[None]:
    """Run a Postgres with so many events, built and published; one that has them stays as it is."""
    with open_warehouse(settings):
        url = EmbeddedPostgres(settings.home).url
        with psycopg.connect(url, dbname="dwellhouse", autocommit=True) as connection:
            is_filled = connection.execute("select from marts.data_versions").rowcount
            if not is_filled:
                _fill(connection, events)
        if not is_filled:
            rebuilt(settings)
        yield


def _fill(connection: psycopg.Connection, events: int) -> None:
    statement = sql.SQL(EVENTS.read_text(encoding="utf-8"))
    make_months(connection, MONTHS)
    connection.execute("select setseed(0.5)")
    connection.execute(statement.format(events=sql.Literal(events)))
    connection.execute("vacuum analyze raw.camera_events")


@contextmanager
def running_servers(settings: Settings) -> Iterator[Servers]:
    """Run the API, another that keeps no answer, and the floors: a process each."""
    ports = Servers(free_port(), free_port(), free_port())
    python, folder = sys.executable, settings.home.parent
    floor = [python, "-m", "uvicorn", "bench.api_floor:app", "--no-access-log", "--port"]
    with ExitStack() as stack:
        for name, command, port, more in (
            ("api", [python, "-m", "serving"], ports.api, {}),
            ("uncached", [python, "-m", "serving"], ports.uncached, {"API_CACHE_BYTES": 0}),
            ("floor", [*floor, str(ports.floor)], ports.floor, {}),
        ):
            environment = environment_of(settings, {"API_PORT": port, **more})
            log = folder / f"{name}.log"
            running = stack.enter_context(process(command, environment, folder, log))
            wait_until(lambda port=port: _answers_there(port), running, log)  # type: ignore[misc]
        yield ports


def environment_of(settings: Settings, more: Mapping[str, object]) -> dict[str, str]:
    """Give the environment of a process that works on this warehouse."""
    chosen = {"HOME": settings.home, "LANDING": settings.landing, **more}
    return clean_environment() | {PREFIX + name: str(value) for name, value in chosen.items()}


def _answers_there(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).status_code < 500
    except httpx.TransportError:
        return False
