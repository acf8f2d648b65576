"""Who may ask the API: every outcome at every operation, and what is written down about it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

from orchestration.commands.api_keys import (
    ApiKeyError,
    create_key,
    known_keys,
    parsed_expiry,
    revoke_key,
)
from orchestration.runtime.warehouse_urls import Warehouse, with_database
from serving.settings import ENV_FILE_NAME, PROJECT_ROOT
from tests.conftest import copied_database, of_database
from tests.integration.api_client import Api, running_api, write_warehouse
from tests.waiting import until

pytest_plugins = ["tests.integration.api_warehouse"]
pytestmark = pytest.mark.xdist_group("api")

SEEN_WITHIN_SECONDS = 5.0
EXPIRES_SOON = """
update access.api_keys set expires_at = now() + interval '0.5 seconds' where key_id = %s
"""


@dataclass
class Guarded:
    """An API whose warehouse has keys, and one key of each kind."""

    api: Api
    home: Path
    warehouse: Warehouse
    keys: dict[str, str]

    def ask(self, method: str, url: str, kind: str | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.keys[kind]}"} if kind else {}
        return self.api.request(method, url, headers=headers)

    def operations(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Give method, a real path and the documentation of each operation below /v1."""
        return [
            (method.upper(), path.format(load_id=1, person_id="P-1", name="dim_sites",
                                         sha256="0" * 64), operation)
            for path, operations in self.api.get("/openapi.json").json()["paths"].items()
            for method, operation in operations.items()
            if path.startswith("/v1/")
        ]  # fmt: skip


@pytest.fixture(scope="module")
def guarded(
    own_keyed_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Guarded]:
    home = tmp_path_factory.mktemp("guarded")
    write_warehouse(own_keyed_warehouse, home)
    keys = {
        "read": create_key(home, "read", ["read"], None),
        "upload": create_key(home, "upload", ["upload"], None),
        "expired": create_key(home, "expired", ["read"], datetime.now(UTC) - timedelta(seconds=1)),
        "revoked": create_key(home, "revoked", ["read", "upload"], None),
    }
    revoke_key(home, "revoked")
    right = keys["read"]
    keys["wrong secret"] = right[:-1] + ("A" if right[-1] != "A" else "B")
    keys["unknown"] = "dwh_zzzzzzzz_" + "A" * 43
    keys["no key"] = "Zm9vYmFy"
    with running_api(own_keyed_warehouse, home) as api:
        yield Guarded(api, home, own_keyed_warehouse, keys)


@pytest.fixture(scope="module")
def own_keyed_warehouse(
    server_url: str, template: Warehouse, built_database: str
) -> Iterator[Warehouse]:  # fmt: skip
    with copied_database(server_url, built_database) as name:
        yield of_database(template, name)


@pytest.mark.parametrize(
    ("kind", "status", "told"),
    [
        (None, 401, "A key is needed"), ("no key", 401, "must be sent as"),
        ("unknown", 401, "not known"), ("wrong secret", 401, "not known"),
        ("expired", 401, "has expired"), ("revoked", 401, "has been revoked"),
    ],
)  # fmt: skip
def test_no_operation_answers_without_a_valid_key(
    guarded: Guarded, kind: str | None, status: int, told: str
) -> None:
    operations = guarded.operations()
    assert len(operations) > 7
    for method, url, operation in operations:
        answer = guarded.ask(method, url, kind)
        assert answer.status_code == status, url
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"].startswith('Bearer realm="dwellhouse"')
        assert ("invalid_token" in answer.headers["www-authenticate"]) == (kind is not None)
        assert told in answer.json()["detail"]
        assert "data" not in answer.json()
        assert operation["security"] == [{"key": []}]
        assert {"401", "403"} <= operation["responses"].keys()


def test_each_operation_wants_its_scope(guarded: Guarded) -> None:
    refused: dict[str, set[str]] = {"read": set(), "upload": set()}
    for method, url, _ in guarded.operations():
        for scope, urls in refused.items():
            answer = guarded.ask(method, url, scope)
            assert answer.status_code != 401
            if answer.status_code == 403:
                assert "insufficient_scope" in answer.headers["www-authenticate"]
                urls.add(url)
    posts = {url for method, url, _ in guarded.operations() if method == "POST"}
    assert refused["read"] == posts
    followed = ("/v1/loads/1", "/v1/uploads")
    open_to_uploaders = {url for _, url, _ in guarded.operations() if url.startswith(followed)}
    open_to_uploaders -= {"/v1/loads/1/rejections"}
    every = {url for _, url, _ in guarded.operations()}
    assert refused["upload"] == every - open_to_uploaders


