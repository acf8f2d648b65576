"""Answers are made once for each version and query, and are kept no longer than they are true."""

import asyncio
import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest
import redis

from orchestration.lib.building.publication import publish
from orchestration.runtime.warehouse_urls import Warehouse
from serving.answering.versions import FRESH_SECONDS
from serving.front import redis_store
from tests.integration.api_client import Api, running_api
from tests.integration.redis_server import RedisServer, running_redis
from tests.integration.sessions_lock import sessions_locked, until_a_query_waits, waiting_queries
from tests.waiting import until

pytest_plugins = ["tests.integration.api_warehouse"]
pytestmark = pytest.mark.xdist_group("api")

# Not enough for the first query of a process where the machine is busy.
SHORT_TIMEOUT_SECONDS = 1.0
SESSIONS = "/v1/sessions?limit=5&camera_id=CAM-A"


@pytest.fixture(scope="module")
def redis_server() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


def many(api: Api, url: str, count: int) -> list[httpx.Response]:
    async def gathered() -> list[httpx.Response]:
        return await asyncio.gather(*(api.client.get(url) for _ in range(count)))

    return api.portal.call(gathered)


def begun(api: Api, url: str) -> Future[httpx.Response]:
    """Ask without waiting for the answer."""
    return api.portal.start_task_soon(api.client.get, url)


def lasting(answer: httpx.Response) -> dict[str, str]:
    """Give the headers that are part of what is kept: all but the request's own."""
    return {name: value for name, value in answer.headers.items() if name != "x-request-id"}


def test_a_hundred_at_once_make_one_query(own_warehouse: Warehouse, tmp_path: Path) -> None:
    with running_api(own_warehouse, tmp_path) as api:
        with sessions_locked(own_warehouse) as connection:
            asked = api.portal.start_task_soon(
                lambda: asyncio.gather(*(api.client.get(SESSIONS) for _ in range(100)))
            )
            until_a_query_waits(connection)
            time.sleep(0.2)  # time enough for a second one to appear
            assert len(waiting_queries(connection)) == 1
        answers = asked.result(timeout=30)
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.content for answer in answers}) == 1
        assert len(answers[0].json()["data"]) == 5


def test_the_order_of_parameters_is_one_but_that_of_groupings_matters(
    own_warehouse: Warehouse, tmp_path: Path
) -> None:
    with running_api(own_warehouse, tmp_path) as api:
        camera_first = "group_by=camera&group_by=hour_of_day"
        first = api.get(f"/v1/dwell.csv?{camera_first}&status=closed")
        same = api.get(f"/v1/dwell.csv?status=closed&{camera_first}")
        other = api.get("/v1/dwell.csv?group_by=hour_of_day&group_by=camera&status=closed")
    assert lasting(same) == lasting(first)
    assert other.headers["etag"] != first.headers["etag"]
    assert first.text.startswith("camera_id,hour_of_day,")
    assert other.text.startswith("hour_of_day,camera_id,")


def test_what_is_kept_needs_no_data(own_warehouse: Warehouse, tmp_path: Path) -> None:
    with running_api(own_warehouse, tmp_path) as api:
        made = api.get(SESSIONS)
        with sessions_locked(own_warehouse) as connection:
            for same in (SESSIONS, "/v1/sessions?camera_id=CAM-A&limit=5"):
                kept = api.get(same)
                assert (kept.content, lasting(kept)) == (made.content, lasting(made))
            known = api.get(SESSIONS, headers={"If-None-Match": made.headers["etag"]})
            assert (known.status_code, known.content) == (304, b"")
            assert known.headers["etag"] == made.headers["etag"]
            assert api.get(f"{SESSIONS}&limit=5").status_code == 422
            assert waiting_queries(connection) == set()
            unmade = begun(api, SESSIONS + "&status=closed")
            until_a_query_waits(connection)
        assert unmade.result(timeout=30).status_code == 200


def test_a_new_version_ends_what_was_kept(own_warehouse: Warehouse, tmp_path: Path) -> None:
    with running_api(own_warehouse, tmp_path) as api:
        assert api.get(SESSIONS).json()["data_version"] == 1
        with psycopg.connect(own_warehouse.transformer) as connection:
            connection.execute("delete from marts.fct_sessions")
            publish(connection, "test", "models")
        asked_at = published_at = time.monotonic()
        while (body := api.get(SESSIONS).json())["data_version"] == 1:
            assert asked_at < published_at + FRESH_SECONDS
            asked_at = time.monotonic()
        assert (body["data_version"], body["data"]) == (2, [])


