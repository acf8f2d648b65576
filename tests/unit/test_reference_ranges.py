"""The plain-Python model of range metrics, filter by filter."""

from datetime import date
from fractions import Fraction

import pytest

from tests.reference.cameras import SeededCamera
from tests.reference.ranges import Filters, RangeMetrics, range_metrics
from tests.reference.stories import instant, story
from tests.reference.warehouse import modelled

STORY = """
p s/door 08:00..08:10 2026-01-06T08:00..2026-01-06T08:30 age_group=adult
q s/till 09:00..09:05 gender=f
q s/till 09:10.. 10:00
r t/door-2 23:30..2026-01-06T00:10
r t/door-2 ..2026-01-06T07:00
"""
TILL = SeededCamera("till", category="checkout")
MARTS = modelled(story(STORY), {"s": "UTC", "t": "Asia/Kolkata"}, seeded_cameras=[TILL])
MONDAY, TUESDAY = date(2026, 1, 5), date(2026, 1, 6)


def metrics(filters: Filters) -> RangeMetrics:
    return range_metrics(MARTS, filters)


def test_everything() -> None:
    found = metrics(Filters())
    assert (found.total_events, found.unique_visitors, found.active_cameras) == (11, 3, 3)
    assert found.closed_sessions == 4
    assert (found.avg_dwell_seconds, found.median_dwell_seconds) == (1275, 1200)
    assert (found.max_dwell_seconds, found.avg_dwell_seconds_per_person) == (2400, 1700)
    # r comes at 05:00 and 12:30 of one day in Kolkata.
    assert (found.repeat_visitors, found.repeat_rate) == (1, Fraction(1, 3))


def test_nothing() -> None:
    found = metrics(Filters(person_ids=["nobody"]))
    assert found == RangeMetrics(0, 0, 0, 0, None, None, None, None, 0, None)


@pytest.mark.parametrize(
    ("filters", "events", "closed"),
    [
        (Filters(start=instant("08:10"), end=instant("09:05")), 2, 1),
        (Filters(start=MONDAY, end=TUESDAY), 6, 2),  # t's Monday ends at 18:30 UTC
        (Filters(start=TUESDAY), 5, 2),
        (Filters(site_ids=["t"]), 3, 1),
        (Filters(site_ids=["s", "t"], camera_ids=["till"]), 4, 1),
        (Filters(person_ids=["p", "q"]), 8, 3),
        (Filters(categories=["general"]), 7, 3),
        (Filters(categories=["checkout"]), 4, 1),
        (Filters(statuses=["closed"]), 8, 4),
        (Filters(statuses=["timed_out"]), 0, 0),
        (Filters(statuses=["open"]), 1, 0),
        (Filters(min_dwell=600), 6, 3),
        (Filters(max_dwell=600), 4, 2),
        (Filters(min_dwell=600.5, max_dwell=2400, statuses=["closed"]), 4, 2),
        (Filters(age_groups=["adult"]), 4, 2),
        (Filters(age_groups=["unknown"], genders=["unknown"]), 3, 1),
        (Filters(genders=["f", "unknown"]), 11, 4),
    ],
)
def test_filters(filters: Filters, events: int, closed: int) -> None:
    found = metrics(filters)
    assert (found.total_events, found.closed_sessions) == (events, closed)


def test_an_exit_is_in_the_range_though_its_session_began_before() -> None:
    found = metrics(Filters(start=instant("08:05"), end=instant("08:30"), statuses=["closed"]))
    assert (found.total_events, found.closed_sessions) == (1, 0)


def test_repeat_visitors_come_on_two_days_of_the_range() -> None:
    assert metrics(Filters(end=TUESDAY)).repeat_visitors == 0
    assert metrics(Filters(person_ids=["p"])).repeat_rate == 1
