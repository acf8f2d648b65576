"""Builds take turns, and every load gets into exactly one published version, in whatever order."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.lib.building.dbt_result import ModelTest
from orchestration.lib.building.publication import (
    build_turn,
    publish,
    published_models,
    unpublished_loads,
)
from orchestration.runtime.warehouse_urls import Warehouse

BEGIN = (
    "insert into raw.loads (file_name, sha256, bytes, source, status) "
    "values ('a.csv', gen_random_uuid()::text, 1, 'default', 'loaded') returning load_id"
)
SNAPSHOT = "intermediate.int_loads_pending"
HOLD_A_TURN = """
import sys, time, psycopg
from orchestration.lib.building.publication import build_turn
with psycopg.connect(sys.argv[1], autocommit=True) as connection, build_turn(connection):
    print('mine', flush=True)
    time.sleep(60)
"""


@pytest.fixture
def loader(warehouse: Warehouse) -> Iterator[psycopg.Connection]:
    with psycopg.connect(warehouse.loader) as connection:
        yield connection


@pytest.fixture
def builder(warehouse: Warehouse) -> Iterator[psycopg.Connection]:
    with psycopg.connect(warehouse.transformer, autocommit=True) as connection:
        connection.execute(f"create table {SNAPSHOT} (load_id bigint)")
        connection.execute("create table intermediate.int_data_clock (data_clock_at timestamptz)")
        yield connection


def load(connection: psycopg.Connection) -> int:
    row = connection.execute(BEGIN).fetchone()
    assert row is not None
    return int(row[0])


def read_raw(builder: psycopg.Connection) -> None:
    """Do what the first models of a build do: look once at the loads that there are."""
    builder.execute(f"truncate {SNAPSHOT}")
    builder.execute(f"insert into {SNAPSHOT} select load_id from raw.loads where status = 'loaded'")


def test_nothing_is_published_before_the_first_version(builder: psycopg.Connection) -> None:
    assert published_models(builder) is None
    assert unpublished_loads(builder) == []


def test_an_empty_warehouse_has_a_first_version_too(builder: psycopg.Connection) -> None:
    version = publish(builder, "run", "models")
    assert (version.version, version.load_ids) == (1, [])
    assert published_models(builder) == "models"


def test_the_latest_result_of_each_test_stands(builder: psycopg.Connection) -> None:
    def tests() -> dict[str, tuple[str, int]]:
        query = "select test_name, status, version from marts.quality_tests"
        return {name: (status, version) for name, status, version in builder.execute(query)}

    first, second = (ModelTest(name, "fct", None, None, "pass", 0) for name in ("first", "second"))
    publish(builder, "run", "models", [first, second])
    publish(builder, "run", "models", [replace(second, status="warn", failures=1)])
    assert tests() == {"first": ("pass", 1), "second": ("warn", 2)}
    publish(builder, "run", "other models", [second])
    assert tests() == {"second": ("pass", 3)}


def test_loads_that_are_not_loaded_are_never_due(
    loader: psycopg.Connection, builder: psycopg.Connection
) -> None:
    load_id = load(loader)
    for status in ("loading", "duplicate", "rejected", "failed"):
        loader.execute("update raw.loads set status = %s where load_id = %s", [status, load_id])
        loader.commit()
        assert unpublished_loads(builder) == []


def test_a_load_that_commits_late_is_in_the_next_version(
    warehouse: Warehouse, loader: psycopg.Connection, builder: psycopg.Connection
) -> None:
    """Its number is smaller than one that is published already: a high-water mark would lose it."""
    early = load(loader)
    with psycopg.connect(warehouse.loader) as other:
        late = load(other)
    read_raw(builder)
    loader.commit()
    assert publish(builder, "first", "models").load_ids == [late]
    assert unpublished_loads(builder) == [early]
    read_raw(builder)
    assert publish(builder, "second", "models").load_ids == [early]
    assert unpublished_loads(builder) == []


def test_a_load_that_comes_during_a_build_waits_for_the_next(
    loader: psycopg.Connection, builder: psycopg.Connection
) -> None:
    seen = load(loader)
    loader.commit()
    read_raw(builder)
    unseen = load(loader)
    loader.commit()
    assert publish(builder, "run", "models").load_ids == [seen]
    assert unpublished_loads(builder) == [unseen]


steps = st.lists(st.sampled_from(["begin", "commit", "read", "publish"]), max_size=25)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=steps, picks=st.randoms(use_true_random=False))
def test_every_load_is_in_exactly_one_version(
    warehouse: Warehouse, builder: psycopg.Connection, steps: list[str], picks: object
) -> None:
    before = max((row[0] for row in builder.execute("select load_id from raw.loads")), default=0)
    open_loads: list[psycopg.Connection] = []
    for step in [*steps, *["commit"] * len(steps), "read", "publish"]:
        if step == "begin":
            open_loads.append(psycopg.connect(warehouse.loader))
            load(open_loads[-1])
        elif step == "commit" and open_loads:
            connection = open_loads.pop(picks.randrange(len(open_loads)))  # type: ignore[attr-defined]
            connection.commit()
            connection.close()
        elif step == "read":
            read_raw(builder)
        elif step == "publish":
            publish(builder, "run", "models")
    loaded = builder.execute(
        "select load_id from raw.loads where load_id > %s order by 1", [before]
    ).fetchall()
    published = builder.execute(
        "select l from marts.data_versions, unnest(load_ids) as l where l > %s order by 1", [before]
    ).fetchall()
    assert published == loaded
    assert unpublished_loads(builder) == []


def test_builds_take_turns(warehouse: Warehouse) -> None:
    order: list[str] = []
    holds = threading.Event()

    def build(name: str) -> None:
        with (
            psycopg.connect(warehouse.transformer, autocommit=True) as connection,
            build_turn(connection),
        ):
            order.append(f"{name} begins")
            holds.set()
            time.sleep(0.3)
            order.append(f"{name} ends")

    first = threading.Thread(target=build, args=["first"])
    first.start()
    assert holds.wait(10)
    build("second")
    first.join()
    assert order == ["first begins", "first ends", "second begins", "second ends"]


def test_a_turn_is_given_back_when_a_build_fails(warehouse: Warehouse) -> None:
    with psycopg.connect(warehouse.transformer, autocommit=True) as connection:
        with pytest.raises(psycopg.errors.UndefinedTable), build_turn(connection):
            connection.execute("select * from nowhere")
        with psycopg.connect(warehouse.transformer, autocommit=True) as other:
            other.execute("set lock_timeout = '5s'")
            with build_turn(other):
                pass


def test_a_killed_build_gives_its_turn_back_at_once(warehouse: Warehouse) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD_A_TURN, warehouse.transformer],
        stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "mine\n"
    with psycopg.connect(warehouse.transformer, autocommit=True) as other:
        other.execute("set lock_timeout = '200ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable), build_turn(other):
            pass
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        other.execute("set lock_timeout = '10s'")
        with build_turn(other):
            pass
