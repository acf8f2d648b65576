"""Filters as they are asked of the API, and as the reference understands them."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.integration.api_events import CAMERAS, CLOCK, ZONES
from tests.reference.ranges import Filters

Parameters = list[tuple[str, str]]
FIRST_DAY = date(2026, 2, 28)
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True)
class Asked:
    """The same question in both languages; `previous` is the range before, if there is one."""

    parameters: Parameters
    filters: Filters
    previous: Filters | None = None


def _days() -> st.SearchStrategy[date]:
    return st.integers(0, 11).map(lambda days: FIRST_DAY + timedelta(days))


def _instants() -> st.SearchStrategy[datetime]:
    times = st.sampled_from([time(0), time(8), time(8, 30), time(23, 59, 59), time(12, 7, 1)])
    return st.builds(lambda day, at: datetime.combine(day, at, UTC), _days(), times)


@st.composite
def ranges(draw: st.DrawFn) -> Asked:
    """No bounds, one or two of them, dates or instants, or a length until the data clock."""
    kind = draw(st.sampled_from(["none", "dates", "instants", "last"]))
    if kind == "none":
        return Asked([], Filters())
    if kind == "last":
        number, unit = draw(st.integers(1, 9)), draw(st.sampled_from(sorted(UNITS)))
        length = timedelta(**{UNITS[unit]: number})
        since = CLOCK - length
        # The data clock itself is within the range, so that it is a microsecond longer.
        before_it = Filters(start=since - length, end=since)
        return Asked([("last", f"{number}{unit}")], Filters(start=since), before_it)
    bound = _days() if kind == "dates" else _instants()
    start, end = sorted([draw(bound), draw(bound)])
    has_start, has_end = draw(st.sampled_from([(True, True), (True, False), (False, True)]))
    given = [("from", start)] * has_start + [("to", end)] * has_end
    parameters = [(name, value.isoformat()) for name, value in given]
    filters = Filters(start=start if has_start else None, end=end if has_end else None)
    before = Filters(start=start - (end - start), end=start) if has_start and has_end else None
    return Asked(parameters, filters, before)


CHOICES = {
    "site_id": ("site_ids", sorted(ZONES)),
    "camera_id": ("camera_ids", sorted(CAMERAS)),
    "person_id": ("person_ids", [f"P-{number:02}" for number in range(0, 25, 3)]),
    "category": ("categories", ["checkout", "entrance", "general"]),
    "status": ("statuses", ["closed", "open", "missing_exit", "timed_out"]),
    "age_group": ("age_groups", ["adult", "child", "unknown"]),
    "gender": ("genders", ["f", "m", "unknown"]),
}


@st.composite
def questions(draw: st.DrawFn) -> Asked:
    """A range, and few filters at once, so that something is left."""
    asked = draw(ranges())
    parameters, values = list(asked.parameters), dict[str, Any]()
    for name in draw(st.lists(st.sampled_from(sorted(CHOICES)), max_size=3, unique=True)):
        field, known = CHOICES[name]
        chosen = draw(st.lists(st.sampled_from(known), min_size=1, max_size=3, unique=True))
        parameters += [(name, value) for value in chosen]
        values[field] = tuple(chosen)
    least = draw(st.sampled_from([None, None, None, 0, 420, 1800]))
    most = draw(st.sampled_from([None, None, None, 420, 5700, 36000]))
    if most is None or least is None or least <= most:
        values |= {"min_dwell": least, "max_dwell": most}
        parameters += [("min_dwell", str(least))] * (least is not None)
        parameters += [("max_dwell", str(most))] * (most is not None)
    previous = asked.previous and replace(asked.previous, **values)
    return Asked(parameters, replace(asked.filters, **values), previous)
