"""The embedded server: passwords, loopback only, shared by its users, alive again after kill -9."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from orchestration.runtime.embedded_postgres import EmbeddedPostgres, PostgresStartError
from tests.waiting import until

pytestmark = pytest.mark.xdist_group("embedded")
SMALL = {"shared_buffers": "16MB", "fsync": "off"}
ASK_FOR_LONG = "import psycopg, sys; psycopg.connect(sys.argv[1]).execute('select pg_sleep(120)')"
ASKED = "select count(*) from pg_stat_activity where query = 'select pg_sleep(120)'"


@pytest.fixture(scope="module")
def home(shared_folder: Path) -> Iterator[Path]:
    folder = shared_folder / f"postgres-{uuid.uuid4().hex[:8]}"
    folder.mkdir()
    yield folder
    EmbeddedPostgres(folder).stop("immediate")
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def server(home: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(home, SMALL)


def answer(url: str, query: str) -> object:
    with psycopg.connect(url, connect_timeout=10, autocommit=True) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


def test_it_asks_for_a_password_and_listens_on_loopback_only(server: EmbeddedPostgres) -> None:
    with server.running() as url:
        parts = urlsplit(url)
        assert parts.hostname == "127.0.0.1"
        assert answer(url, "show listen_addresses") == "127.0.0.1"
        assert answer(url, "show unix_socket_directories") == ""
        assert answer(url, "show password_encryption") == "scram-sha-256"
        for wrong in (f":{uuid.uuid4().hex}", ""):
            with pytest.raises(psycopg.OperationalError, match="password"):
                answer(f"postgresql://postgres{wrong}@127.0.0.1:{parts.port}/postgres", "select 1")


def test_only_the_owner_can_read_secrets_log_and_data(server: EmbeddedPostgres) -> None:
    with server.running():
        for path in (server.password_file, server.log, server.data):
            assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path
    leftovers = {path.name for path in server.home.iterdir() if "password" in path.name}
    assert not leftovers, "the password was handed over in a file that is gone"


def test_text_is_ordered_by_code_point_whatever_the_locale(server: EmbeddedPostgres) -> None:
    query = "select string_agg(t, '' order by t) from unnest(array['a','B','ä','_']) as t"
    with server.running() as url:
        assert answer(url, query) == "B_aä"
        assert answer(url, "show timezone") == "UTC"


def test_users_share_it_and_the_last_one_stops_it(home: Path) -> None:
    first, second = EmbeddedPostgres(home, SMALL), EmbeddedPostgres(home, SMALL)
    with first.running() as url:
        with second.running() as same:
            assert same == url
        assert first.is_running(), "the other user is still there"
        assert answer(url, "select 1") == 1
    assert not first.is_running()


def test_a_server_that_a_kill_has_left_is_stopped_unless_somebody_uses_it(home: Path) -> None:
    server = EmbeddedPostgres(home)
    assert not server.stop_if_unused()
    with server.running():
        assert not server.stop_if_unused()
        assert server.is_running()
    server.start()
    assert server.stop_if_unused()
    assert not server.is_running()
    assert not server.stop_if_unused()


def test_it_keeps_its_port_while_that_is_free(server: EmbeddedPostgres) -> None:
    with server.running() as url:
        port = urlsplit(url).port
    with server.running() as url:
        assert urlsplit(url).port == port
    with socket.create_server(("127.0.0.1", port or 0)), server.running() as url:
        assert urlsplit(url).port != port
        assert answer(url, "select 1") == 1


def test_its_settings_may_be_reset_while_it_runs(server: EmbeddedPostgres) -> None:
    with server.running() as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("alter system reset all")
        assert server.url == url
        assert server.is_listening()
    with server.running() as url:
        assert answer(url, "show listen_addresses") == "127.0.0.1"


def test_what_a_killed_process_has_asked_for_ends_soon(server: EmbeddedPostgres) -> None:
    with server.running() as url:
        client = subprocess.Popen([sys.executable, "-c", ASK_FOR_LONG, url])
        until(lambda: answer(url, ASKED) == 1, 20)
        client.kill()
        client.wait()
        until(lambda: answer(url, ASKED) == 0, 20)


def starts(server: EmbeddedPostgres) -> bool:
    """Start it, if the children of a killed one have ended already."""
    try:
        server.start()
    except PostgresStartError:
        return False
    return True


def test_what_was_committed_survives_kill_9(server: EmbeddedPostgres) -> None:
    with server.running() as url:
        with psycopg.connect(url) as connection:
            connection.execute("create table kept as select 7 as seven")
        postmaster = int((server.data / "postmaster.pid").read_text().splitlines()[0])
        os.kill(postmaster, signal.SIGKILL)
        until(lambda: not server.is_running(), 20)
    until(lambda: starts(server), 20, server.log.read_text)
    with server.running() as url:
        assert answer(url, "select seven from kept") == 7


def test_a_creation_that_was_killed_midway_is_begun_anew(home: Path) -> None:
    folder = home / "begun"
    (folder / "postgres" / "base").mkdir(parents=True)
    (folder / "postgres" / "postgresql.conf").write_text("half")
    with EmbeddedPostgres(folder, SMALL).running() as url:
        assert answer(url, "select 1") == 1


def test_a_start_that_fails_says_why(home: Path, server: EmbeddedPostgres) -> None:
    with server.running():
        pass
    impossible = EmbeddedPostgres(home, {"shared_buffers": "1TB of it"})
    with pytest.raises(PostgresStartError, match=r"postgres\.log says:[\s\S]*shared_buffers"):
        impossible.start()
    with server.running() as url:
        assert answer(url, "select 1") == 1
