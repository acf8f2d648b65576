"""`dwellhouse load`: the whole pipeline in a process, on an outside Postgres, killed and repeated.

The steps build on each other. The first two loads are processes from the start; those after them,
of which nothing but their results is asked, come warm.
"""

import os
import pty
import re
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from orchestration.lib.fault_points import VARIABLE
from orchestration.lib.generation import Generated, Generation, write_csv
from orchestration.lib.statements import statement
from orchestration.runtime.warehouse_urls import ROLES, Warehouse, with_database
from orchestration.runtime.worker_claim import RUN_WORKERS, WorkerClaims
from serving.settings import PROJECT_ROOT
from tests.e2e.fault_orders import FaultOrders
from tests.event_files import HEADER, good_rows
from tests.integration.warm_command import warm_command

pytestmark = pytest.mark.xdist_group("headless")
ROWS = 10_000
PATIENCE_SECONDS = 180


REFUSE = """
create function public.refuse() returns trigger language plpgsql
as $$ begin raise 'nothing goes in here'; end $$;
create trigger refuse before insert on marts.fct_events
for each statement execute function public.refuse()
"""


FORBID = """
create function public.forbid() returns trigger language plpgsql
as $$ begin raise 'nothing goes from here'; end $$;
create trigger forbid before delete on event_logs
for each statement execute function public.forbid()
"""


