"""`verify` where the marts are of other models than those on disk: it does not compare the two."""

from collections.abc import Iterator
from contextlib import nullcontext

import psycopg
import pytest

from orchestration.commands import verification
from orchestration.commands.rebuild import RebuildError, Turn
from orchestration.commands.verification import verified
from orchestration.lib.building.dbt_build import DbtProject
from orchestration.lib.building.dbt_models import models_fingerprint
from orchestration.lib.building.publication import build_turn, publish
from orchestration.runtime.warehouse_urls import Warehouse
from orchestration.settings import Settings

NOW = models_fingerprint({})


@pytest.fixture
def turn(
    built_warehouse: Warehouse, dbt_project: DbtProject, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Turn]:
    """The turn that `verified` gets: to build in a warehouse with models and no data."""
    with (
        psycopg.connect(built_warehouse.transformer, autocommit=True) as connection,
        build_turn(connection),
    ):
        turn = Turn(connection, dbt_project, built_warehouse.transformer, {})
        monkeypatch.setattr(verification, "turn_to_build", lambda _: nullcontext(turn))
        yield turn


def test_marts_of_other_models_are_not_compared(turn: Turn) -> None:
    publish(turn.connection, "run", "old")
    with pytest.raises(RebuildError, match=r"have changed.*first: dwellhouse rebuild"):
        verified(Settings())


def test_marts_of_the_models_on_disk_are_compared(turn: Turn) -> None:
    publish(turn.connection, "run", NOW)
    assert all(comparison.is_equal for comparison in verified(Settings()))
