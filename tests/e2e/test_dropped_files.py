"""Files dropped into a running stack end where the contract says, and the numbers follow."""

import io
import json
import os
import random
from collections import Counter
from pathlib import Path

import pytest

from orchestration.lib.generation import Generation, write_csv
from tests.e2e.contents import CASES
from tests.e2e.oracle import UNACCOUNTED
from tests.e2e.running_stack import FINISH_SECONDS, RunningStack, visits
from tests.event_files import HEADER
from tests.waiting import until

pytestmark = pytest.mark.xdist_group("stack")


def reason_of(stack: RunningStack, name: str) -> dict[str, object]:
    path = stack.landing / "quarantine" / f"{name}.csv.reason.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def with_good_file(stack: RunningStack) -> RunningStack:
    """The stack when `good.csv` has come through it, in a run that has built it as well.

    The first build of all, which a new stack begins by itself, would take a load with it.
    """
    until(lambda: stack.ask("select version from marts.data_versions"), FINISH_SECONDS)
    stack.finished()
    stack.drop(good=HEADER + visits(50, "good"))
    stack.finished()
    return stack


def test_a_good_file_is_in_the_marts_and_the_api(with_good_file: RunningStack) -> None:
    stack = with_good_file
    load = stack.load_of("good.csv")
    assert (load["status"], load["rows_loaded"], load["rows_rejected"]) == ("loaded", 100, 0)
    assert (stack.landing / "archive" / "good.csv").read_text() == HEADER + visits(50, "good")
    sessions = stack.ask(
        "select count(*), min(dwell_seconds), max(dwell_seconds) from marts.fct_sessions "
        "where camera_id = 'good' and session_status = 'closed'"
    )
    assert sessions == [(50, 300, 300)]
    answer = stack.api("/v1/kpis?camera_id=good")
    assert answer["data"]["total_events"] == 100
    assert answer["data"]["closed_sessions"] == 50
    assert answer["data"]["avg_dwell_seconds"] == 300
    assert str(answer["data_version"]) == str(stack.finished()["data_version"])


def test_its_run_shows_assets_and_passed_checks_in_dagster(with_good_file: RunningStack) -> None:
    stack = with_good_file
    run_id = stack.load_of("good.csv")["run_id"]
    assert stack.runs()[run_id] == "SUCCESS"
    materialized, checks = stack.events_of(run_id)
    assert {"raw_loads", "raw_camera_events", "int_instants_paired", "fct_sessions",
            "dim_cameras", "agg_camera_hourly", "data_versions"} <= materialized  # fmt: skip
    assert {"raw_loads.file_has_rows", "raw_camera_events.event_types_are_known",
            "raw_loads.rows_read_are_rows_loaded_plus_rejected"} <= checks.keys()  # fmt: skip
    assert any(name.startswith("fct_events.") for name in checks)
    assert {passed for passed, _ in checks.values()} == {True}


def test_checks_that_its_build_has_left_out_show_how_they_ended(
    with_good_file: RunningStack,
) -> None:
    _, evaluated = with_good_file.events_of(with_good_file.load_of("good.csv")["run_id"])
    shown = with_good_file.shown_checks()
    left_out = shown.keys() - evaluated.keys()
    of_table, of_view = "unique_dim_cameras_camera_id", "unique_stg_raw__loads_load_id"
    assert {f"dim_cameras.{of_table}", f"stg_raw__loads.{of_view}"} <= left_out
    assert {shown[name] for name in left_out} == {"SUCCEEDED"}


def test_what_a_run_prints_is_kept(with_good_file: RunningStack) -> None:
    stack = with_good_file
    run_id = str(stack.load_of("good.csv")["run_id"])
    kept = (stack.home / "logs" / "runs").glob(f"**/{run_id}/**/*.err")
    assert "good.csv: loaded, 100 rows read" in "".join(path.read_text() for path in kept)


def test_the_same_content_again_changes_nothing(with_good_file: RunningStack) -> None:
    stack = with_good_file
    before = stack.finished()
    marts = stack.ask("select * from marts.fct_sessions where camera_id = 'good' order by 1")
    stack.drop(good=HEADER + visits(50, "good"), renamed=HEADER + visits(50, "good"))
    after = stack.finished()
    for name in ("good.csv", "renamed.csv"):
        assert stack.load_of(name)["status"] == "duplicate"
    assert after["data_version"] == before["data_version"]
    again = stack.ask("select * from marts.fct_sessions where camera_id = 'good' order by 1")
    assert again == marts
    archived = [path.name for path in (stack.landing / "archive").iterdir()]
    assert [sum(name in path for path in archived) for name in ("good", "renamed")] == [2, 1]