def test_one_who_is_up_to_date_takes_nothing_from_others(api: Api) -> None:
    url = f"{SESSIONS}&max_dwell=500"
    tag = api.get(url).headers["etag"]
    with_tag = api.client.get(f"{url}&min_dwell=1", headers={"If-None-Match": f"{tag}, *"})
    without = api.client.get(f"{url}&min_dwell=1")

    async def both() -> list[httpx.Response]:
        return list(await asyncio.gather(with_tag, without))

    assert [answer.status_code for answer in api.portal.call(both)] == [304, 200]


def test_a_large_answer_flows_and_is_not_kept(
    own_warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.cache.MOST_ANSWER_BYTES", 100)
    with running_api(own_warehouse, tmp_path) as api:
        bodies = {answer.content for answer in many(api, SESSIONS, 5)}
        assert len(bodies) == 1
        assert len(bodies.pop()) > 100
        with sessions_locked(own_warehouse) as connection:
            again = begun(api, SESSIONS)
            until_a_query_waits(connection)
        assert again.result(timeout=30).status_code == 200


def test_failures_are_shared_but_not_kept(own_warehouse: Warehouse, tmp_path: Path) -> None:
    with running_api(
        own_warehouse, tmp_path, api_statement_timeout_seconds=SHORT_TIMEOUT_SECONDS
    ) as api:  # fmt: skip
        until(lambda: api.get("/v1/sessions?limit=1").status_code == 200)
        with sessions_locked(own_warehouse) as connection:
            asked = api.portal.start_task_soon(
                lambda: asyncio.gather(*(api.client.get(SESSIONS) for _ in range(30)))
            )
            waited: set[str] = set()
            while not asked.done():
                waited |= waiting_queries(connection)
                time.sleep(0.02)
            assert {answer.status_code for answer in asked.result()} == {504}
            assert len(waited) == 1
        assert api.get(SESSIONS).status_code == 200


@contextmanager
def two_processes(
    warehouse: Warehouse, folder: Path, redis_url: str, patience_seconds: float = 5
) -> Iterator[tuple[Api, Api]]:
    """Two APIs that share a Redis, for which they wait so long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redis_store, "PATIENCE_SECONDS", patience_seconds)
        with (
            running_api(warehouse, folder, redis_url=redis_url) as one,
            running_api(warehouse, folder, redis_url=redis_url) as other,
        ):
            yield one, other


def test_processes_share_by_redis(
    redis_server: RedisServer, own_warehouse: Warehouse, tmp_path: Path
) -> None:
    with two_processes(own_warehouse, tmp_path, redis_server.url) as (one, other):
        made = one.get(SESSIONS)
        with sessions_locked(own_warehouse):
            shared = other.get(SESSIONS)
            assert (shared.content, lasting(shared)) == (made.content, lasting(made))
    with redis.Redis.from_url(redis_server.url) as client:
        keys = list(client.scan_iter("dwellhouse:answer:*"))
        assert all(0 < client.ttl(key) <= 3600 for key in keys)
        assert keys


def test_nonsense_in_redis_is_passed_over(
    redis_server: RedisServer, own_warehouse: Warehouse, tmp_path: Path
) -> None:
    with two_processes(own_warehouse, tmp_path, redis_server.url) as (one, other):
        made = one.get(SESSIONS)
        with redis.Redis.from_url(redis_server.url) as client:
            for key in client.scan_iter("dwellhouse:answer:*"):
                client.set(key, b"[1,2]\n<html>")
        assert other.get(SESSIONS).content == made.content


def test_a_redis_that_dies_freezes_and_returns(
    own_warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """A request waits for it once, whatever it would have asked it after that."""
    monkeypatch.setattr(redis_store, "REST_SECONDS", 2.0)  # longer than such a query takes
    with (
        running_redis() as server,
        two_processes(own_warehouse, tmp_path, server.url, patience_seconds=1) as (one, other),
    ):
        for number, harm in enumerate((signal.SIGKILL, signal.SIGSTOP)):
            assert one.get(f"{SESSIONS}&min_dwell={number}").status_code == 200
            server.send(harm)
            caplog.clear()
            assert one.get(f"{SESSIONS}&min_dwell={number + 10}").status_code == 200
            assert caplog.text.count("Redis does not answer") == 1
            if harm is signal.SIGKILL:
                server.start()
            else:
                server.send(signal.SIGCONT)
            time.sleep(redis_store.REST_SECONDS + 0.1)  # as long as it is left alone
            url = f"{SESSIONS}&min_dwell={number + 20}"
            made = one.get(url)
            with sessions_locked(own_warehouse):
                assert other.get(url).content == made.content
