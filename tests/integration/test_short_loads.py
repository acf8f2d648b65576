"""A build lets short loads end, but waits neither for long ones nor for ever nor for the dead."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from orchestration.lib.building.short_loads import SHORT_BYTES, let_short_loads_end, load_under_way
from orchestration.runtime.warehouse_urls import Warehouse

LONG_SECONDS = 60.0
LOAD = """
import sys, time, psycopg
from orchestration.lib.building.short_loads import load_under_way
with psycopg.connect(sys.argv[1], autocommit=True) as connection, load_under_way(connection, 1):
    print('begun', flush=True)
    time.sleep(60)
"""


@pytest.fixture
def builder(warehouse: Warehouse) -> Iterator[psycopg.Connection]:
    with psycopg.connect(warehouse.transformer, autocommit=True) as connection:
        yield connection


@pytest.fixture
def loaders(warehouse: Warehouse) -> Iterator[list[psycopg.Connection]]:
    with ExitStack() as stack:
        connections = [psycopg.connect(warehouse.loader, autocommit=True) for _ in range(2)]
        yield [stack.enter_context(connection) for connection in connections]


def seconds_waited(builder: psycopg.Connection, at_most: float = LONG_SECONDS) -> float:
    began = time.monotonic()
    let_short_loads_end(builder, at_most)
    return time.monotonic() - began


def test_a_build_begins_once_all_short_loads_have_ended(
    builder: psycopg.Connection, loaders: list[psycopg.Connection]
) -> None:
    ended: list[float] = []
    with ExitStack() as loads:
        for connection in loaders:
            loads.enter_context(load_under_way(connection, SHORT_BYTES))
        waiting = threading.Thread(
            target=lambda: ended.append(seconds_waited(builder)), daemon=True
        )
        waiting.start()
        waiting.join(timeout=0.3)
        assert not ended
    waiting.join(timeout=10)
    assert ended


def test_none_waits_where_nothing_or_a_long_load_is_under_way(
    builder: psycopg.Connection, loaders: list[psycopg.Connection]
) -> None:
    assert seconds_waited(builder) < LONG_SECONDS / 2
    with load_under_way(loaders[0], SHORT_BYTES + 1):
        assert seconds_waited(builder) < LONG_SECONDS / 2


def test_a_build_does_not_wait_for_ever(
    builder: psycopg.Connection, loaders: list[psycopg.Connection]
) -> None:
    with load_under_way(loaders[0], 1):
        assert 0.2 <= seconds_waited(builder, at_most=0.2) < LONG_SECONDS / 2


def test_a_load_that_fails_is_not_waited_for(
    builder: psycopg.Connection, loaders: list[psycopg.Connection]
) -> None:
    with pytest.raises(ValueError, match="no row"), load_under_way(loaders[0], 1):
        raise ValueError("no row")
    with load_under_way(loaders[0], 1):
        loaders[0].close()
    assert seconds_waited(builder) < LONG_SECONDS / 2


def test_a_killed_load_is_not_waited_for(warehouse: Warehouse, builder: psycopg.Connection) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", LOAD, warehouse.loader],
        stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.kill()
    process.wait()
    assert seconds_waited(builder) < LONG_SECONDS / 2
