"""A full disk: the file is kept, the reason is told, and all goes on once there is room again."""

import errno
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from orchestration.lib.landing.file_moves import tidy
from orchestration.lib.landing.landing_files import Landing
from orchestration.lib.landing.lent_copies import lent_copy
from orchestration.runtime.embedded_postgres import EmbeddedPostgres
from orchestration.runtime.warehouse import prepare_warehouse
from orchestration.runtime.warehouse_urls import with_database
from orchestration.settings import Settings
from tests.e2e.loading_place import LoadingPlace
from tests.event_files import HEADER, good_rows

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
LEFT_BYTES = 3 * 1024 * 1024


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """Mount a disk of this size, in a folder that Postgres' own user can walk through."""
    folder = Path(tempfile.mkdtemp(prefix="dwellhouse-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        folder.rmdir()
        pytest.skip("no disk can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
        shutil.rmtree(folder)


def fill(disk: Path, leave: int = 0) -> Path:
    """Fill the disk but for `leave` bytes; gives the file whose removal makes room again."""
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        file.write(bytes(max(0, shutil.disk_usage(disk).free - leave)))
    return ballast


@pytest.fixture
def small_landing(place: LoadingPlace) -> Iterator[LoadingPlace]:
    with small_disk(1) as disk:
        (disk / "landing").mkdir()
        yield LoadingPlace(Landing(disk / "landing"), place.warehouse)


def test_a_file_that_cannot_be_explained_for_want_of_room_stays(
    small_landing: LoadingPlace,
) -> None:
    place = small_landing
    place.drop("bad.csv", HEADER)
    ballast = fill(place.landing.folder.parent)
    for _ in range(2):
        with pytest.raises(OSError, match="No space left on device") as failure:
            place.load("bad.csv")
        assert failure.value.errno == errno.ENOSPC
    assert (place.landing.folder / "bad.csv").exists()
    ballast.unlink()
    outcome = place.load("bad.csv")
    assert outcome is not None
    assert (outcome.status, outcome.stored_as) == ("rejected", "quarantine/bad.csv")
    place.oracle.check()
    assert place.statuses("bad.csv") == [("rejected", "empty_file")]


def test_a_good_file_needs_no_room_in_landing(small_landing: LoadingPlace) -> None:
    place = small_landing
    place.landing.archive.mkdir()
    place.drop("good.csv", HEADER + good_rows(9))
    fill(place.landing.folder.parent)
    outcome = place.load("good.csv")
    assert outcome is not None
    assert outcome.stored_as == "archive/good.csv"
    place.oracle.check()


def test_a_copy_without_room_leaves_nothing(small_landing: LoadingPlace, tmp_path: Path) -> None:
    original = tmp_path / "a.csv"
    original.write_bytes(bytes(100_000))
    fill(small_landing.landing.folder.parent, leave=50_000)
    with (
        pytest.raises(OSError, match="No space left on device"),
        lent_copy(small_landing.landing, original),
    ):
        raise AssertionError
    tidy(small_landing.landing)
    assert small_landing.oracle.places() == {}


def test_a_full_disk_of_the_database_costs_time_but_no_row(tmp_path: Path) -> None:
    sparing = {
        "shared_buffers": "8MB", "min_wal_size": "32MB", "max_wal_size": "64MB", "fsync": "off",
    }  # fmt: skip
    landing = Landing(tmp_path / "landing")
    landing.folder.mkdir()
    with small_disk(192) as disk:
        server = EmbeddedPostgres(disk / "home", sparing)
        with server.running() as url:
            settings = Settings(home=server.home)
            place = LoadingPlace(
                landing, prepare_warehouse(settings, with_database(url, "dwellhouse"))
            )
            content = HEADER + "".join(
                f"2026-05-01 10:00,p{number},{'c' * 900},entry\n" for number in range(6_000)
            )
            place.drop("a.csv", content)
            with psycopg.connect(url, autocommit=True) as admin:
                admin.execute("checkpoint")  # so that nothing else waits to be written
            ballast = fill(disk, leave=LEFT_BYTES)
            with pytest.raises(psycopg.OperationalError):
                place.load("a.csv", chunk_rows=1_000)
            assert (landing.folder / "a.csv").exists()
            ballast.unlink()
            outcome = place.load("a.csv", chunk_rows=1_000)
            assert outcome is not None
            assert outcome.counts.rows_loaded == 6_000
            place.oracle.check()
            [(_, code), _] = place.statuses("a.csv")
            assert code in ("interrupted", "worker_died")
            [(reason,)] = place.ask("select reason from raw.loads where status = 'failed'")
            assert "No space left on device" in reason
