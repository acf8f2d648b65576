"""What the doctor says of a database that runs, and of one that has left traces only."""

import json
import socket
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from orchestration.commands.doctor import findings
from orchestration.runtime.warehouse_urls import ROLES, Warehouse
from orchestration.settings import Settings


@pytest.fixture
def settings(tmp_path: Path, warehouse: Warehouse) -> Settings:
    """A home that knows a warehouse and has what a server leaves there that did not stop."""
    home = tmp_path / "home"
    for folder in ("secrets", "postgres"):
        (home / folder).mkdir(parents=True)
    (home / "secrets" / "warehouse.json").write_text(json.dumps(asdict(warehouse)))
    (home / "postgres" / "postmaster.pid").touch()
    return Settings(home=home, landing=tmp_path / "landing", database_url=None)


def told_of_database(settings: Settings, port: int) -> list[str]:
    configuration = settings.home / "postgres" / "postgresql.auto.conf"
    configuration.write_text(f"port = '{port}'\n")
    return [one.seen for one in findings(settings) if one.subject.startswith("database")]


def test_a_server_that_has_crashed_is_not_running(settings: Settings) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        told = told_of_database(settings, nobody.getsockname()[1])
    assert told == ["the embedded one, not running; it starts with the stack"]


def test_a_server_that_runs_answers_as_each_role(settings: Settings, warehouse: Warehouse) -> None:
    told = told_of_database(settings, urlsplit(warehouse.loader).port or 5432)
    assert len(told) == len(ROLES)
    assert all(seen.endswith("answers") for seen in told), told