def test_what_holds_no_data_is_open(guarded: Guarded) -> None:
    for url in ("/healthz", "/readyz", "/openapi.json", "/docs"):
        assert guarded.api.get(url).status_code == 200


def test_a_path_that_is_not_there_tells_nothing(guarded: Guarded) -> None:
    assert guarded.api.get("/v1/nothing").status_code == 401
    assert guarded.ask("GET", "/v1/nothing", "read").status_code == 404


def test_a_kept_answer_needs_a_key_too(guarded: Guarded) -> None:
    assert guarded.ask("GET", "/v1/kpis", "read").status_code == 200
    assert guarded.ask("GET", "/v1/kpis", "read").status_code == 200
    assert guarded.api.get("/v1/kpis").status_code == 401


def test_revocation_and_expiry_are_seen_in_time(guarded: Guarded, server_url: str) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    guarded.keys["short"] = create_key(guarded.home, "short", ["read"], later)
    guarded.keys["long"] = create_key(guarded.home, "long", ["read"], None)

    def statuses() -> set[int]:
        return {guarded.ask("GET", "/v1/kpis", kind).status_code for kind in ("short", "long")}

    until(lambda: statuses() == {200}, SEEN_WITHIN_SECONDS)
    # It expires only now, for on a busy machine any short time might be over before it is used.
    name = urlsplit(guarded.warehouse.keymaster).path.strip("/")
    with psycopg.connect(with_database(server_url, name)) as connection:
        connection.execute(EXPIRES_SOON, [guarded.keys["short"].split("_")[1]])
    revoke_key(guarded.home, guarded.keys["long"].split("_")[1])
    until(lambda: statuses() == {401}, SEEN_WITHIN_SECONDS)


def test_only_hashes_are_kept(guarded: Guarded) -> None:
    with psycopg.connect(guarded.warehouse.keymaster) as connection:
        rows = connection.execute("select api_keys::text from access.api_keys").fetchall()
    secret = guarded.keys["read"].split("_", 2)[2]
    assert len(secret) * 6 >= 192
    assert not any(secret in row for (row,) in rows)
    assert len(set(guarded.keys.values())) == len(guarded.keys)


def test_every_request_is_written_down(guarded: Guarded) -> None:
    marks = {"read": "audit-1", None: "audit-2"}
    for kind, mark in marks.items():
        headers = {"X-Request-ID": mark}
        if kind:
            headers["Authorization"] = f"Bearer {guarded.keys[kind]}"
        for _ in range(2):  # the second is answered from memory
            answer = guarded.api.get("/v1/sessions?limit=7&person_id=%00'", headers=headers)
            answer = guarded.api.get("/v1/sessions?limit=7", headers=headers)
        assert answer.headers["x-request-id"] == mark
    query = (
        "select key_id, method, path, query, status, rows_sent from access.requests "
        "where request_id = %s order by asked_at"
    )
    with psycopg.connect(guarded.warehouse.keymaster, autocommit=True) as connection:
        written = partial(connection.execute, query)
        until(lambda: written(["audit-2"]).rowcount >= 4, SEEN_WITHIN_SECONDS)
        of_key, rows = written(["audit-1"]).fetchall(), written(["audit-2"]).fetchall()
    key_id = guarded.keys["read"].split("_")[1]
    refused = (key_id, "GET", "/v1/sessions", "limit=7&person_id=%00'", 422, 0)
    answered = (key_id, "GET", "/v1/sessions", "limit=7", 200, 7)
    assert of_key == [refused, answered] * 2
    assert {(row[0], row[4], row[5]) for row in rows} == {(None, 401, 0)}


