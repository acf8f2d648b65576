"""Made-up histories of raw rows: what came, split into files, in the order that they came in.

    @given(history=histories(min_batches=2))
    def test_incremental_equals_rebuild(history: History) -> None:
        for batch in history.batches:  # a list of files; a file is the rows of one load_id
            insert_rows(connection, chain(*batch), as_numbered=True)
            build()
        assert_marts_equal(connection, modelled(history.rows, history.timezones))

Few persons, cameras and instants, so that everything collides. Every instant lies at the edge of a
bucket, or as far from another one as a rule has its limit, to the microsecond.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from tests.reference.events import RawRow
from tests.reference.history import File, History, side_by_side
from tests.reference.rules import RULES

# Midnights, Mondays, and where clocks jump, in UTC.
EDGES = {
    "UTC": ["2026-01-05T00:00", "2026-02-28T23:00"],
    "Europe/Berlin": ["2026-03-29T01:00", "2026-10-25T01:00", "2026-01-04T23:00"],
    "America/St_Johns": ["2026-03-08T05:30", "2026-11-01T04:30", "2010-11-07T02:31"],
    "Asia/Kolkata": ["2026-01-04T18:30", "2026-01-31T18:30"],
    "Australia/Lord_Howe": ["2026-10-03T15:30", "2026-04-04T15:00"],
    "Africa/Cairo": ["2026-04-23T22:00", "2026-10-29T21:00"],
    "Atlantic/Azores": ["2026-10-25T01:00", "2026-03-29T01:00"],
    "Asia/Magadan": ["2014-10-25T14:00"],
    "Pacific/Apia": ["2011-12-30T10:00"],  # a whole date is skipped
}
# Hours are cut at Lord Howe only, so that it comes twice as often.
ZONES = [*EDGES, "Australia/Lord_Howe"]
STEPS = [
    *(timedelta(minutes=minutes) for minutes in (1, 10, 30, 60, 90)),
    *(RULES.waiting, RULES.visit_gap, RULES.visit_gap, RULES.max_session, RULES.max_session),
    *(timedelta(days=1), timedelta(days=7), timedelta(days=33)),
]
NUDGES = [timedelta(microseconds=count) for count in (0, 0, 0, 0, 0, 1, -1)]
MOST_BATCHES = 4


def histories(
    *, worlds: int = 1, max_stories: int = 16, min_batches: int = 1, sites_change: bool = False
) -> st.SearchStrategy[History]:
    """Give histories of up to four batches; of fewer than `min_batches` for want of files only.

    A story is an event, a stay, or a walk past cameras: up to six rows. With `sites_change`, rows
    of one camera disagree on its site, so that later files may move it. `worlds` is how many
    histories are put side by side into one: a slow build tries them all at once.
    """
    alone = _histories(max_stories, min_batches, sites_change)
    if worlds == 1:
        return alone
    several = st.lists(alone, min_size=worlds, max_size=worlds)
    return several.map(side_by_side)


@st.composite
def _histories(draw: st.DrawFn, max_stories: int, min_batches: int, sites_change: bool) -> History:
    timezones = {site: draw(st.sampled_from(ZONES)) for site in ("here", "there")}
    instants = draw(_instants(timezones["here"]))
    told = draw(st.lists(_stories(instants, sites_change), min_size=1, max_size=max_stories))
    files = draw(_files([row for rows in told for row in rows]))
    return History(timezones, draw(_batches(files, min_batches)))


@st.composite
def _instants(draw: st.DrawFn, timezone: str) -> list[datetime]:
    """Give an edge, and instants that are each a step away from an earlier one."""
    edge = datetime.fromisoformat(draw(st.sampled_from(EDGES[timezone]))).replace(tzinfo=UTC)
    instants = [edge]
    for _ in range(draw(st.integers(1, 9))):
        step = draw(st.sampled_from(STEPS)) * draw(st.sampled_from([1, 1, -1]))
        instants.append(draw(st.sampled_from(instants)) + step + draw(st.sampled_from(NUDGES)))
    return instants


@st.composite
def _stories(draw: st.DrawFn, instants: Sequence[datetime], sites_change: bool) -> list[RawRow]:
    """Give the rows of an event, of a stay at a camera, or of a walk past two or three."""
    cameras, events = draw(st.sampled_from([(1, 1), (1, 1), (1, 2), (1, 2), (2, 2), (3, 2)]))
    times = sorted(draw(st.sampled_from(instants)) for _ in range(cameras * events))
    person = draw(st.sampled_from(PERSONS))
    rows = []
    for number in range(cameras):
        camera = draw(st.sampled_from(sorted(SITES)))
        kinds = ["entry", "exit"] if events == 2 else [draw(st.sampled_from(KINDS))]
        site = draw(st.sampled_from([None, "here", "there"])) if sites_change else SITES[camera]
        for kind, at in zip(kinds, times[number * events :], strict=False):
            more: dict[str, Any] = draw(ATTRIBUTES)
            rows.append(RawRow(0, at, person, camera, kind, site_id=site, **more))
    return rows


@st.composite
def _files(draw: st.DrawFn, rows: Sequence[RawRow]) -> list[File]:
    """Split rows into files, in any order; some files come again, with or without company."""
    count = draw(st.integers(1, 6))
    parts: list[File] = [[] for _ in range(count)]
    for row in rows:
        parts[draw(st.integers(0, count - 1))].append(row)
    parts = [part for part in parts if part]
    again = draw(st.lists(st.sampled_from(parts), max_size=2))
    both = [*again[0], *parts[0]] if again else []
    parts += [*again, *([both] if draw(st.booleans()) and both else [])]
    numbers = range(1, len(parts) + 1)
    loads = draw(st.one_of(st.just(list(numbers)), st.permutations(numbers)))
    arrived = draw(st.permutations(parts))
    return [
        [replace(row, load_id=load) for row in draw(st.permutations(part))]
        for load, part in zip(loads, arrived, strict=True)
    ]


@st.composite
def _batches(draw: st.DrawFn, files: list[File], least: int) -> list[list[File]]:
    """Cut the files, which have an order, into batches."""
    cuts = draw(st.permutations(range(1, len(files))))
    count = draw(st.integers(min(least, len(files)), min(MOST_BATCHES, len(files))))
    return [
        files[start:end] for start, end in pairwise([0, *sorted(cuts[: count - 1]), len(files)])
    ]


# Names that are one text when they are joined: "p" at "a|b", and "p|a" at "b".
PERSONS = ["p", "p", "p", "q", "P", "p|a"]
SITES = {"a|b": "here", "b": "here", "c": "here", "d": "there", "e": None}
KINDS = ["entry", "entry", "exit", "exit", "loiter", "appearance"]
ATTRIBUTES = st.fixed_dictionaries(
    {
        "age_group": st.sampled_from([None, None, "b", "B", "é", "Unknown"]),
        "gender": st.sampled_from([None, None, "f", "m", "N/A"]),
        "camera_name": st.sampled_from([None, None, "Kasir 1", "lobby"]),
        "zone": st.sampled_from([None, None, "Main entrance", "a"]),
    }
)
