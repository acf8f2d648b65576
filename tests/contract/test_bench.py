"""The benchmark's report says what was measured; nothing here measures time."""

import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from threading import Thread

import pytest

from bench.__main__ import OTHERS, main
from bench.api import AT_LEAST, AT_MOST, Figure
from bench.api import table as api_table
from bench.bulk import Bulk, write_rows
from bench.bulk import table as bulk_table
from bench.dagster_runs import RunTimes, phases
from bench.drops import Found, Published, day_files
from bench.filled_warehouse import Build
from bench.flat import Flat
from bench.flat import table as flat_table
from bench.http_load import Answers, answers_to
from bench.latency import Burst, Latency
from bench.leak import Footprint, Leak
from bench.many import Many
from bench.many import table as many_table
from bench.marts import Marts
from bench.marts import table as marts_table
from bench.report import Figures, append_to_history, table
from bench.stack import own_settings
from serving.settings import PROJECT_ROOT

README = (PROJECT_ROOT / "bench" / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r'^make bench(?: BENCH=(\w+))?(?: ARGS="(.*?)")?', README, flags=re.MULTILINE)
PARTS = {"load": 0.5, "dbt, publication": 1.5}


@pytest.fixture
def figures() -> Figures:
    small, large = Footprint(9, 80, 3, 300.0), Footprint(10, 81, 4, 300.4)
    return Figures(
        ready_seconds=6.0,
        first=Latency([3.0]),
        drops=Latency([2.0, 1.0, 3.0], PARTS, 0.01),
        stock=Latency([60.0], {name: 10 * seconds for name, seconds in PARTS.items()}),
        burst=Burst(files=24, seconds=13.0, seconds_after_last=3.4, longest=9.5, runs=5),
        leak=Leak(200, small, large),
    )


def cells(figures: Figures) -> dict[str, list[str]]:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in table(figures).splitlines()
    ]
    assert {len(row) for row in rows} == {4}
    return {name: values for name, *values in rows}


def test_table_compares_with_the_stock_stack(figures: Figures) -> None:
    rows = cells(figures)
    assert rows["drop to published, p50"] == ["2.00 s", "60.00 s", "30.0"]
    assert rows["of it: load"] == ["0.50 s", "5.00 s", "10.0"]


def test_table_sets_the_first_drop_beside_the_others(figures: Figures) -> None:
    assert cells(figures)["first drop after a start"][::2] == [
        "3.00 s",
        "1.50 of p50 (at most 1.5)",
    ]


def test_table_shows_what_grew(figures: Figures) -> None:
    assert cells(figures)["processes before and after 200 runs"][0] == "9 → 10"


def test_table_leaves_out_what_was_not_measured(figures: Figures) -> None:
    rows = cells(Figures(figures.ready_seconds, figures.first, figures.drops))
    assert rows["drop to published, p50"] == ["2.00 s", "", ""]
    assert not any("files within" in name or "before and after" in name for name in rows)


def test_history_gets_one_object_a_run(figures: Figures, tmp_path: Path) -> None:
    history = tmp_path / "results" / "history.jsonl"
    for _ in range(2):
        append_to_history(figures, {"drops": 3}, {"commit": "abc"}, history)
    entries = [json.loads(line) for line in history.read_text(encoding="utf-8").splitlines()]
    assert len(entries) == 2
    assert entries[0]["ratio"] == 30.0
    assert entries[0]["drops"]["seconds"] == [2.0, 1.0, 3.0]


def test_bulk_is_compared_with_the_bare_way() -> None:
    bulk = Bulk(1_700_000, 101.4, 1.5, 2.5, load_seconds=6.0, peak_mib=512.4)
    assert "| landing to committed raw | 6.0 s | 1.50 of both (at most 4) |" in bulk_table(bulk)
    assert "512 MiB" in bulk_table(bulk)


def test_many_files_are_told_against_the_limit() -> None:
    many = Many(500, 100, 0.2, loaded_seconds=16.5, published_seconds=19.6, runs=3)
    assert "| all published | 19.6 s | at most 30 s |" in many_table(many)
    assert "| all committed to raw | 16.5 s | 33 ms a file |" in many_table(many)