def test_bad_files_are_set_aside_with_a_reason_and_the_good_rows_stay(stack: RunningStack) -> None:
    """All in one drop: none of them keeps another from being taken."""
    rows = visits(50, "some_bad").splitlines(keepends=True)
    rows[10] = rows[10].replace("some_bad-p5", "")
    rows[20] = "now" + rows[20][19:]
    rows[30] = rows[30].replace("entry", "teleport")
    stack.drop(
        no_person="timestamp,camera_id,event_type\n2026-03-02 08:00,c,entry\n",
        nothing="",
        some_bad=HEADER + "".join(rows),
        image=b"\x89PNG\r\n\x1a\n" + random.Random(1).randbytes(5000),
    )
    stack.finished()
    for name, code, word in (
        ("no_person", "missing_columns", "person_id"),
        ("nothing", "empty_file", "no rows"),
        ("image", "undecodable", "UTF-8"),
    ):
        load, reason = stack.load_of(f"{name}.csv"), reason_of(stack, name)
        assert (load["status"], load["reason_code"]) == ("rejected", code)
        assert load["stored_as"] == f"quarantine/{name}.csv"
        assert (stack.landing / load["stored_as"]).exists()
        assert reason["reason_code"] == code
        assert word in str(reason["reason"])
    load = stack.load_of("some_bad.csv")
    assert (load["status"], load["rows_loaded"], load["rows_rejected"]) == ("loaded", 97, 3)
    assert load["stored_as"] == "archive/some_bad.csv"
    assert stack.rejected_rows("some_bad.csv") == [
        (12, "missing_value"),
        (22, "unparseable_timestamp"),
        (32, "unknown_event_type"),
    ]
    assert stack.api("/v1/kpis?camera_id=some_bad")["data"]["total_events"] == 97


def test_what_was_made_bad_is_what_is_rejected(stack: RunningStack) -> None:
    text = io.StringIO()
    made = write_csv(text, Generation(seed=7, rows=5_000, days=7, bad_share=0.05))
    stack.drop(month=text.getvalue())
    stack.finished()
    load = stack.load_of("month.csv")
    assert (load["rows_read"], load["rows_rejected"]) == (made.rows, made.bad_rows)
    assert Counter(code for _, code in stack.rejected_rows("month.csv")) == made.bad
    _, checks = stack.events_of(load["run_id"])
    failed = {name for name, (passed, _) in checks.items() if not passed}
    assert failed == {
        "raw_camera_events.rows_have_as_many_fields_as_the_header",
        "raw_camera_events.person_id_is_present",
        "raw_camera_events.timestamps_can_be_read",
        "raw_camera_events.timestamps_are_in_range",
        "raw_camera_events.event_types_are_known",
    }
    assert {checks[name][1] for name in failed} == {"WARN"}, "the rest is loaded"


def test_files_of_any_content_give_the_marts_of_a_rebuild(stack: RunningStack) -> None:
    stack.drop(**{f"has {name}": content for name, (content, _) in CASES.items()})
    stack.finished()
    loads = stack.ask("select file_name, reason_code from raw.loads where file_name like 'has %'")
    refused = {f"has {name}.csv": expected.refused for name, (_, expected) in CASES.items()}
    assert dict(loads) == refused
    assert stack.ask(UNACCOUNTED) == []
    assert stack.differing_marts() == []


def test_a_file_in_the_making_is_left_alone_until_it_is_renamed(stack: RunningStack) -> None:
    """So is one that is still open, and whatever is no file; why is said once, not at each tick."""
    draft = stack.landing / "slow.csv.part"
    draft.write_text(HEADER + visits(3, "slow"))
    (stack.landing / "link.csv").symlink_to(draft)
    (stack.landing / "a_folder").mkdir()
    os.mkfifo(stack.landing / "pipe.csv")
    with (stack.landing / "open.csv").open("w") as writer:
        writer.write(HEADER + visits(2, "open"))
        writer.flush()
        stack.drop(other=HEADER + visits(2, "other"))
        # When that is stored, the sensor has looked.
        until(lambda: stack.has_stored("other.csv"), FINISH_SECONDS)
        assert draft.exists()
        assert Path(writer.name).exists()
        writer.write(visits(2, "open too"))
    draft.rename(stack.landing / "slow.csv")
    stack.finished()
    assert stack.load_of("slow.csv")["rows_loaded"] == 6
    assert stack.load_of("open.csv")["rows_loaded"] == 8
    assert {path.name for path in stack.landing.iterdir()} == {
        "archive", "quarantine", "link.csv", "a_folder", "pipe.csv",
    }  # fmt: skip
    logs = "".join(path.read_text() for path in (stack.home / "logs").glob("*.log"))
    for name in ("link.csv", "a_folder", "pipe.csv"):
        assert logs.count(f"{name} is not loaded: it is ") == 1
        path = stack.landing / name
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


def test_status_says_why_the_last_run_failed_and_the_file_is_taken_once_it_is_mended(
    stack: RunningStack,
) -> None:
    profile = stack.landing / "sources" / "mistaken.yml"
    profile.parent.mkdir(exist_ok=True)
    profile.write_text('files: ["mistaken*.csv"]\ndelimitr: ";"\n')
    try:
        stack.drop(mistaken=HEADER + visits(1, "mistaken"))
        why = f"{profile}: delimitr: is no key of a profile; write delimiter."
        until(lambda: why in stack.command("status").stdout, FINISH_SECONDS)
    finally:
        profile.unlink()
    stack.finished()
    assert stack.load_of("mistaken.csv")["status"] == "loaded"