@dataclass(frozen=True)
class Case:
    """A home folder with an outside database, and files beside it."""

    folder: Path
    database_url: str
    made: Generated

    @property
    def landing(self) -> Path:
        return self.folder / "landing"

    @property
    def orders(self) -> FaultOrders:
        return FaultOrders(self.folder / "orders")

    @property
    def environment(self) -> dict[str, str]:
        settings = {
            "DWELLHOUSE_HOME": str(self.folder / "home"),
            "DWELLHOUSE_LANDING": str(self.landing),
            "DWELLHOUSE_DATABASE_URL": self.database_url,
            "DWELLHOUSE_CHUNK_ROWS": "500",
            VARIABLE: str(self.orders.folder),
            "TERM": "xterm",
            "COLUMNS": "120",
        }
        return {**os.environ, **settings, "PYTHONPATH": str(PROJECT_ROOT)}

    def start(self, *arguments: str, stderr: int = subprocess.PIPE) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "orchestration.cli", *arguments],
            stdout=subprocess.PIPE, stderr=stderr, text=True, cwd=self.folder,
            env=self.environment,
        )  # fmt: skip

    def load(self, *files: str) -> tuple[int, list[str], str]:
        """Load files; gives the exit status, the lines told and what went to standard error."""
        return self.command("load", *files)

    def command(self, *arguments: str) -> tuple[int, list[str], str]:
        """Run `dwellhouse`; gives the exit status, the lines told and what went to stderr."""
        status, out, err = warm_command(arguments, self.environment, self.folder, PATIENCE_SECONDS)
        return status, out.splitlines(), err

    def command_on_terminal(self, *arguments: str) -> tuple[int, list[str], str]:
        """Run `dwellhouse` where a person looks on: its stderr is a terminal; gives the same."""
        screen, its_end = pty.openpty()
        process = self.start(*arguments, stderr=its_end)
        os.close(its_end)
        shown = b""
        with suppress(OSError):  # so Linux says that nobody writes to the terminal any more
            while piece := os.read(screen, 65_536):
                shown += piece
        os.close(screen)
        out, _ = process.communicate(timeout=PATIENCE_SECONDS)
        return process.returncode, out.splitlines(), shown.decode()

    def worker_lives(self) -> bool | None:
        """Tell what run monitoring of a stack beside it is told of the only run."""
        folder = self.folder / "home" / RUN_WORKERS
        (claim,) = folder.iterdir()
        return WorkerClaims(folder).is_alive(claim.stem)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Ask as superuser, who sees everything."""
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def case(server_url: str, shared_folder: Path) -> Iterator[Case]:
    name = f"headless_{uuid.uuid4().hex[:8]}"
    folder = shared_folder / name
    (folder / "orders").mkdir(parents=True)
    generation = Generation(rows=ROWS, days=5, bad_share=0.02)
    case = Case(folder, with_database(server_url, name), write_csv(folder / "big.csv", generation))
    (folder / "copy.csv").write_bytes((folder / "big.csv").read_bytes())
    (folder / "short.csv").write_text("timestamp,camera_id\n2026-05-01 10:00,c\n")
    yield case
    with psycopg.connect(server_url, autocommit=True) as connection:
        for database in (name, f"{name}_dagster"):
            drop = sql.SQL("drop database if exists {} with (force)")
            connection.execute(drop.format(sql.Identifier(database)))
        for role in ROLES:
            role_name = sql.Identifier(f"{name}_{role}")
            connection.execute(sql.SQL("drop role if exists {}").format(role_name))


@pytest.fixture(scope="module")
def killed(case: Case) -> Case:
    """The case after a load that was killed while it copied rows."""
    case.orders.give("copying", "hold")
    process = case.start("load", "big.csv")
    case.orders.wait_until_obeyed("copying", PATIENCE_SECONDS)
    assert case.worker_lives()
    case.orders.give("copying", "kill")  # at the next chunk, one of which it has copied then
    case.orders.release("copying")
    process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == -signal.SIGKILL
    case.orders.clear()
    return case


@pytest.fixture(scope="module")
def loaded(killed: Case) -> tuple[Case, tuple[int, list[str], str]]:
    """The case after a second attempt, with an unusable file and a copy beside the good one."""
    return killed, killed.command_on_terminal("load", "big.csv", "short.csv", "copy.csv")


def test_a_killed_load_leaves_no_row(killed: Case) -> None:
    assert killed.ask("select status from raw.loads") == [("loading",)]
    assert killed.ask("select count(*) from raw.camera_events") == [(0,)]
    assert killed.ask("select count(*) from raw.rejected_rows") == [(0,)]
    assert (killed.folder / "big.csv").exists()
    assert len(list(killed.landing.glob(".load-*"))) == 1


def test_run_monitoring_sees_whether_the_process_lives(killed: Case) -> None:
    assert killed.worker_lives() is False


def test_before_the_first_version_there_is_nothing_to_verify(killed: Case) -> None:
    assert killed.command("verify") == (
        2, [], "Nothing to verify: no version is published yet. Load a file first.\n",
    )  # fmt: skip


def test_what_became_of_each_file_is_told(loaded: tuple[Case, tuple[int, list[str], str]]) -> None:
    case, (status, lines, _) = loaded
    good = case.made.rows - case.made.bad_rows
    told, _, reasons = lines[0].partition(" (")
    assert told == (
        f"big.csv: loaded, {ROWS:,} rows read, {good:,} loaded, {case.made.bad_rows:,} rejected"
    )
    assert sorted(reasons.rstrip(")").split(", ")) == sorted(
        f"{count} {reason}" for reason, count in case.made.bad.items()
    )
    assert lines[1:] == [
        "  To mend those rows: dwellhouse rejected 2",
        "short.csv: rejected, 0 rows read, 0 loaded, 0 rejected",
        "  The file lacks required columns. Its first line must name timestamp, person_id, "
        "camera_id and event_type. Its first line names: timestamp, camera_id. It lacks person_id, "
        "event_type.",
        "copy.csv: duplicate, 0 rows read, 0 loaded, 0 rejected",
        "  The same content is already loaded, as big.csv.",
    ]
    assert status == 1, "not all of them are in the warehouse"


def test_a_person_sees_how_far_it_is(loaded: tuple[Case, tuple[int, list[str], str]]) -> None:
    _, (_, _, shown) = loaded
    looks = re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", shown).replace("\r", "\n").splitlines()
    bar = re.compile(r"Loading big\.csv .* \d+% ([\d,]+) rows(, [\d,]+ a second)?")
    seen = [found for look in looks if (found := bar.search(look))]
    rows = [int(found[1].replace(",", "")) for found in seen]
    assert rows == sorted(rows)
    assert any(0 < count < ROWS for count in rows), "while it is loaded"
    assert any(found[2] for found in seen)
    assert any(look.startswith("Building the marts") for look in looks)
    assert not looks[-1].strip(), "the bar goes when all is told"


def test_every_row_is_accounted_for(loaded: tuple[Case, tuple[int, list[str], str]]) -> None:
    case, _ = loaded
    reasons = case.ask("select reason_code, count(*) from raw.rejected_rows group by 1")
    assert dict(reasons) == case.made.bad
    [(events, distinct)] = case.ask(
        "select count(*), count(distinct line_number) from raw.camera_events"
    )
    assert events == distinct == case.made.rows - case.made.bad_rows
    assert case.ask("select status from raw.loads order by load_id") == [
        ("failed",), ("loaded",), ("rejected",), ("duplicate",),
    ]  # fmt: skip


def test_the_marts_are_published(loaded: tuple[Case, tuple[int, list[str], str]]) -> None:
    case, _ = loaded
    assert case.ask("select load_ids from marts.data_versions") == [([2],)]
    [(entries, sessions)] = case.ask(
        "select (select count(*) from marts.fct_events where is_entry), "
        "(select count(*) from marts.fct_sessions)"
    )
    assert entries == sessions
    assert isinstance(sessions, int)
    assert sessions > ROWS / 10


def test_given_files_stay_and_their_copies_are_put_away(
    loaded: tuple[Case, tuple[int, list[str], str]],
) -> None:
    case, _ = loaded
    assert list(case.landing.glob(".*")) == [], "the copy of the killed load is gone as well"
    for name in ("big.csv", "copy.csv", "short.csv"):
        assert (case.folder / name).exists()
    assert sorted(path.name for path in (case.landing / "archive").iterdir()) == [
        "big.csv", "copy.csv",
    ]  # fmt: skip
    assert sorted(path.name for path in (case.landing / "quarantine").iterdir()) == [
        "short.csv", "short.csv.reason.json",
    ]  # fmt: skip


def test_what_is_never_taken_is_told_with_its_reason(
    loaded: tuple[Case, tuple[int, list[str], str]],
) -> None:
    case, _ = loaded
    link, no_text = case.landing / "link.csv", Path(os.fsdecode(bytes(case.landing) + b"/\xff.csv"))
    link.symlink_to(case.folder / "big.csv")
    no_text.touch()
    try:
        status, lines, _ = case.command("status")
    finally:
        link.unlink()
        no_text.unlink()
    told = lines[lines.index("files waiting: none") + 1 :]
    assert status == 0
    assert sorted(told[:2]) == [
        "  '\\udcff.csv' is not loaded: its name is not readable as UTF-8; rename it",
        "  'link.csv' is not loaded: it is a symbolic link; copy the file itself here",
    ]


def test_rejected_rows_are_printed_as_a_file(
    loaded: tuple[Case, tuple[int, list[str], str]],
) -> None:
    case, _ = loaded
    status, lines, err = case.command("rejected", "2")
    assert (status, len(lines)) == (0, 1 + case.made.bad_rows)
    assert lines[0] == "\ufeff" + (case.folder / "big.csv").read_text().partition("\n")[0]
    *reasons, told = err.splitlines()
    assert told == f"Mend these rows and drop them into {case.landing} as big.csv."
    counted = [reason.partition(":")[0].split() for reason in reasons]
    assert {code: int(count) for count, code in counted} == case.made.bad
    status, lines, err = case.command("rejected", "3")
    assert (status, lines) == (1, [])
    assert err.startswith("Load 3, short.csv, is rejected: none of its rows was taken")


def test_what_is_in_the_warehouse_is_not_replayed(
    loaded: tuple[Case, tuple[int, list[str], str]],
) -> None:
    case, _ = loaded
    status, [line], _ = case.command("replay", "2")
    good = case.made.rows - case.made.bad_rows
    assert status == 0
    assert line == (
        f"Load 2, big.csv, is in the warehouse already with {good:,} rows; content is loaded "
        f"once. To have its {case.made.bad_rows} rejected rows judged again: "
        "dwellhouse rejected 2 > rejected_2.csv, and drop that file."
    )
    told = "The content of load 4 is in the warehouse already, by load 2."
    assert case.command("replay", "4") == (0, [told], "")
    told = "There is no load 99; dwellhouse status shows the last ones.\n"
    assert case.command("replay", "99") == (1, [], told)
    told = (
        "Load 1, big.csv, has not ended or has failed. "
        f"Its file is no longer in landing. Drop it into {case.landing} again.\n"
    )
    assert case.command("replay", "1") == (1, [], told)


def test_roles_of_an_outside_database_bear_its_name(
    loaded: tuple[Case, tuple[int, list[str], str]],
) -> None:
    case, _ = loaded
    name = case.folder.name
    urls = Warehouse.of_home(case.folder / "home")
    with psycopg.connect(urls.reader) as reader:
        assert reader.info.user == f"{name}_reader"
        assert reader.execute("select count(*) > 0 from marts.fct_sessions").fetchone() == (True,)
    asked = case.command("sql", "--role", "loader", "-Atc", "select current_user")
    assert asked == (0, [f"{name}_loader"], "")
    status, _, err = case.command("sql", "-c", "select from raw.loads")
    assert (status, "permission denied" in err) == (1, True)


def test_again_everything_is_in_the_warehouse_and_nothing_changes(
    loaded: tuple[Case, tuple[int, list[str], str]],
) -> None:
    case, _ = loaded
    before = case.ask("select * from marts.data_versions")
    status, lines, _ = case.load("copy.csv")
    assert status == 0
    assert lines[0] == "copy.csv: duplicate, 0 rows read, 0 loaded, 0 rejected"
    assert case.ask("select * from marts.data_versions") == before


def test_a_mended_file_is_replayed_from_quarantine(
    loaded: tuple[Case, tuple[int, list[str], str]],
) -> None:
    case, _ = loaded
    quarantine = case.landing / "quarantine"
    status, [heading, reason], _ = case.command("quarantine", "list")
    assert (status, heading.endswith(", load 3, missing_columns")) == (0, True)
    assert reason.startswith("  The file lacks required columns.")
    _, lines, _ = case.command("quarantine", "show", "short.csv")
    assert lines[-1].endswith(": dwellhouse replay 3")
    (quarantine / "short.csv").write_text(
        "timestamp,camera_id,person_id,event_type\n2026-05-01 10:00,c,p,entry\n"
    )
    status, lines, _ = case.command("replay", "3")
    assert (status, lines) == (0, ["short.csv: loaded, 1 rows read, 1 loaded, 0 rejected"])
    assert list(quarantine.iterdir()) == []
    stored = "select stored_as from raw.loads where file_name = 'short.csv' order by load_id"
    assert case.ask(stored) == [("archive/short.csv",), ("archive/short.csv",)]
    assert case.ask("select count(*) from marts.fct_sessions where camera_id = 'c'") == [(1,)]
    status, _, err = case.command("replay", "3")
    told = f"has been replayed already; its file is {case.landing / 'archive/short.csv'} now."
    assert (status, told in err) == (1, True)


def test_old_months_of_raw_are_let_go_and_the_marts_stay(
    loaded: tuple[Case, tuple[int, list[str], str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    case, _ = loaded
    monkeypatch.setenv("DWELLHOUSE_RAW_RETENTION_DAYS", "365")
    header = "timestamp,person_id,camera_id,event_type,note\n"
    for hour in (10, 11):  # the second file finds its month gone
        path = case.folder / f"old-{hour}.csv"
        event_type = "in" if hour == 10 else "out"
        path.write_text(header + f"2001-02-03T{hour}:00:00Z,old,c,{event_type},x\n")
        status, _, err = case.load(path.name)
        assert (status, err) == (0, "")
        kept = "select count(*) from raw.kept_events where person_id = 'old'"
        assert case.ask(kept) == [(hour - 9,)]
        assert case.ask("select from raw.months where month < '2002-01-01'") == []
    stay = "select dwell_seconds from marts.fct_sessions where person_id = 'old'"
    assert case.ask(stay) == [(3600.0,)]
    assert case.ask(statement("unreconciled_loads").replace("%(run_id)s", "loads.run_id")) == []
    assert case.command("verify")[0] == 0


def test_old_runs_are_let_go(loaded: tuple[Case, tuple[int, list[str], str]]) -> None:
    """Where it fails, the load stands, and the next one tries it again."""
    case, _ = loaded
    runs = "select run_id from runs where status = 'SUCCESS' order by id"
    folder = case.folder / "home" / "logs" / "runs"
    assert case.load("copy.csv")[0] == 0  # the next one takes its place
    with psycopg.connect(f"{case.database_url}_dagster", autocommit=True) as superuser:
        before = superuser.execute(runs).fetchall()
        ends = [before[0][0], before[-1][0]]  # no more, for what a call deletes is bounded in time
        age = "update runs set update_timestamp = '2001-01-01' where run_id = any(%s)"
        superuser.execute(age, [ends])
        superuser.execute(FORBID)
        status, _, err = case.load("copy.csv")
        superuser.execute("drop function public.forbid() cascade")
        assert (status, superuser.execute(runs).fetchall()[:-1]) == (0, before)
        assert err.startswith("Old runs could not be deleted; it is tried again after the next")
        assert "nothing goes from here" in err
        status, _, err = case.load("copy.csv")
        after = superuser.execute(runs).fetchall()
    assert (status, err) == (0, "")
    assert before[0] in after, "that which built all models"
    assert before[-1] not in after
    assert len(list(folder.iterdir())) == len(after) + 1


def test_why_the_run_of_a_load_failed_is_told(
    loaded: tuple[Case, tuple[int, list[str], str]],
) -> None:
    case, _ = loaded
    (case.folder / "late.csv").write_text(HEADER + "2026-05-02 10:00:00,late,c,entry\n")
    with psycopg.connect(case.database_url, autocommit=True) as superuser:
        superuser.execute(REFUSE)
        status, lines, err = case.load("late.csv")
        superuser.execute("drop function public.refuse() cascade")
    assert (status, lines) == (1, ["late.csv: loaded, 1 rows read, 1 loaded, 0 rejected"])
    assert err.startswith("The run failed, so the marts may lack these files.\n")
    assert "fct_events: " in err
    assert "nothing goes in here" in err
    assert err.endswith("\ndwellhouse doctor looks for what is wrong.\n")
    assert case.load("late.csv")[0] == 0, "the next run publishes it"
    assert case.ask("select count(*) from marts.fct_events where person_id = 'late'") == [(1,)]


def test_why_the_run_of_a_replay_failed_is_told(
    loaded: tuple[Case, tuple[int, list[str], str]],
) -> None:
    case, _ = loaded
    (case.folder / "mended.csv").write_text("timestamp,camera_id\n2026-05-01 11:00,c\n")
    assert case.load("mended.csv")[0] == 1
    [(load_id,)] = case.ask("select load_id from raw.loads where file_name = 'mended.csv'")
    stored = case.landing / "quarantine" / "mended.csv"
    stored.write_text(HEADER + "2026-05-02 11:00:00,mended,c,entry\n")
    with psycopg.connect(case.database_url, autocommit=True) as superuser:
        superuser.execute(REFUSE)
        status, lines, err = case.command("replay", str(load_id))
        superuser.execute("drop function public.refuse() cascade")
    assert (status, lines) == (1, ["mended.csv: loaded, 1 rows read, 1 loaded, 0 rejected"])
    assert err.startswith("The run failed, so the marts may lack these files.\n")
    assert "nothing goes in here" in err
    assert case.load("copy.csv")[0] == 0, "the next run publishes it"


def test_a_file_is_replayed_for_the_last_load_that_has_put_it_there_alone(
    loaded: tuple[Case, tuple[int, list[str], str]],
) -> None:
    case, _ = loaded
    stored = case.landing / "quarantine" / "daily.csv"

    def told_of_replay(load_id: int) -> str:
        before = stored.read_bytes()
        status, lines, err = case.command("replay", str(load_id))
        assert (status, stored.read_bytes()) == (1, before)
        return "\n".join(lines) + err

    for day in (1, 2):
        stored.unlink(missing_ok=True)  # a person has taken away what was there
        (case.folder / "daily.csv").write_text(f"timestamp,camera_id\n2026-05-0{day} 10:00,c\n")
        assert case.load("daily.csv")[0] == 1
    loads = "select load_id, stored_as from marts.fct_loads where file_name = 'daily.csv'"
    query = f"{loads} order by load_id"
    (first, second) = case.ask(query)
    assert (first[1], second[1]) == (None, "quarantine/daily.csv")
    assert "another file lies there by now. Drop its file into" in told_of_replay(first[0])
    assert told_of_replay(second[0]).startswith("daily.csv: rejected"), "as it was not mended"
    *_, third = case.ask(query)
    assert f"is the file of load {third[0]} by now" in told_of_replay(second[0])


def test_a_file_that_only_has_to_be_moved_is_told_as_loaded(
    loaded: tuple[Case, tuple[int, list[str], str]],
) -> None:
    case, _ = loaded
    (case.folder / "cut.csv").write_text(HEADER + good_rows(3, "cut"))
    case.orders.give("after_commit", "fail")
    line = "cut.csv: loaded, 3 rows read, 3 loaded, 0 rejected"
    assert case.load("cut.csv")[:2] == (0, [line])
    assert not (case.landing / "archive" / "cut.csv").exists()
    case.orders.clear()
    assert case.load("cut.csv")[:2] == (0, [line])
    assert (case.landing / "archive" / "cut.csv").exists()


def test_a_file_that_another_has_taken_from_landing_is_told_as_loaded(
    loaded: tuple[Case, tuple[int, list[str], str]],
) -> None:
    """Given by a link, which is known by what it leads to."""
    case, _ = loaded
    (case.landing / "taken.csv").write_text(HEADER + good_rows(4, "taken"))
    (case.folder / "link.csv").symlink_to(case.landing / "taken.csv")
    case.orders.give("hashed", "hold")
    process = case.start("load", "link.csv")
    case.orders.wait_until_obeyed("hashed", PATIENCE_SECONDS)
    line = "taken.csv: loaded, 4 rows read, 4 loaded, 0 rejected"
    assert case.load("landing/taken.csv")[:2] == (0, [line])
    case.orders.clear()
    assert process.communicate(timeout=PATIENCE_SECONDS) == (f"{line}\n", "")
    assert process.returncode == 0


def test_a_file_that_could_not_be_loaded_is_told(
    loaded: tuple[Case, tuple[int, list[str], str]],
) -> None:
    case, _ = loaded
    for name in ("unread.csv", "read.csv"):
        (case.folder / name).write_text(HEADER + good_rows(2, name))
    case.orders.give("hashed", "fail", "unread.csv")
    status, lines, _ = case.load("unread.csv", "read.csv")
    case.orders.clear()
    assert status == 1
    assert lines[0] == "read.csv: loaded, 2 rows read, 2 loaded, 0 rejected"
    assert lines[1].startswith("unread.csv was not loaded: it could not be read, changed or was")
    status, lines, _ = case.load("unread.csv", "unread.csv")
    told = [line.partition(",")[0] for line in lines]
    assert (status, told[:2]) == (0, ["unread.csv: loaded", "unread.csv: duplicate"])


def test_a_load_that_is_ended_says_so_in_a_line(
    loaded: tuple[Case, tuple[int, list[str], str]],
) -> None:
    case, _ = loaded
    (case.folder / "ended.csv").write_text(HEADER + good_rows(2_000))
    case.orders.give("copying", "hold")
    process = case.start("load", "ended.csv")
    case.orders.wait_until_obeyed("copying", PATIENCE_SECONDS)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    case.orders.clear()
    assert (process.returncode, out) == (130, "")
    assert re.fullmatch(r"The load was ended\. .* load them again\.\n", err), "no stack trace"
    attempt = "select status, reason_code from raw.loads where file_name = 'ended.csv'"
    assert case.ask(attempt) == [("failed", "interrupted")]