@pytest.mark.parametrize("bench", ["latency", *OTHERS])
def test_each_bench_tells_its_options(bench: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([bench, "--help"])
    assert f"python -m bench {bench}" in capsys.readouterr().out


def test_each_bench_is_told_of_in_the_table() -> None:
    told = re.findall(r"^\| \[`(\w+)`\]\(#", README, flags=re.MULTILINE)
    assert sorted(told) == sorted(["latency", *OTHERS])


@pytest.mark.parametrize(("bench", "arguments"), COMMANDS)
def test_a_command_that_is_shown_has_its_options(
    bench: str, arguments: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name = bench or "latency"
    with pytest.raises(SystemExit):
        main([name, "--help"])
    told = capsys.readouterr().out
    assert f"python -m bench {name}" in told
    assert set(re.findall(r"--[a-z-]+", arguments)) <= set(re.findall(r"--[a-z-]+", told))


def test_no_bench_works_on_the_database_of_the_operator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DWELLHOUSE_DATABASE_URL", "postgresql://postgres:pw@db:5432/in_use")
    assert own_settings(tmp_path / "home", tmp_path / "landing").database_url is None
    sources = [path.read_text(encoding="utf-8") for path in (PROJECT_ROOT / "bench").glob("*.py")]
    assert sum(source.count(" Settings(") for source in sources) == 1


def test_bulk_rows_are_the_same_for_the_same_seed(tmp_path: Path) -> None:
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    write_rows(one, 50, seed=1)
    write_rows(other, 50, seed=1)
    assert one.read_text() == other.read_text()
    assert len(one.read_text().splitlines()) == 51


def test_marts_are_compared_with_bare_sql() -> None:
    built = Build(30.0, {"fct_events": 4.0, "int_data_clock": 0.1})
    told = marts_table(Marts(1_700_000, 20, {"events": 5.0, "visits": 10.0}, built, 3.0))
    assert "| bare SQL, 20 tables | 15.0 s |  |" in told
    assert "| committed raw to published marts | 30.0 s | 2.00 of bare SQL (at most 2.5) |" in told
    assert "| of the build: fct_events | 4.0 s |  |" in told


def test_drops_into_a_large_warehouse_are_compared_with_the_small_one() -> None:
    small, large, late = (Build(seconds, {"fct_events": seconds / 10}) for seconds in (1, 1.2, 2))
    told = flat_table(Flat(100_000, 2_000_000, 90.0, [small], [large], [late]))
    seconds = "1.00 s, fastest 1.00 | 1.20 s, fastest 1.20"
    assert f"| 10,000 rows of the latest day | {seconds} | 1.20 (at most 1.5) |" in told
    assert "| … of a day 40 days before |  | 2.00 s, fastest 2.00 | 2.00 (at most 3.0) |" in told
    assert "| of it: fct_events | 0.100 s | 0.120 s |  |" in told


def test_the_api_is_held_against_its_limits() -> None:
    figures = [
        Figure("page", 0.79, "", AT_LEAST, 0.8, "790 to 1,000 a second"),
        Figure("kpis", 149.6, " ms", AT_MOST, 150),
        Figure("told only", 3.0, ""),
    ]
    assert [figure.holds for figure in figures] == [False, True, True]
    rows = api_table(figures).splitlines()[2:]
    assert rows[0] == "| page | 0.79 | at least 0.8, missed | 790 to 1,000 a second |"
    assert rows[1] == "| kpis | 149.60 ms | at most 150 ms |  |"


def test_answers_are_counted_by_the_second() -> None:
    answers = Answers([number / 1000 for number in range(1, 101)], elapsed=2.0)
    assert answers.rate == 50
    assert answers.milliseconds(50) == pytest.approx(50.5)


def test_a_timeout_is_an_answer_that_took_long_and_any_other_failure_is_wrong() -> None:
    class Route(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(int(self.path[1:]))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Route) as server:
        Thread(target=server.serve_forever).start()
        slow = answers_to(iter(["/200", "/504", "/504"]), server.server_port, 1, 10)
        wrong = answers_to(iter(["/200", "/500"]), server.server_port, 1, 10)
        server.shutdown()
    assert (len(slow.seconds), slow.timed_out, slow.refused) == (3, 2, None)
    assert (wrong.timed_out, (wrong.refused or b"")[:12]) == (0, b"HTTP/1.1 500")


def test_p95_lies_between_the_drops() -> None:
    seconds = [float(number) for number in range(1, 31)]
    Random(1).shuffle(seconds)
    assert Latency(seconds).p95 == pytest.approx(28.55)
    assert Latency([4.0]).p95 == 4.0


def test_phases_leave_no_gap() -> None:
    load = Found("day.csv", "loaded", None, "run", 12.0, 12.5, 14.0)
    drop = Published(dropped_at=10.0, load=load, published_at=14.0, seen_at=14.01)
    parts = dict(phases(drop, RunTimes(created_at=11.0, started_at=11.5, dbt_at=12.75)))
    assert list(parts.values()) == [1.0, 0.5, 0.5, 0.5, 0.25, 1.25]
    assert sum(parts.values()) == drop.seconds


def test_each_dropped_file_is_another_day(tmp_path: Path) -> None:
    paths = day_files(tmp_path, "day", count=2, rows=50, seed=1)
    days = [path.read_text(encoding="utf-8").splitlines()[1][:10] for path in paths]
    assert days == ["2025-04-01", "2025-04-02"]
