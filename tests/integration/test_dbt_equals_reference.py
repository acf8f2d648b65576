"""The SQL of the models gives what the plain-Python model gives, whatever the history."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from orchestration.runtime.warehouse import Warehouse, with_database
from tests.conftest import TEMPLATE, copied_database
from tests.integration.compiled_models import empty_seeds
from tests.integration.marts_comparison import assert_marts_equal
from tests.integration.raw_rows import insert_rows
from tests.reference.histories import histories
from tests.reference.history import History
from tests.reference.warehouse import modelled

MODELLED = (
    "dim_sites",
    "dim_cameras",
    "fct_events",
    "fct_sessions",
    "fct_orphan_exits",
    "agg_camera_hourly",
    "agg_camera_daily",
)
ONE_CONNECTION = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def connection(server_url: str, template: Warehouse) -> Iterator[psycopg.Connection]:
    """A connection to a warehouse with empty seeds and without models."""
    with (
        copied_database(server_url, TEMPLATE) as name,
        psycopg.connect(with_database(server_url, name)) as connection,
    ):
        connection.execute(empty_seeds())  # type: ignore[arg-type]
        connection.commit()
        yield connection


@settings(ONE_CONNECTION, max_examples=60)
@given(history=histories(sites_change=True))
def test_models_equal_the_reference(
    connection: psycopg.Connection, compiled_models: Path, history: History
) -> None:
    assert_models_equal_the_reference(connection, compiled_models, history)


# About 500 histories. Each failure of one of them would take minutes to shrink.
@settings(ONE_CONNECTION, max_examples=75, phases=[Phase.reuse, Phase.generate])
@given(history=histories(worlds=12, sites_change=True))
def test_models_equal_the_reference_in_many_histories_at_once(
    connection: psycopg.Connection, compiled_models: Path, history: History
) -> None:
    assert_models_equal_the_reference(connection, compiled_models, history)


def assert_models_equal_the_reference(
    connection: psycopg.Connection, compiled_models: Path, history: History
) -> None:
    with connection.transaction(force_rollback=True):
        insert_rows(connection, history.rows, as_numbered=True)
        for site in history.timezones.items():
            connection.execute("insert into seeds.sites values (%s, null, %s)", site)
        connection.execute(compiled_models.read_text("utf-8"))  # type: ignore[arg-type]
        assert_marts_equal(connection, modelled(history.rows, history.timezones), MODELLED)
