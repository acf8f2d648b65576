"""The SQL of the models gives what the plain-Python model gives, whatever the history."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, fields, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.runtime.warehouse import Warehouse, with_database
from tests.conftest import TEMPLATE, copied_database
from tests.integration.compiled_models import empty_seeds
from tests.integration.raw_rows import insert_rows
from tests.reference.buckets import CameraBucket, camera_buckets
from tests.reference.cameras import cameras_of
from tests.reference.events import Event, RawRow, distinct_events
from tests.reference.pairing import Session, paired
from tests.reference.statistics import seconds
from tests.reference.zones import day_of, hour_of

Row = tuple[object, ...]

# Some hours before a clock changes, and an ordinary day.
STARTS = {
    "UTC": ["2026-01-05T00:00"],
    "Europe/Berlin": ["2026-03-28T12:00", "2026-10-24T12:00"],
    "America/St_Johns": ["2026-03-07T12:00", "2026-10-31T12:00", "2010-11-06T12:00"],
    "Asia/Kolkata": ["2026-01-05T00:00"],
    "Atlantic/Azores": ["2026-10-24T12:00"],
    "Africa/Cairo": ["2026-04-23T00:00"],
    "Australia/Lord_Howe": ["2026-04-04T02:00", "2026-10-03T03:00"],
}


@st.composite
def histories(draw: st.DrawFn) -> tuple[str, list[RawRow]]:
    """A time zone, and rows with many ties, repeats, gaps of about a day and border instants."""
    timezone = draw(st.sampled_from(sorted(STARTS)))
    start = datetime.fromisoformat(draw(st.sampled_from(STARTS[timezone]))).replace(tzinfo=UTC)
    # Few minutes of few days: so stays of exactly 10 minutes and exactly 24 hours are common.
    instant = st.builds(
        lambda days, minutes, off: start + timedelta(days, minutes=minutes, microseconds=off),
        st.integers(0, 2),
        st.sampled_from([0, 10, 20, 30, 60, 90, 720, 750, 780, 840]),
        st.sampled_from([0, 0, 0, 0, 1, -1]),
    )
    instants = draw(st.lists(instant, min_size=1, max_size=8, unique=True))
    row = st.builds(
        RawRow,
        load_id=st.integers(1, 3),
        event_at=st.sampled_from(instants),
        person_id=st.sampled_from(["p", "p", "q", "P"]),
        camera_id=st.sampled_from(["c", "c", "c", "d"]),
        event_type=st.sampled_from(["entry", "exit", "loiter"]),
        age_group=st.sampled_from([None, "Unknown", "b", "B", "é"]),
        gender=st.sampled_from([None, "N/A", "f"]),
        camera_name=st.sampled_from([None, "Kasir 1", "lobby"]),
        zone=st.sampled_from([None, "Main entrance", "a"]),
        site_id=st.sampled_from([None, "here"]),
    )
    stay = st.builds(
        lambda row, exit_at: [
            replace(row, event_type="entry"),
            replace(row, event_type="exit", event_at=exit_at),
        ],
        row,
        st.sampled_from(instants),
    )
    told = draw(st.lists(st.one_of(stay, stay, row.map(lambda row: [row])), max_size=16))
    return timezone, [row for rows in told for row in rows]


@pytest.fixture
def connection(server_url: str, template: Warehouse) -> Iterator[psycopg.Connection]:
    """A connection to a warehouse with empty seeds and without models."""
    with (
        copied_database(server_url, TEMPLATE) as name,
        psycopg.connect(with_database(server_url, name)) as connection,
    ):
        connection.execute(empty_seeds())  # type: ignore[arg-type]
        connection.commit()
        yield connection


@settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=histories())
def test_models_equal_the_reference(
    connection: psycopg.Connection, compiled_models: Path, history: tuple[str, list[RawRow]]
) -> None:
    timezone, rows = history
    with connection.transaction(force_rollback=True):
        loads = insert_rows(connection, rows)
        connection.execute("insert into seeds.sites values ('here', null, %s)", [timezone])
        connection.execute(compiled_models.read_text("utf-8"))  # type: ignore[arg-type]
        events = distinct_events(replace(row, load_id=loads[row.load_id]) for row in rows)
        cameras = cameras_of(events, {"here": timezone}, "UTC")
        sessions, orphans = paired(events)
        site = {camera_id: camera.site_id for camera_id, camera in cameras.items()}
        for query, expected in [
            (EVENTS, event_rows(events, sessions, site)),
            (CAMERAS, [astuple(camera) for camera in cameras.values()]),
            (SESSIONS, session_rows(sessions, site)),
            (ORPHANS, [(*astuple(orphan), site[orphan.camera_id]) for orphan in orphans]),
            (HOURS, [astuple(row) for row in camera_buckets(events, sessions, cameras, hour_of)]),
            (DAYS, [astuple(row) for row in camera_buckets(events, sessions, cameras, day_of)]),
        ]:
            assert_equal_rows(connection.execute(query).fetchall(), expected)


EVENTS = """
select
    person_id, camera_id, event_type, event_at, events.load_id, age_group, gender,
    events.camera_name, events.zone, facts.site_id, is_entry, is_exit, entry_at,
    facts.dwell_seconds
