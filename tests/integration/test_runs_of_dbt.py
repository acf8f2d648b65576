"""What runs of dbt do that are started by hand, or go wrong: ended amid a build, not connected."""

import json
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from orchestration.lib.building.dbt_build import DbtProject
from orchestration.lib.building.dbt_models import models_fingerprint, variables_of
from orchestration.lib.building.publication import publish
from orchestration.lib.fault_points import VARIABLE
from orchestration.runtime.warehouse_urls import Warehouse
from orchestration.settings import Settings
from tests.e2e.fault_orders import FaultOrders
from tests.integration.raw_rows import insert_rows
from tests.integration.warm_command import IMPORTED
from tests.reference.events import RawRow
from tests.waiting import until

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

TAKE_TURN = "select pg_try_advisory_lock(hashtext('dwellhouse.build'))"
PATIENCE_SECONDS = 120
CHOSEN = ["fct_sessions", "stg_raw__loads"]


@pytest.fixture
def home(tmp_path: Path, built_warehouse: Warehouse, dbt_project: DbtProject) -> Path:
    """The home of a warehouse with the parsed dbt project and a load that is to be published."""
    models = models_fingerprint(variables_of(Settings()))
    with psycopg.connect(built_warehouse.transformer) as connection:
        publish(connection, "run", models)
    with psycopg.connect(built_warehouse.loader) as connection:
        insert_rows(connection, [RawRow(1, datetime(2026, 1, 5, 9, tzinfo=UTC), "p", "c", "entry")])
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "warehouse.json").write_text(json.dumps(asdict(built_warehouse)))
    dbt_project.manifest_path()
    (tmp_path / "dbt").symlink_to(dbt_project.target_path)
    return tmp_path


@pytest.fixture
def orders(tmp_path: Path) -> FaultOrders:
    (tmp_path / "orders").mkdir()
    return FaultOrders(tmp_path / "orders")


@contextmanager
def warm_process(target: Callable[[Path], None], home: Path) -> Iterator["BaseProcess"]:
    """Run `target` in a process that has imported what it needs, but for the project's modules."""
    warm = multiprocessing.get_context("forkserver")
    warm.set_forkserver_preload(IMPORTED)
    process = warm.Process(target=target, args=(home,), daemon=True)
    process.start()
    yield process
    process.kill()
    process.join()


def build(home: Path) -> None:
    """Build as a run, and live on once it is interrupted, as a process does that tells its end."""
    os.environ |= {"DWELLHOUSE_HOME": str(home), VARIABLE: str(home / "orders")}
    import dagster as dg

    from orchestration.defs.resources import WarehouseResource
    from orchestration.defs.transform.assets import marts

    with suppress(BaseException):
        dg.materialize([marts], resources={"warehouse": WarehouseResource()})
    (home / "unwound").touch()
    signal.pause()


def check(home: Path) -> None:
    """Run one of dbt's tests by itself, and write down why its step has failed."""
    os.environ["DWELLHOUSE_HOME"] = str(home)
    import dagster as dg

    from orchestration.defs.quality.dbt_tests import dbt_tests
    from orchestration.defs.resources import WarehouseResource

    one = dg.AssetSelection.checks(min(dbt_tests.check_keys))
    defs = dg.Definitions(
        asset_checks=[dbt_tests], resources={"warehouse": WarehouseResource()},
        jobs=[dg.define_asset_job("check", one)],
    )  # fmt: skip
    result = defs.resolve_job_def("check").execute_in_process(raise_on_error=False)
    failures = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    (home / "failures").write_text("\n".join(map(str, failures)))


def materialize_chosen(home: Path) -> None:
    """Materialize two models with their checks, twice, and write down what each run has told."""
    os.environ["DWELLHOUSE_HOME"] = str(home)
    import dagster as dg

    from orchestration.defs.quality.dbt_tests import dbt_tests
    from orchestration.defs.resources import WarehouseResource
    from orchestration.defs.transform.assets import marts

    defs = dg.Definitions(
        assets=[marts], asset_checks=[dbt_tests], resources={"warehouse": WarehouseResource()}
    )
    chosen = [dg.AssetKey(name) for name in CHOSEN]
    job = defs.resolve_implicit_global_asset_job_def()
    told = []
    for _ in range(2):
        result = job.execute_in_process(asset_selection=chosen, raise_on_error=False)
        events = result.get_asset_materialization_events()
        materialized = [event.asset_key.path[0] for event in events if event.asset_key]
        checked = result.get_asset_check_evaluations()
        chosen_ones = sorted({one.check_name for one in checked if one.asset_key in chosen})
        told.append([result.success, sorted(materialized), chosen_ones])
    (home / "told").write_text(json.dumps(told))


