"""The life of a stack: one a home folder, ended without a trace, going on where it was."""

import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from orchestration.runtime.embedded_postgres import EmbeddedPostgres
from orchestration.runtime.environment import DAGSTER_YAML
from orchestration.runtime.log_bounds import LARGEST_BYTES
from tests.e2e.running_stack import END_SECONDS, RunningStack, visits
from tests.event_files import HEADER
from tests.waiting import until

pytestmark = pytest.mark.xdist_group("stack")


def test_a_healthy_stack_has_nothing_to_mend(stack: RunningStack) -> None:
    result = stack.command("doctor")
    assert (result.returncode, "FAIL" in result.stdout) == (0, False)
    assert "stack: runs" in result.stdout
    for role in ("loader", "transformer", "reader", "dagster"):
        assert f"database as {role}: Postgres" in result.stdout


def test_the_printed_url_is_of_a_role_that_can_only_read_marts(stack: RunningStack) -> None:
    url = stack.command("url").stdout.strip()
    with psycopg.connect(url) as reader:
        assert reader.execute("select count(*) from marts.data_versions").fetchone()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("select * from raw.loads")


def test_a_second_stack_in_the_same_home_is_refused_in_a_sentence(stack: RunningStack) -> None:
    result = stack.command("up")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        f"A stack already runs in {stack.home}. Stop it with: dwellhouse down; "
        "or choose another DWELLHOUSE_HOME and other ports.\n"
    )
    assert stack.api("/healthz"), "the first is not disturbed"


@pytest.fixture
def occupied() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def test_an_occupied_port_is_told_in_a_sentence(other_stack: RunningStack, occupied: int) -> None:
    """The last of those that are looked at; which ones are is held by `test_listening.py`."""
    other_stack.api_port = occupied
    result = other_stack.command("up")
    assert (result.returncode, result.stdout) == (1, "")
    told, _, proposed = result.stderr.partition("=")
    assert told == (
        f"Port {occupied} on 127.0.0.1 is in use. Free it, or choose another: DWELLHOUSE_API_PORT"
    )
    assert int(proposed) > occupied
    assert other_stack.processes() == {}
    doctor = other_stack.command("doctor")
    assert doctor.returncode == 1
    assert f"FAIL port {occupied}: in use" in doctor.stdout
    assert "set DWELLHOUSE_API_PORT" in doctor.stdout


def test_a_database_out_of_reach_is_told_and_what_was_started_before_it_is_ended(
    other_stack: RunningStack,
) -> None:
    other_stack.settings["DWELLHOUSE_DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/none"
    result = other_stack.command("up")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("The database at 127.0.0.1:1/none cannot be used: ")
    assert "Traceback" not in result.stderr
    assert other_stack.processes() == {}


def stock_launcher(folder: Path) -> Path:
    """Write the shipped dagster.yaml as it is with Dagster's own launcher; gives its path."""
    shipped = DAGSTER_YAML.read_text(encoding="utf-8")
    stock = "run_launcher:\n  module: dagster\n  class: DefaultRunLauncher\n"
    path = folder / "dagster.yaml"
    path.write_text(re.sub(r"(?ms)^run_launcher:\n.*?\n(?=\n)", stock, shipped), encoding="utf-8")
    return path


def test_a_stack_beside_another_may_be_killed_goes_on_and_ends_without_a_trace(
    stack: RunningStack, other_stack: RunningStack
) -> None:
    before = stack.finished()
    other_stack.start()
    other_stack.drop(mine=HEADER + visits(4, "mine"))
    first = other_stack.finished()
    assert stack.finished()["loads"] == before["loads"], "each has its own files"

    other_stack.kill()
    # The others end with their supervisor; Postgres alone waits for the next start.
    until(lambda: all("/bin/postgres" in told for told in other_stack.processes().values()), 5)
    other_stack.drop(meanwhile=HEADER + visits(3, "meanwhile"))
    other_stack.settings["DWELLHOUSE_DAGSTER_YAML"] = str(stock_launcher(other_stack.folder))
    log = other_stack.home / "logs" / "daemon.log"
    os.truncate(log, LARGEST_BYTES + 1)
    other_stack.start()
    until(log.with_name("daemon.log.1").exists)
    second = other_stack.finished()
    assert second["data_version"] == first["data_version"] + 1
    assert second["loads"] == {"loaded": 2}
    counts = other_stack.ask("select camera_id, count(*) from marts.fct_sessions group by 1")
    assert dict(counts) == {"mine": 4, "meanwhile": 3}
    assert other_stack.api("/v1/kpis")["data"]["closed_sessions"] == 7

    told = [other_stack.engine_events(str(other_stack.load_of(f"{name}.csv")["run_id"]))
            for name in ("mine", "meanwhile")]  # fmt: skip
    assert ["A warm worker has the run" in text for text in told] == [True, False]
    assert not any("run_server" in told for told in other_stack.supervised().values())
    # What the disk has not taken yet is noise: it depends on what else the machine writes.
    admin_url = EmbeddedPostgres(other_stack.home).url
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("checkpoint")
    assert other_stack.stop() < END_SECONDS
    assert other_stack.processes() == {}
    assert not (other_stack.home / "stack.json").exists()
    assert stack.api("/healthz"), "the other one is not disturbed"
