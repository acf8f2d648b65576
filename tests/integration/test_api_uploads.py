"""Uploads: whole in the landing folder or not at all, and followed until they are published."""

import gzip
import hashlib
import json
import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from orchestration.lib.landing.landing_files import Landing
from orchestration.lib.loading.file_load import FileLoader
from orchestration.runtime.warehouse_urls import Warehouse
from serving.__main__ import GRACE_SECONDS
from serving.queries.loads import ContentLoad, load_of_content
from tests.event_files import HEADER, good_rows
from tests.integration.api_client import Api, running_api
from tests.integration.serving_process import ServingProcess, serving_process
from tests.integration.test_file_load import RULES
from tests.waiting import until

pytest_plugins = ["tests.integration.api_warehouse"]
pytestmark = pytest.mark.xdist_group("api")

MOST_BYTES = 100_000
CONTENT = (HEADER + good_rows(50)).encode()
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@dataclass
class Uploading:
    """An API with a landing folder of its own, and the loader that takes files from there."""

    api: Api
    landing: Landing
    warehouse: Warehouse

    def post(self, content: bytes, name: str = "a.csv", **more: object) -> httpx.Response:
        return self.api.request("POST", f"/v1/uploads?name={name}", content=content, **more)

    def post_form(self, content: bytes, name: str = "a.csv", **more: object) -> httpx.Response:
        return self.api.request("POST", "/v1/uploads", files={"file": (name, content)}, **more)

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.landing.folder.iterdir()
                if path.is_file()}  # fmt: skip

    def load(self, name: str) -> None:
        with psycopg.connect(self.warehouse.loader, autocommit=True) as connection:
            loader = FileLoader(connection, self.landing, RULES, "run")
            assert loader.load(self.landing.folder / name, name) is not None


@pytest.fixture
def uploading(own_warehouse: Warehouse, tmp_path: Path) -> Iterator[Uploading]:
    folder = tmp_path / "landing"
    folder.mkdir()
    settings: dict[str, Any] = {"landing": folder, "api_max_upload_bytes": MOST_BYTES}
    with running_api(own_warehouse, tmp_path, **settings) as api:
        yield Uploading(api, Landing(folder), own_warehouse)


@pytest.fixture
def process(own_warehouse: Warehouse, tmp_path: Path) -> Iterator[ServingProcess]:
    (tmp_path / "landing").mkdir()
    with serving_process(own_warehouse, tmp_path) as running:
        yield running


@pytest.fixture
def impatient(own_warehouse: Warehouse, tmp_path: Path) -> Iterator[ServingProcess]:
    (tmp_path / "landing").mkdir()
    with serving_process(own_warehouse, tmp_path, api_patience_seconds=1.5) as running:
        yield running


@pytest.mark.parametrize("way", ["post", "post_form"])
def test_a_file_lands_whole_and_is_followed(uploading: Uploading, way: str) -> None:
    taken = getattr(uploading, way)(CONTENT)
    assert taken.status_code == 202, taken.text
    assert taken.headers["location"] == taken.json()["data"]["url"] == f"/v1/uploads/{SHA256}"
    upload = taken.json()["data"]
    assert (upload["status"], upload["load_id"], upload["bytes"]) == ("waiting", None, len(CONTENT))
    assert uploading.files() == {"a.csv": CONTENT}
    assert [file.name for file in uploading.landing.files()] == ["a.csv"]
    uploading.load("a.csv")
    followed = uploading.api.get(upload["url"]).json()["data"]
    assert followed["status"] == "loaded"
    load = uploading.api.get(followed["load_url"]).json()["data"]
    assert (load["sha256"], load["percent"], load["rows_loaded"]) == (SHA256, 100, 50)


