"""Each answer is of one data version, whatever a build replaces, swaps and publishes meanwhile."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

from orchestration.lib.building.dbt_build import DbtEvent, DbtProject
from orchestration.lib.building.publication import build_turn, publish, unpublished_loads
from orchestration.lib.building.warehouse_build import BuildScope, build
from orchestration.runtime.warehouse_urls import Warehouse
from serving.queries.statements import statement
from tests.integration.api_client import Api, running_api
from tests.integration.api_events import ROWS
from tests.integration.raw_rows import insert_rows
from tests.reference.events import RawRow

pytest_plugins = ["tests.integration.api_warehouse"]
pytestmark = pytest.mark.xdist_group("api")

ANSWERS = 100
PAUSE_SECONDS = 0.01
PATIENCE_SECONDS = 60
# One person more inside and a minute more with each version: both tell which one an answer is of.
ADDED = """
insert into marts.fct_sessions (session_id, person_id, camera_id, site_id, entry_at, session_status)
select gen_random_uuid(), gen_random_uuid(), camera_id, site_id, entry_at, 'open'
from marts.fct_sessions
limit 1
"""
TICK = "update intermediate.int_data_clock set data_clock_at = data_clock_at + interval '1 minute'"
SWAPPED = """
create table marts.fresh as select * from marts.fct_sessions;
lock table marts.fct_sessions in access exclusive mode;
alter table marts.fct_sessions rename to old;
alter table marts.fresh rename to fct_sessions;
drop table marts.old;
"""


TABLES = """
select relname
from pg_class
where relnamespace = 'marts'::regnamespace and relkind = 'r'
    and relname not in ('data_versions', 'quality_tests')
except
select relation::regclass::text
from pg_locks
where pid = pg_backend_pid()
"""


@contextmanager
def versions_following(warehouse: Warehouse, *build: LiteralString) -> Iterator[None]:
    """Publish one version after the other, each in one transaction, until the end of the block."""
    is_over = threading.Event()

    def publishing() -> None:
        with psycopg.connect(warehouse.transformer) as connection:
            while not is_over.wait(PAUSE_SECONDS):
                for part in (ADDED, TICK, *build):
                    connection.execute(part)
                publish(connection, "test", "models")
                connection.commit()

    builder = threading.Thread(target=publishing)
    builder.start()
    try:
        yield
    finally:
        is_over.set()
        builder.join()


# What takes three statements, and what takes one.
INSIDE = "/v1/occupancy/current?limit=1000&count=exact"
OPEN = "/v1/sessions?limit=1000&status=open"


def open_sessions(api: Api, path: str, number: int = 0) -> dict[str, Any]:
    """Ask who is inside; `number` sets it apart from what was asked before."""
    earlier = f"2000-01-01T00:00:{number % 60:02}.{number:06}Z"
    answer = api.get(f"{path}&from={earlier}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"].startswith(f'W/"{answer.json()["data_version"]}-')
    return dict(answer.json())


def answers_of_many_versions(api: Api, path: str) -> list[dict[str, Any]]:
    """Ask often, and on while the builds of a busy machine lag behind."""
    answers: list[dict[str, Any]] = []
    versions: set[int] = set()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(answers) < ANSWERS or len(versions) <= ANSWERS // 10:
        assert time.monotonic() < deadline
        answers.append(open_sessions(api, path, len(answers)))
        versions.add(answers[-1]["data_version"])
    return answers


@pytest.mark.parametrize("path", [INSIDE, OPEN], ids=["statements", "a statement"])
@pytest.mark.parametrize("build", [[], [SWAPPED]], ids=["replaces rows", "swaps a table"])
def test_an_answer_is_of_the_version_that_it_names(
    own_warehouse: Warehouse, tmp_path: Path, build: list[LiteralString], path: str
) -> None:
    with running_api(own_warehouse, tmp_path) as api:
        first = open_sessions(api, path)
        begun_at = datetime.fromisoformat(first["as_of"])
        with versions_following(own_warehouse, *build):
            answers = answers_of_many_versions(api, path)
    assert len({answer["data_version"] for answer in answers}) > ANSWERS // 10
    for answer in answers:
        later = answer["data_version"] - first["data_version"]
        assert len(answer["data"]) == len(first["data"]) + later
        if path == INSIDE:
            assert answer["count"] == len(answer["data"])
            assert answer["summary"]["persons"] == first["summary"]["persons"] + later
        assert datetime.fromisoformat(answer["as_of"]) == begun_at + timedelta(minutes=later)


# Of each of these answers a table is replaced by a build that adds events.
OF_MARTS = (
    "/v1/kpis", "/v1/dwell?group_by=camera", "/v1/sessions?limit=1000", "/v1/events?limit=1000",
    "/v1/visits?limit=1000", "/v1/persons?limit=1000", "/v1/cameras", "/v1/visitors",
    "/v1/occupancy?granularity=week", "/v1/demographics", "/v1/rankings?metric=unique_visitors",
    "/v1/marts/agg_site_hourly?limit=1000", "/v1/events.csv",
)  # fmt: skip


def an_hour_later(row: RawRow) -> RawRow:
    """Give the same row in another file, as another event."""
    return replace(row, load_id=1000 + row.load_id, event_at=row.event_at + timedelta(hours=1))


def answers_of_marts(api: Api) -> dict[str, tuple[str, str]]:
    """Give the tag and the text of each answer."""
    answers = {}
    for path in OF_MARTS:
        answer = api.get(path)
        assert answer.status_code == 200, answer.text
        answers[path] = (answer.headers["etag"], answer.text)
    return answers


@pytest.mark.parametrize("reason", [None, "asked for"], ids=["of what is new", "of all"])
def test_a_version_stays_whole_while_the_next_is_built(
    own_warehouse: Warehouse, api_project: DbtProject, tmp_path: Path, reason: str | None
) -> None:
    with psycopg.connect(own_warehouse.loader) as connection:
        insert_rows(connection, [an_hour_later(row) for row in ROWS])
    during = []
    with running_api(own_warehouse, tmp_path, api_cache_bytes=0) as api:

        def ask(event: DbtEvent) -> None:
            if event["info"]["name"] == "LogModelResult":
                during.append(answers_of_marts(api))

        before = answers_of_marts(api)
        url = own_warehouse.transformer
        with psycopg.connect(url, autocommit=True) as connection, build_turn(connection):
            scope = BuildScope(reason, load_ids=unpublished_loads(connection))
            result, _ = build(connection, api_project, url, {}, "models", "test", scope, ask)
        after = answers_of_marts(api)
    assert result.success, result.explanation
    assert len(during) > len(OF_MARTS)
    for answers in during:
        assert answers == before
    for path in OF_MARTS:
        assert after[path] != before[path], path


def test_no_table_is_swapped_while_it_is_read(api_warehouse: Warehouse) -> None:
    with psycopg.connect(api_warehouse.reader, autocommit=True) as connection:
        connection.execute("set search_path = marts")
        connection.execute(statement("one_state"))
        assert connection.execute(TABLES).fetchall() == []
