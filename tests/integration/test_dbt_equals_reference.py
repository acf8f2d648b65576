"""The SQL of the models gives what the plain-Python model gives, whatever the history."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from orchestration.runtime.warehouse_urls import Warehouse, with_database
from tests.conftest import TEMPLATE, copied_database
from tests.integration.compiled_models import empty_seeds
from tests.integration.conftest import BuildScripts
from tests.integration.marts_comparison import assert_marts_equal
from tests.integration.raw_rows import insert_rows
from tests.reference.events import RawRow
from tests.reference.histories import histories
from tests.reference.history import File, History
from tests.reference.warehouse import modelled
from tests.soaking import rounds

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
        connection.execute(empty_seeds())
        connection.commit()
        yield connection


# Most histories come several at once: a build costs hardly more for a dozen. Each failure of those
# would take minutes to shrink, so some come alone. Partial builds are tried on 35 + 40 * 12 = 515.
WORLDS = 12
UNSHRUNK = settings(ONE_CONNECTION, phases=[Phase.reuse, Phase.generate])

# What a crash of the database leaves of tables that are not logged.
CRASH = """
do $$
declare
    lost regclass;
begin
    for lost in select oid from pg_class where relpersistence = 'u' and relkind = 'r' loop
        execute format('truncate %s', lost);
    end loop;
end $$
"""


@settings(ONE_CONNECTION, max_examples=25)
@given(history=histories(sites_change=True))
def test_a_full_build_equals_the_reference(
    connection: psycopg.Connection, build_scripts: BuildScripts, history: History
) -> None:
    assert_full_build_equals_the_reference(connection, build_scripts, history)


@settings(UNSHRUNK, max_examples=12)
@given(history=histories(worlds=WORLDS, sites_change=True))
def test_a_full_build_of_many_histories_equals_the_reference(
    connection: psycopg.Connection, build_scripts: BuildScripts, history: History
) -> None:
    assert_full_build_equals_the_reference(connection, build_scripts, history)


@settings(ONE_CONNECTION, max_examples=35)
@given(history=histories(min_batches=2), crashes=st.booleans())
def test_partial_builds_equal_the_reference(
    connection: psycopg.Connection, build_scripts: BuildScripts, history: History, crashes: bool
) -> None:
    assert_partial_builds_equal_the_reference(connection, build_scripts, history, crashes)


@settings(UNSHRUNK, max_examples=40)
@given(history=histories(worlds=WORLDS, min_batches=2), crashes=st.booleans())
def test_partial_builds_of_many_histories_equal_the_reference(
    connection: psycopg.Connection, build_scripts: BuildScripts, history: History, crashes: bool
) -> None:
    assert_partial_builds_equal_the_reference(connection, build_scripts, history, crashes)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_builds_equal_the_reference_for_long(
    connection: psycopg.Connection, build_scripts: BuildScripts
) -> None:
    @settings(UNSHRUNK, max_examples=20)
    @given(history=histories(worlds=WORLDS, sites_change=True))
    def full(history: History) -> None:
        assert_full_build_equals_the_reference(connection, build_scripts, history)

    @settings(UNSHRUNK, max_examples=100)
    @given(history=histories(worlds=WORLDS, min_batches=2), crashes=st.booleans())
    def partial(history: History, crashes: bool) -> None:
        assert_partial_builds_equal_the_reference(connection, build_scripts, history, crashes)

    for _ in rounds(share=0.5):
        full()
        partial()


def assert_full_build_equals_the_reference(
    connection: psycopg.Connection, scripts: BuildScripts, history: History
) -> None:
    with connection.transaction(force_rollback=True):
        insert_rows(connection, history.rows, as_numbered=True)
        insert_sites(connection, history)
        connection.execute(scripts.full)
        assert_marts_equal(connection, modelled(history.rows, history.timezones))


def assert_partial_builds_equal_the_reference(
    connection: psycopg.Connection, scripts: BuildScripts, history: History, crashes: bool
) -> None:
    """Build the first batch in full and add the others, one build each.

    If it `crashes`, the database does so after each build.
    """
    partial = ";\n".join(scripts.partial.values())
    with connection.transaction(force_rollback=True):
        insert_sites(connection, history)
        for number, batch in enumerate(history.batches):
            insert_rows(connection, chain(*batch), as_numbered=True)
            connection.execute(partial if number else scripts.full)
            if crashes:
                connection.execute(CRASH)
        assert_marts_equal(connection, modelled(history.rows, history.timezones))


def insert_sites(connection: psycopg.Connection, history: History) -> None:
    for site in history.timezones.items():
        connection.execute("insert into seeds.sites values (%s, null, %s)", site)


@pytest.mark.parametrize("crashes", [False, True])
def test_an_age_group_that_changes_and_changes_back_is_counted_right(
    connection: psycopg.Connection, build_scripts: BuildScripts, crashes: bool
) -> None:
    batches = [[seen(load, age_group)] for load, age_group in enumerate("bBb", start=1)]
    history = History({}, batches)
    assert_partial_builds_equal_the_reference(connection, build_scripts, history, crashes)


def seen(load_id: int, age_group: str) -> File:
    """A person seen on one day, more often than in all files before."""
    day = datetime(2026, 1, load_id, 9, tzinfo=UTC)
    return [
        RawRow(load_id, day + timedelta(hours=hour), "p", "c", "loiter", age_group=age_group)
        for hour in range(2**load_id)
    ]