def build_without_and_with_a_table(home: Path) -> None:
    """Build when a mart is not where it belongs, then when it is; write down what each has told."""
    os.environ["DWELLHOUSE_HOME"] = str(home)
    import dagster as dg

    from orchestration.defs.resources import WarehouseResource
    from orchestration.defs.transform.assets import marts

    resource = WarehouseResource()
    told = []
    for here, there in (("marts", "staging"), ("staging", "marts")):
        with resource.transforming() as owner:
            owner.execute(f"alter table {here}.agg_site_daily set schema {there}")
        result = dg.materialize([marts], resources={"warehouse": resource}, raise_on_error=False)
        events = result.get_asset_materialization_events()
        materialized = [event.asset_key.path[0] for event in events if event.asset_key]
        passed = [one.passed for one in result.get_asset_check_evaluations()]
        told.append([result.success, sorted(materialized), passed])
    (home / "told").write_text(json.dumps(told))


def test_what_a_failed_build_made_is_not_materialized(home: Path) -> None:
    """For it is gone; of the tests, those that it came to have an evaluation, all others none."""
    with warm_process(build_without_and_with_a_table, home) as process:
        process.join(PATIENCE_SECONDS)
    of_failed, of_next = json.loads((home / "told").read_text())
    assert of_failed[:2] == [False, []]
    assert len(of_failed[2]) < len(of_next[2])
    assert all(of_failed[2] + of_next[2])
    assert of_next[0]
    assert {"data_versions", "fct_sessions", "agg_site_daily"} <= set(of_next[1])


def test_models_chosen_by_hand_are_materialized_and_checked(home: Path) -> None:
    """Whether a build is due, which makes other models too and leaves views alone, or none is."""
    with warm_process(materialize_chosen, home) as process:
        process.join(PATIENCE_SECONDS)
    of_build, without_build = json.loads((home / "told").read_text())
    checks = [
        "accepted_values_fct_sessions_session_status__closed__missing_exit__timed_out__open",
        "is_never_negative_fct_sessions_dwell_seconds",
        "not_null_fct_sessions_session_id",
        "not_null_stg_raw__loads_load_id",
        "relationships_fct_sessions_camera_id__camera_id__ref_dim_cameras_",
        "unique_fct_sessions_session_id",
        "unique_stg_raw__loads_load_id",
    ]
    assert (of_build[0], of_build[2]) == (True, checks)
    assert {"dim_cameras", "data_versions", *CHOSEN} <= set(of_build[1])
    assert len(of_build[1]) == len(set(of_build[1])), "once each"
    assert without_build == [True, CHOSEN, checks]


def test_the_turn_is_free_when_dbt_has_ended_and_no_sooner(
    home: Path, orders: FaultOrders, built_warehouse: Warehouse
) -> None:
    orders.give("mid_dbt", "hold")
    with (
        warm_process(build, home) as process,
        psycopg.connect(built_warehouse.transformer, autocommit=True) as other,
    ):
        orders.wait_until_obeyed("mid_dbt", PATIENCE_SECONDS)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGINT)
        until((home / "unwound").exists, PATIENCE_SECONDS)
        assert other.execute(TAKE_TURN).fetchone() == (False,)
        orders.release("mid_dbt")
        until(lambda: other.execute(TAKE_TURN).fetchone() == (True,), PATIENCE_SECONDS)
        published = other.execute("select count(*) from marts.data_versions").fetchone()
        assert published == (2,), "what dbt had begun was done"


def test_a_check_that_dbt_cannot_run_fails_its_run(
    home: Path, server_url: str, built_warehouse: Warehouse
) -> None:
    database = sql.Identifier(urlsplit(built_warehouse.transformer).path.strip("/"))
    with psycopg.connect(server_url) as admin:  # the turn takes the one connection that is left
        admin.execute(sql.SQL("alter database {} connection limit 1").format(database))
    with warm_process(check, home) as process:
        process.join(PATIENCE_SECONDS)
    assert "too many connections for database" in (home / "failures").read_text()
