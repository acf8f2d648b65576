"""The embedded server under supervision: started again at its port, as soon as it can be."""

import os
import shutil
import signal
import socket
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from orchestration.runtime.embedded_postgres import EmbeddedPostgres
from orchestration.runtime.supervised_postgres import SupervisedPostgres
from tests.waiting import until

pytestmark = pytest.mark.xdist_group("embedded")
REVIVED_SECONDS = 30
SMALL = {"shared_buffers": "16MB", "fsync": "off"}


@pytest.fixture
def server(shared_folder: Path) -> Iterator[EmbeddedPostgres]:
    home = shared_folder / f"supervised-{uuid.uuid4().hex[:8]}"
    server = EmbeddedPostgres(home, SMALL)
    yield server
    server.stop("immediate")
    shutil.rmtree(home)


def kill(server: EmbeddedPostgres) -> None:
    pid = int((server.data / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    until(lambda: not server.is_listening())


def test_a_killed_server_answers_again_at_the_same_url(server: EmbeddedPostgres) -> None:
    supervised = SupervisedPostgres(server)
    with server.running() as url:
        assert not supervised.revive()
        kill(server)
        until(supervised.revive, REVIVED_SECONDS)
        assert server.url == url
        with psycopg.connect(url, autocommit=True) as connection:
            assert connection.execute("select 7").fetchone() == (7,)
        assert not supervised.revive()


def test_a_server_that_cannot_start_is_told_of_and_waited_for(server: EmbeddedPostgres) -> None:
    supervised = SupervisedPostgres(server)
    with server.running() as url:
        server.stop("immediate")
        version = server.data / "PG_VERSION"
        written = version.read_text()
        version.write_text("9\n")
        assert not supervised.revive()
        assert "did not start" in str(supervised.failure)
        assert "It is tried again in 1 s." in str(supervised.failure)
        assert not supervised.revive()
        assert supervised.failure is None, "said once, not at each look"
        version.write_text(written)
        began = time.monotonic()
        until(supervised.revive, REVIVED_SECONDS)
        assert time.monotonic() - began > 0.5
        with socket.create_connection(("127.0.0.1", urlsplit(url).port or 0)):
            pass