@pytest.mark.parametrize(
    "statement",
    [
        "update access.requests set path = ''", "delete from access.requests",
        "select * from access.requests", "truncate access.requests",
        "insert into access.api_keys (key_id, name, secret_sha256, scopes) values "
        "('x', 'x', sha256('x'), '{read}')",
        "update access.api_keys set revoked_at = null", "select * from marts.data_versions",
    ],
)  # fmt: skip
def test_the_api_can_only_add_to_the_record(warehouse: Warehouse, statement: str) -> None:
    with (
        psycopg.connect(warehouse.gatekeeper) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


@pytest.mark.parametrize("table", ["api_keys", "requests"])
@pytest.mark.parametrize("role", ["reader", "loader", "transformer"])
def test_others_see_nothing_of_it(warehouse: Warehouse, role: str, table: str) -> None:
    with (
        psycopg.connect(getattr(warehouse, role)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(f"select * from access.{table}".encode())


@pytest.mark.parametrize(
    ("address", "host", "origin", "status"),
    [
        ("127.0.0.1", "localhost:8000", None, 200),
        ("127.8.9.1", "127.0.0.1", "http://127.0.0.1:3000", 200),
        ("::1", "[::1]:8000", None, 200),
        ("::ffff:127.0.0.1", "localhost", "http://localhost", 200),
        ("192.168.1.7", "localhost", None, 401),
        ("2001:db8::1", "localhost", None, 401),
        ("nonsense", "localhost", None, 401),
        ("127.0.0.1", "rebound.example", None, 401),
        ("127.0.0.1", "localhost", "https://elsewhere.example", 401),
        ("127.0.0.1", "localhost", "null", 401),
        ("127.0.0.1", "[nonsense", None, 401),
    ],
)  # fmt: skip
def test_without_any_key_only_this_machine_is_answered(
    api_warehouse: Warehouse, tmp_path: Path, address: str, host: str, origin: str | None,
    status: int,
) -> None:  # fmt: skip
    with running_api(api_warehouse, tmp_path, address=address) as api:
        headers = {"Host": host} | ({"Origin": origin} if origin else {})
        answer = api.get("/v1/kpis", headers=headers)
        assert answer.status_code == status
        assert api.get("/healthz", headers=headers).status_code == 200
        if status == 401:
            assert "dwellhouse keys create" in answer.json()["detail"]


def test_a_revoked_key_does_not_open_the_door_again(
    own_warehouse: Warehouse, tmp_path: Path
) -> None:
    with running_api(own_warehouse, tmp_path) as api:
        write_warehouse(own_warehouse, tmp_path)
        create_key(tmp_path, "only", ["read"], None)
        revoke_key(tmp_path, "only")
        time.sleep(1.1)
        assert api.get("/v1/kpis").status_code == 401


def test_without_the_database_nobody_knows_who_may_ask(tmp_path: Path) -> None:
    with running_api(None, tmp_path) as api:
        assert api.get("/v1/kpis").status_code == 503


def test_names_and_expiries_are_checked(warehouse: Warehouse, tmp_path: Path) -> None:
    write_warehouse(warehouse, tmp_path)
    create_key(tmp_path, "bi", ["read"], None)
    with pytest.raises(ApiKeyError, match="'bi' already"):
        create_key(tmp_path, "bi", ["read"], None)
    revoke_key(tmp_path, "bi")
    create_key(tmp_path, "bi", ["read"], None)
    assert [(key.name, key.state) for key in known_keys(tmp_path)] == [
        ("bi", "valid"), ("bi", "revoked"),
    ]  # fmt: skip
    for name in ("", " ", "a\nb", "x" * 101):
        with pytest.raises(ApiKeyError, match="name of 1 to 100"):
            create_key(tmp_path, name, ["read"], None)
    with pytest.raises(ApiKeyError, match="no key 'nobody'"):
        revoke_key(tmp_path, "nobody")
    assert parsed_expiry("never") is None
    expires_at = parsed_expiry("2d")
    assert expires_at
    assert timedelta(days=1.99) < expires_at - datetime.now(UTC) <= timedelta(days=2)
    for text in ("soon", "0d", "2020-01-01", "99999999d", "2026-13-01"):
        with pytest.raises(ApiKeyError):
            parsed_expiry(text)


def test_the_command_makes_lists_and_revokes(warehouse: Warehouse, tmp_path: Path) -> None:
    write_warehouse(warehouse, tmp_path)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "orchestration.cli", "keys", *arguments]
        environment = {
            "DWELLHOUSE_HOME": str(tmp_path), "PYTHONPATH": str(PROJECT_ROOT),
            ENV_FILE_NAME: os.devnull,
        }  # fmt: skip
        return subprocess.run(command, capture_output=True, text=True, env=environment,
                              cwd=tmp_path, check=False)  # fmt: skip

    made = run("create", "dashboard", "--scope", "read", "--scope", "upload", "--expires", "90d")
    assert made.stdout.strip().startswith("dwh_")
    assert len(made.stdout.split()) == 1
    assert made.stdout.strip() not in run("list").stdout
    assert "dashboard" in run("list").stdout
    assert run("revoke", "dashboard").returncode == 0
    assert "revoked" in run("list").stdout
    again = run("revoke", "dashboard")
    assert (again.returncode, again.stdout) == (1, "")
    assert "dwellhouse keys list shows them" in again.stderr
