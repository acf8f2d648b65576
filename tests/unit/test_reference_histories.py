"""Made-up histories hold what they promise, and the plain-Python model holds its own laws."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Any, TypeVar

import pytest
from hypothesis import Phase, given, settings

from tests.reference.buckets import CameraBucket, SiteBucket
from tests.reference.histories import MOST_BATCHES, histories
from tests.reference.history import History
from tests.reference.person_activity import PersonHour
from tests.reference.warehouse import Marts, modelled, rows_of
from tests.reference.zones import BucketOf, day_of, week_of

Row = TypeVar("Row")
Key = TypeVar("Key")
FEW = settings(max_examples=40, deadline=None)


def told(history: History) -> Marts:
    return modelled(history.rows, history.timezones)


def sums(rows: Iterable[Row], key: Callable[[Row], Key], column: str) -> dict[Key, Fraction]:
    found: dict[Key, Fraction] = defaultdict(Fraction)
    for row in rows:
        found[key(row)] += getattr(row, column)
    return found


@given(history=histories())
@FEW
def test_order_and_repetition_change_nothing_but_the_count_of_duplicates(history: History) -> None:
    once = {replace(row, load_id=1) for row in history.rows}
    marts, plain = told(history), modelled(once, history.timezones)
    for name in marts:
        ours, theirs = rows_of(marts, name), rows_of(plain, name)
        assert set(map(without_technical, ours)) == set(map(without_technical, theirs)), name


def without_technical(row: Any) -> object:
    technical = {"load_id": 0, "duplicate_rows": 0}
    held = {name: value for name, value in technical.items() if hasattr(row, name)}
    return replace(row, **held)


@given(history=histories())
@FEW
def test_every_entry_is_a_session_and_every_exit_closes_one_or_is_an_orphan(
    history: History,
) -> None:
    marts = told(history)
    counts = Counter(event.event_type for event in marts["fct_events"])
    closed = [one for one in marts["fct_sessions"] if one.session_status == "closed"]
    assert counts["entry"] == len(marts["fct_sessions"])
    assert counts["exit"] == len(closed) + len(marts["fct_orphan_exits"])
    assert sum(day.entries for day in marts["quality_cameras_daily"]) == counts["entry"]
    assert sum(visit.session_count for visit in marts["fct_visits"]) == counts["entry"]


@pytest.mark.parametrize("kind", ["camera", "site"])
@pytest.mark.parametrize(
    ("finer", "coarser", "of"), [("hourly", "daily", day_of), ("daily", "weekly", week_of)]
)
@given(history=histories())
@FEW
def test_hours_sum_to_days_and_days_to_weeks(
    kind: str, finer: str, coarser: str, of: BucketOf, history: History
) -> None:
    marts = told(history)
    zones = {site.site_id: site.timezone for site in marts["dim_sites"]}

    def containing(row: CameraBucket | SiteBucket) -> tuple[object, ...]:
        return getattr(row, f"{kind}_id"), of(row.bucket_start, zones[row.site_id])[0]

    of_parts = sums(rows_of(marts, f"agg_{kind}_{finer}"), containing, "person_seconds")
    wholes = rows_of(marts, f"agg_{kind}_{coarser}")
    assert of_parts == sums(wholes, containing, "person_seconds")


@given(history=histories())
@FEW
def test_hours_of_persons_sum_to_those_of_cameras(history: History) -> None:
    marts = told(history)

    def hour(row: PersonHour | CameraBucket) -> tuple[object, ...]:
        return row.camera_id, row.bucket_start

    for column in ("events", "entries", "exits", "person_seconds"):
        of_persons = sums(marts["agg_person_hourly"], hour, column)
        assert of_persons == sums(marts["agg_camera_hourly"], hour, column)


@given(history=histories(min_batches=2))
@FEW
def test_a_history_is_of_files_in_batches(history: History) -> None:
    files = [file for batch in history.batches for file in batch]
    assert all(files)
    assert all(history.batches)
    assert min(2, len(files)) <= len(history.batches) <= MOST_BATCHES
    assert sorted(file[0].load_id for file in files) == list(range(1, len(files) + 1))
    assert all(row.load_id == file[0].load_id for file in files for row in file)


def test_what_the_rules_tell_apart_is_common_in_histories() -> None:
    seen: Counter[str] = Counter()

    @given(history=histories(min_batches=2))
    @settings(max_examples=200, deadline=None, phases=[Phase.generate], derandomize=True)
    def look(history: History) -> None:
        seen.update(what_is_in(history))

    look()
    assert {name: count for name, count in seen.items() if count < 4} == {}
    assert len(seen) == EVERYTHING


EVERYTHING = 21


def what_is_in(history: History) -> set[str]:
    """Give the names of what the rules tell apart and this history has."""
    marts = told(history)
    sessions, visits = marts["fct_sessions"], marts["fct_visits"]
    ways, quality = marts["agg_transitions_daily"], marts["quality_cameras_daily"]
    at_camera, at_site = marts["agg_camera_hourly"], marts["agg_site_hourly"]
    united = sum(hour.person_seconds for hour in at_site)
    day_lengths = {day.bucket_seconds // 3600 for day in marts["agg_site_daily"]}
    limits = {session.dwell_seconds for session in sessions}
    loads = [file[0].load_id for batch in history.batches for file in batch]
    facts = {
        **{session.session_status: True for session in sessions},
        "orphan exit": bool(marts["fct_orphan_exits"]),
        "dwell of exactly the longest": 86400 in limits,
        "dwell of exactly the waiting time": 600 in limits,
        "no dwell": 0 in limits,
        "several visits": len(visits) > len({(one.person_id, one.site_id) for one in visits}),
        "visit across cameras": any(visit.camera_count > 1 for visit in visits),
        "returning": any(visit.is_returning for visit in visits),
        "transit": any(way.median_transit_seconds is not None for way in ways),
        "null transit": any(way.median_transit_seconds is None for way in ways),
        "person under two cameras": united < sum(hour.person_seconds for hour in at_camera),
        "two at once": any(hour.peak_occupancy > 1 for hour in at_site),
        "short day": 23 in day_lengths,
        "long day": 25 in day_lengths,
        "cut hour": any(hour.bucket_seconds < 3600 for hour in at_site),
        "duplicates": any(day.duplicate_rows for day in quality),
        "several groups": len(marts["agg_demographics_hourly"]) > len(at_site),
        "loads out of order": loads != sorted(loads),
    }
    return {name for name, is_so in facts.items() if is_so}
