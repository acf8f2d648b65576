"""What the doctor says of a database that runs, and of one that has left traces only."""

import json
import socket
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from orchestration.commands.doctor import findings
from orchestration.runtime.warehouse_urls import ROLES, Warehouse, with_database
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


def told_of_url(tmp_path: Path, url: str) -> tuple[str, str | None]:
    """Give what is seen and what to do, before the first start."""
    settings = Settings(home=tmp_path / "home", landing=tmp_path / "landing", database_url=url)
    [found] = [one for one in findings(settings) if one.subject == "DWELLHOUSE_DATABASE_URL"]
    assert not urlsplit(url).password or str(urlsplit(url).password) not in str(found)
    return found.seen, found.remedy


def test_before_the_first_start_the_server_that_is_named_is_tried(
    tmp_path: Path, server_url: str, warehouse: Warehouse
) -> None:
    host = f"{urlsplit(server_url).hostname}:{urlsplit(server_url).port}"
    name = urlsplit(warehouse.loader).path[1:]
    seen, remedy = told_of_url(tmp_path, with_database(server_url, name))
    assert (seen.endswith(f"answers at {host}/{name}"), remedy) == (True, None)
    seen, remedy = told_of_url(tmp_path, with_database(server_url, "shop"))
    assert (seen.partition("; ")[2], remedy) == ("the first start makes its database shop", None)
    assert not (tmp_path / "home").exists(), "the doctor makes nothing"


def test_a_database_url_that_a_start_cannot_use_is_told_with_what_to_do(
    tmp_path: Path, warehouse: Warehouse
) -> None:
    parts = urlsplit(warehouse.loader)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        away = f"postgresql://u:geheim@127.0.0.1:{nobody.getsockname()[1]}/shop"
        wrong = {
            away: ("refused", "Start that server, or correct host and port"),
            warehouse.loader.replace(f":{parts.password}@", ":geheim@"): (
                "password authentication failed", "Correct user and password",
            ),
            warehouse.loader: ("loader is no superuser of", "to the URL of a superuser"),
        }  # fmt: skip
        for url, (told, what_to_do) in wrong.items():
            seen, remedy = told_of_url(tmp_path, url)
            assert told in seen
            assert what_to_do in str(remedy)
            assert "\n" not in seen
