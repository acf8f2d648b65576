"""Files in batches through real builds: the marts are the model's, and `verify` finds them so."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import chain

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from orchestration.commands.rebuild import Turn
from orchestration.commands.verification import Comparison, compared
from orchestration.lib.building.dbt_build import DbtProject
from orchestration.lib.building.publication import DataVersion, build_turn
from orchestration.lib.building.warehouse_build import BuildScope, build, build_scope
from orchestration.runtime.warehouse_urls import Warehouse
from tests.conftest import copied_database, of_database
from tests.integration.marts_comparison import assert_marts_equal
from tests.integration.raw_rows import insert_rows
from tests.reference.events import RawRow
from tests.reference.histories import histories
from tests.reference.history import File, History
from tests.reference.rules import RULES, Rules
from tests.reference.warehouse import modelled
from tests.soaking import rounds

REAL_BUILDS = settings(
    deadline=None, phases=[Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
# Where cameras may move, most builds are full ones.
HISTORIES = st.booleans().flatmap(
    lambda move: histories(worlds=12, min_batches=2, sites_change=move)
)
OTHER_RULES = Rules(
    max_session=timedelta(hours=1), visit_gap=timedelta(minutes=30), waiting=timedelta(minutes=1)
)
SIMPLEST_ROWS = 12  # one in each world
HOUR = timedelta(hours=1)


def is_eventful(history: History) -> bool:
    """Tell whether it is not the simplest one, which would always be the first to be tried."""
    return len(history.rows) > SIMPLEST_ROWS and len(history.batches) > 1


@pytest.fixture
def turn(built_warehouse: Warehouse, dbt_project: DbtProject) -> Iterator[Turn]:
    with turn_of(built_warehouse, dbt_project) as turn:
        yield turn


@contextmanager
def turn_of(warehouse: Warehouse, project: DbtProject, rules: Rules = RULES) -> Iterator[Turn]:
    """The turn to build, as what runs a build takes it."""
    variables: dict[str, object] = {
        "max_session_hours": rules.max_session // timedelta(hours=1),
        "visit_gap_minutes": rules.visit_gap // timedelta(minutes=1),
        "waiting_minutes": rules.waiting // timedelta(minutes=1),
    }
    with (
        psycopg.connect(warehouse.transformer, autocommit=True) as connection,
        build_turn(connection),
    ):
        yield Turn(connection, project, warehouse.transformer, variables)


def load_and_build(turn: Turn, loader_url: str, batch: list[File]) -> None:
    load(loader_url, batch)
    built(turn, build_scope(turn.connection, "models"))


def load(loader_url: str, batch: list[File]) -> None:
    with psycopg.connect(loader_url) as connection:
        insert_rows(connection, chain(*batch), as_numbered=True)


def built(turn: Turn, scope: BuildScope) -> DataVersion:
    result, version = build(
        turn.connection, turn.project, turn.url, turn.variables, "models", "run", scope
    )
    assert version, result.explanation
    return version


def let_go_of_all(turn: Turn) -> None:
    """Let all months go, whatever the data clock says."""
    turn.connection.execute("select raw.let_go_of_month(month) from raw.months")
    turn.connection.execute("select raw.drop_empty_months('infinity')")
    assert turn.connection.execute("select from raw.months").fetchall() == []


def differing(comparisons: list[Comparison]) -> list[str]:
    assert len(comparisons) > 15
    return [str(comparison) for comparison in comparisons if not comparison.is_equal]


@pytest.mark.parametrize(
    ("lets_go", "rules"),
    [(False, RULES), (True, OTHER_RULES)],
    ids=["", "where_raw_is_let_go_and_rules_are_others"],
)
@settings(REAL_BUILDS, max_examples=1)
@given(history=HISTORIES.filter(is_eventful))
def test_marts_of_files_in_batches_are_the_models_and_pass_verify(
    server_url: str, built_template: str, template: Warehouse, dbt_project: DbtProject,
    history: History, lets_go: bool, rules: Rules,
) -> None:  # fmt: skip
    assert_batches_are_right(
        server_url, built_template, template, dbt_project, history, lets_go, rules
    )


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_marts_of_files_in_batches_are_right_for_long(
    server_url: str, built_template: str, template: Warehouse, dbt_project: DbtProject
) -> None:
    @settings(REAL_BUILDS, max_examples=5)
    @given(history=HISTORIES, lets_go=st.booleans(), rules=st.sampled_from([RULES, OTHER_RULES]))
    def right(history: History, lets_go: bool, rules: Rules) -> None:
        assert_batches_are_right(
            server_url, built_template, template, dbt_project, history, lets_go, rules
        )

    for _ in rounds(share=0.25):
        right()


def assert_batches_are_right(
    server_url: str, built: str, template: Warehouse, project: DbtProject, history: History,
    lets_go: bool, rules: Rules,
) -> None:  # fmt: skip
    """Build batch by batch in a warehouse whose sites all have the default time zone.

    With `lets_go`, nothing of a batch is in `raw.camera_events` any more when the next one comes.
    """
    with copied_database(server_url, built) as name:
        warehouse = of_database(template, name)
        with turn_of(warehouse, project, rules) as turn:
            for batch in history.batches:
                load_and_build(turn, warehouse.loader, batch)
                if lets_go:
                    let_go_of_all(turn)
            assert_marts_equal(turn.connection, modelled(history.rows, {}, rules=rules))
            assert differing(compared(turn)) == []


def test_a_load_that_comes_once_a_build_is_decided_waits_for_the_next(
    turn: Turn, built_warehouse: Warehouse
) -> None:
    """It may move a camera, and only a build of all marts can cope with that."""
    load_and_build(turn, built_warehouse.loader, [seen(1, "z")])
    load(built_warehouse.loader, [seen(2, "z")])
    decided = build_scope(turn.connection, "models")
    load(built_warehouse.loader, [seen(3, "a")])
    assert built(turn, decided).load_ids == [2]
    assert differing(compared(turn)) == []
    following = build_scope(turn.connection, "models")
    assert following.is_full
    assert built(turn, following).load_ids == [3]
    assert differing(compared(turn)) == []


def seen(load_id: int, site_id: str) -> File:
    """A camera whose site is the smallest that any file says."""
    at = datetime(2026, 1, 5, load_id, tzinfo=UTC)
    return [RawRow(load_id, at, "p", "c", "entry", site_id=site_id)]


def test_verify_names_the_mart_that_differs(turn: Turn, built_warehouse: Warehouse) -> None:
    batch = [[RawRow(1, datetime(2026, 1, 5, 9, tzinfo=UTC), "p", "c", "entry")]]
    load_and_build(turn, built_warehouse.loader, batch)
    turn.connection.execute("update marts.agg_camera_daily set events = events + 1")
    (told,) = differing(compared(turn))
    assert told.startswith("DIFFERS agg_camera_daily: ")
    assert "(- mart, + rebuild)" in told


def test_verify_compares_persons_and_not_their_numbers(
    turn: Turn, built_warehouse: Warehouse
) -> None:
    at = datetime(2026, 1, 5, 9, tzinfo=UTC)
    batches = [
        [[RawRow(1, at, "later", "c", "entry")]],
        [[RawRow(2, at - HOUR, "p", "c", "entry")]],
    ]
    for batch in batches:
        load_and_build(turn, built_warehouse.loader, batch)
    numbers = "select person_number from marts.dim_persons order by person_id"
    assert turn.connection.execute(numbers).fetchall() == [(0,), (1,)]  # a rebuild gives others
    assert differing(compared(turn)) == []
    turn.connection.execute("update marts.agg_attendance_daily set seen_persons = ~seen_persons")
    (told,) = differing(compared(turn))
    assert told.startswith("DIFFERS agg_attendance_daily: ")