def test_the_same_content_is_answered_with_what_became_of_it(uploading: Uploading) -> None:
    uploading.post(CONTENT)
    waiting = uploading.post_form(CONTENT, "other.csv")
    assert (waiting.status_code, waiting.json()["data"]["status"]) == (200, "waiting")
    assert waiting.json()["data"]["file_name"] == "a.csv"
    assert uploading.files() == {"a.csv": CONTENT}
    uploading.load("a.csv")
    loaded = uploading.post(CONTENT, "third.csv")
    assert (loaded.status_code, loaded.json()["data"]["status"]) == (200, "loaded")
    assert loaded.json()["data"]["load_id"]
    assert uploading.files() == {}


def test_content_that_was_dropped_by_hand_is_known(uploading: Uploading) -> None:
    (uploading.landing.folder / "dropped.csv").write_bytes(CONTENT)
    uploading.load("dropped.csv")
    known = uploading.post(CONTENT)
    assert (known.status_code, known.json()["data"]["file_name"]) == (200, "dropped.csv")


def test_what_is_loaded_while_it_is_looked_for_is_not_told_as_removed(
    uploading: Uploading, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def found_too_early(*asked: Any) -> ContentLoad | None:
        load = await load_of_content(*asked)
        uploading.load("a.csv")
        return load

    url = uploading.post(CONTENT).json()["data"]["url"]
    monkeypatch.setattr("serving.uploading.uploads.load_of_content", found_too_early)
    assert uploading.api.get(url).json()["data"]["status"] == "waiting"
    assert uploading.files() == {}


def test_what_was_rejected_or_removed_may_come_again(uploading: Uploading) -> None:
    bad = b"timestamp,camera_id\n2026-05-01 10:00,c\n"
    uploading.post(bad)
    uploading.load("a.csv")
    sha256 = hashlib.sha256(bad).hexdigest()
    followed = uploading.api.get(f"/v1/uploads/{sha256}").json()["data"]
    assert followed["status"] == "rejected"
    again = uploading.post(bad)
    assert (again.status_code, again.json()["data"]["status"]) == (202, "waiting")
    (uploading.landing.folder / "a.csv").unlink()
    assert uploading.api.get(f"/v1/uploads/{sha256}").json()["data"]["status"] == "removed"
    assert uploading.post(bad).status_code == 202


def test_nothing_is_ever_overwritten(uploading: Uploading) -> None:
    other = CONTENT + b"2026-05-02 10:00,q,c1,entry\n"
    uploading.post(CONTENT)
    second = uploading.post(other)
    name = second.json()["data"]["file_name"]
    assert name.startswith("a-")
    assert name.endswith(".csv")
    assert uploading.files() == {"a.csv": CONTENT, name: other}


@pytest.mark.parametrize("name", ["Märkte (3).csv", "a.b.CSV", "x.csv.gz", "2026-05-01.csv"])
def test_names_are_kept(uploading: Uploading, name: str) -> None:
    assert uploading.post_form(gzip.compress(CONTENT), name).status_code == 202
    assert list(uploading.files()) == [name]


@pytest.mark.parametrize(
    "name",
    ["../a.csv", "/etc/a.csv", "a/b.csv", "a\\b.csv", ".a.csv", "a.csv.part", "a.txt", "README.md",
     "a\x00.csv", "a\n.csv", "-.csv", ".csv", "x" * 300 + ".csv", "a.csv/", "\u202egpj.csv"],
)  # fmt: skip
def test_other_names_are_refused(uploading: Uploading, name: str) -> None:
    for answer in (
        uploading.api.request("POST", "/v1/uploads", params={"name": name}, content=CONTENT),
        uploading.post_form(CONTENT, name),
    ):
        # httpx escapes what a form cannot hold; such a name may then be a good one.
        if answer.status_code == 202:
            assert set("%") & set(answer.json()["data"]["file_name"])
        assert answer.status_code == 422, name
        assert answer.headers["content-type"] == "application/problem+json"
    assert uploading.files() == {}


def test_a_name_that_is_too_long_is_told_so(uploading: Uploading) -> None:
    assert uploading.post(CONTENT, "é" * 98 + ".csv").status_code == 202
    answer = uploading.post(CONTENT, "é" * 120 + ".csv")
    assert answer.status_code == 422
    assert "'ééé" in answer.json()["detail"]
    assert "has 244 bytes; a name has 200 at most" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("headers", "content", "status", "told"),
    [
        ({}, b"", 422, "is empty"),
        ({}, b"x" * (MOST_BYTES + 1), 413, "DWELLHOUSE_API_MAX_UPLOAD_BYTES"),
        ({"Content-Encoding": "gzip"}, CONTENT, 415, "without Content-Encoding"),
        ({"Content-Type": "application/json; charset=utf-8"}, b"{}", 415, "Send the file itself"),
        ({"Content-Type": "multipart/form-data"}, CONTENT, 422, "no boundary"),
        ({"Content-Type": "multipart/form-data; boundary=x"}, CONTENT, 422, "cannot be read"),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"--x--\r\n", 422, "no file"),
        (
            {"Content-Type": "multipart/form-data; boundary=x"},
            b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.csv"\r\n\r\n1,2',
            422, "ends before",
        ),
        (
            {"Content-Type": "multipart/form-data; boundary=x"},
            b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.csv"\r\n\r\n1\r\n' * 2
            + b"--x--\r\n",
            422, "several files",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_leaves_nothing(
    uploading: Uploading, headers: dict[str, str], content: bytes, status: int, told: str
) -> None:
    answer = uploading.post(content, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (
        status, "application/problem+json",
    )  # fmt: skip
    assert told in answer.json()["detail"]
    assert uploading.files() == {}


def test_a_file_without_a_name_is_refused(uploading: Uploading) -> None:
    answer = uploading.api.request("POST", "/v1/uploads", content=CONTENT)
    assert "?name=visits.csv" in answer.json()["detail"]
    assert uploading.post(CONTENT, "a.csv&nmae=b").status_code == 422
    assert uploading.api.get("/v1/uploads").status_code == 405
    assert uploading.api.get(f"/v1/uploads/{SHA256}").status_code == 404
    assert uploading.api.get("/v1/uploads/x'").status_code == 422
    assert uploading.files() == {}


def test_a_landing_folder_that_is_not_there_is_told(uploading: Uploading) -> None:
    uploading.landing.folder.rmdir()
    assert uploading.post(CONTENT).status_code == 503


def test_a_body_of_unknown_length_is_stopped(own_warehouse: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "landing").mkdir()
    with serving_process(own_warehouse, tmp_path, api_max_upload_bytes=MOST_BYTES) as process:
        pieces = (b"x" * 10_000 for _ in range(1_000))
        try:
            status = httpx.post(f"{process.url}/v1/uploads?name=a.csv", content=pieces).status_code
        except (httpx.WriteError, httpx.ReadError):
            status = 413
        assert status == 413
        assert list((tmp_path / "landing").iterdir()) == []


def parts(home: Path) -> list[Path]:
    return [path for path in (home / "landing").iterdir() if path.name.endswith(".part")]


def begun_upload(process: ServingProcess, home: Path) -> socket.socket:
    """Send the first half of a file, and see it arrive."""
    connection = process.connect()
    head = "POST /v1/uploads?name=b.csv HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000000\r\n"
    connection.sendall(head.encode() + b"\r\n" + b"x" * 2_000_000)
    until(lambda: any(part.stat().st_size for part in parts(home)), 5)
    return connection


def assert_nothing_is_left(home: Path, seconds: float) -> None:
    until(lambda: not list((home / "landing").iterdir()), seconds)


def test_an_upload_that_breaks_off_leaves_nothing(process: ServingProcess, tmp_path: Path) -> None:
    with begun_upload(process, tmp_path):
        pass
    assert_nothing_is_left(tmp_path, 10)  # much sooner than it would be given up


def test_an_upload_that_stands_still_is_given_up(impatient: ServingProcess, tmp_path: Path) -> None:
    with begun_upload(impatient, tmp_path) as connection:
        answer = connection.recv(65536)
        assert b" 408 " in answer
        assert b"application/problem+json" in answer
    assert_nothing_is_left(tmp_path, 1)


def test_what_a_killed_process_leaves_is_removed_by_the_next(
    own_warehouse: Warehouse, tmp_path: Path
) -> None:
    (tmp_path / "landing").mkdir()
    with serving_process(own_warehouse, tmp_path) as first, begun_upload(first, tmp_path):
        with serving_process(own_warehouse, tmp_path):
            assert len(parts(tmp_path)) == 1  # still coming in: none of another's business
        first.process.kill()
        first.process.wait()
    assert len(parts(tmp_path)) == 1
    with serving_process(own_warehouse, tmp_path):
        assert parts(tmp_path) == []


INSERT = (
    "insert into raw.loads (file_name, sha256, bytes, source, status) "
    "values ('x.csv', %s, 1000, 'default', 'loading') returning load_id"
)


def events(lines: Iterator[str]) -> Iterator[tuple[str, dict[str, object]]]:
    name = ""
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def test_a_load_tells_its_steps_until_it_is_published(
    process: ServingProcess, own_warehouse: Warehouse
) -> None:
    with (
        psycopg.connect(own_warehouse.loader, autocommit=True) as loader,
        psycopg.connect(own_warehouse.transformer, autocommit=True) as transformer,
    ):
        row = loader.execute(INSERT, ["s"]).fetchone()
        assert row
        url = f"{process.url}/v1/loads/{row[0]}/events"
        with httpx.stream("GET", url, timeout=10) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            steps = events(answer.iter_lines())
            name, load = next(steps)
            assert (name, load["status"], load["percent"]) == ("load", "loading", 0)
            loader.execute("update raw.loads set bytes_read = 500 where load_id = %s", row)
            assert next(steps)[1]["percent"] == 50
            loader.execute(
                "update raw.loads set status = 'loaded', finished_at = now() where load_id = %s",
                row,
            )
            name, load = next(steps)
            assert (name, load["status"], load["is_published"]) == ("load", "loaded", False)
            transformer.execute(
                "insert into marts.data_versions (load_ids) values (%s)", [[row[0]]]
            )
            assert [(name, load["is_published"]) for name, load in steps] == [("published", True)]


def test_a_load_that_came_to_nothing_ends(
    process: ServingProcess, own_warehouse: Warehouse
) -> None:  # fmt: skip
    with psycopg.connect(own_warehouse.loader, autocommit=True) as loader:
        row = loader.execute(INSERT, ["t"]).fetchone()
        assert row
        loader.execute("update raw.loads set status = 'rejected' where load_id = %s", row)
    with httpx.stream("GET", f"{process.url}/v1/loads/{row[0]}/events") as answer:
        assert [name for name, _ in events(answer.iter_lines())] == ["ended"]
    assert httpx.get(f"{process.url}/v1/loads/99999/events").status_code == 404


def begin_load(warehouse: Warehouse, sha256: str) -> int:
    with psycopg.connect(warehouse.loader, autocommit=True) as loader:
        row = loader.execute(INSERT, [sha256]).fetchone()
    assert row
    return int(row[0])


def test_a_head_does_not_wait_for_a_load_to_end(
    process: ServingProcess, own_warehouse: Warehouse
) -> None:
    load_id = begin_load(own_warehouse, "v")
    answer = httpx.head(f"{process.url}/v1/loads/{load_id}/events", timeout=30)
    assert (answer.status_code, answer.content) == (200, b"")
    assert httpx.head(f"{process.url}/healthz").content == b""


def test_who_follows_a_load_does_not_hold_up_the_end(
    process: ServingProcess, own_warehouse: Warehouse
) -> None:
    load_id = begin_load(own_warehouse, "u")
    with httpx.stream("GET", f"{process.url}/v1/loads/{load_id}/events") as answer:
        steps = events(answer.iter_lines())
        assert next(steps)[0] == "load"
        process.process.send_signal(signal.SIGTERM)
        assert list(steps) == []
    # Sooner than those are cut off who are still being answered.
    assert process.process.wait(timeout=GRACE_SECONDS - 0.5) in (0, -signal.SIGTERM)