from intermediate.int_events_deduplicated as events
full join marts.fct_events as facts using (person_id, camera_id, event_type, event_at)
left join marts.fct_sessions as sessions using (session_id, person_id, camera_id)
"""
CAMERAS = """
select camera_id, site_id, timezone, camera_name, zone, category, event_count
from marts.dim_cameras
inner join marts.dim_sites using (site_id)
"""
SESSIONS = """
select person_id, camera_id, entry_at, exit_at, session_status, site_id, dwell_seconds
from marts.fct_sessions
"""
ORPHANS = "select person_id, camera_id, exit_at, site_id from marts.fct_orphan_exits"
COLUMNS = ", ".join(field.name for field in fields(CameraBucket))
HOURS = f"select {COLUMNS} from marts.agg_camera_hourly"
DAYS = f"select {COLUMNS} from marts.agg_camera_daily"


def event_rows(events: list[Event], sessions: list[Session], site: dict[str, str]) -> Iterator[Row]:
    """Give each event with the entry and, on the closing exit, the length of its session."""
    closed = {(one.person_id, one.camera_id, one.exit_at): one for one in sessions if one.exit_at}
    for event in events:
        entry_at, dwell = None, None
        if event.event_type == "entry":
            entry_at = event.event_at
        elif event.event_type == "exit":
            session = closed.get((event.person_id, event.camera_id, event.event_at))
            if session is not None and session.dwell is not None:
                entry_at, dwell = session.entry_at, seconds(session.dwell)
        is_entry, is_exit = event.event_type == "entry", event.event_type == "exit"
        own = astuple(replace(event, site_id=site[event.camera_id]))
        yield (*own, is_entry, is_exit, entry_at, dwell)


def session_rows(sessions: list[Session], site: dict[str, str]) -> Iterator[Row]:
    for session in sessions:
        dwell = None if session.dwell is None else seconds(session.dwell)
        yield (*astuple(session), site[session.camera_id], dwell)


def assert_equal_rows(actual: Sequence[Row], expected: Iterable[Row]) -> None:
    """Compare in any order; a double may differ from the exact number in its last digits."""
    wanted = [comparable(row) for row in sorted(expected, key=key)]
    assert sorted(actual, key=key) == [tuple(row) for row in wanted]


def key(row: Row) -> list[str]:
    return [str(value) for value in row if isinstance(value, str | datetime)]


def comparable(row: Row) -> list[object]:
    return [
        pytest.approx(float(value), rel=1e-12, abs=1e-9) if isinstance(value, Fraction) else value
        for value in row
    ]
