"""What the API's statistics must say, from the marts of the plain-Python model."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from tests.integration.api_events import CLOCK, MARTS, ROWS, SEEDED, ZONES
from tests.reference.activity import Activity, activities
from tests.reference.buckets import shown
from tests.reference.cameras import cameras_of
from tests.reference.events import distinct_events
from tests.reference.facts import FctSession
from tests.reference.pairing import paired
from tests.reference.ranges import Choice, Filters, dwells_of
from tests.reference.rules import RULES
from tests.reference.statistics import percentile
from tests.reference.visits import median_transit, transit, visits_of
from tests.reference.zones import (
    BucketOf,
    bucket_date,
    buckets_between,
    day_of,
    hour_of,
    midnight,
    week_of,
)

Row = dict[str, Any]
GRAINS: dict[str, BucketOf] = {"hour": hour_of, "day": day_of, "week": week_of}
EVENTS = distinct_events(ROWS)
CAMERAS = cameras_of(EVENTS, ZONES, "UTC", SEEDED)
PERSONS = {person.person_id: person for person in MARTS["dim_persons"]}
SESSIONS, ORPHANS = paired(EVENTS)
VISITS = visits_of(SESSIONS, ORPHANS, CAMERAS, RULES.visit_gap)
HALF, MOST = Fraction(1, 2), Fraction(9, 10)


def group_value(session: FctSession, name: str, zone: str | None) -> Hashable:
    """Give what a session is grouped under, as the API writes it."""
    camera, person = CAMERAS[session.camera_id], PERSONS[session.person_id]
    timezone = zone or camera.timezone
    local_day = bucket_date(session.entry_at, timezone)
    local = session.entry_at.astimezone(ZoneInfo(timezone))
    return {
        "camera": session.camera_id,
        "site": session.site_id,
        "person": session.person_id,
        "hour": hour_of(session.entry_at, timezone)[0],
        "day": local_day.isoformat(),
        "week": (local_day - timedelta(days=local_day.weekday())).isoformat(),
        "hour_of_day": local.hour,
        "weekday": local_day.isoweekday(),
        "age_group": shown(person.age_group),
        "gender": shown(person.gender),
        "category": camera.category,
    }[name]


def dwell_rows(filters: Filters, names: Sequence[str], zone: str | None) -> dict[Hashable, Row]:
    """Give dwell statistics by their groups."""
    groups: dict[Hashable, list[FctSession]] = defaultdict(list)
    for session in Choice(MARTS, filters).closed:
        groups[tuple(group_value(session, name, zone) for name in names)].append(session)
    return {key: _dwell(sessions) for key, sessions in groups.items()}


def _dwell(sessions: Sequence[FctSession]) -> Row:
    dwells = dwells_of(sessions)
    persons = {one.person_id for one in sessions}
    return {
        "closed_sessions": len(dwells),
        "persons": len(persons),
        "total_dwell_seconds": sum(dwells),
        "avg_dwell_seconds": sum(dwells) / len(dwells),
        "median_dwell_seconds": percentile(dwells, HALF),
        "p90_dwell_seconds": percentile(dwells, MOST),
        "max_dwell_seconds": max(dwells),
        "avg_dwell_seconds_per_person": sum(dwells) / len(persons),
    }


def histogram_rows(filters: Filters, edges: Sequence[float]) -> list[Row]:
    """Give the bins that begin at the edges."""
    dwells = Choice(MARTS, filters).dwells
    ends: list[float | None] = [*edges[1:], None]
    return [
        {
            "from_seconds": start,
            "to_seconds": end,
            "closed_sessions": (
                count := sum(start <= one and (end is None or one < end) for one in dwells)
            ),
            "share": count / len(dwells) if dwells else None,
        }
        for start, end in zip(edges, ends, strict=True)
    ]


def demographic_rows(filters: Filters) -> dict[Hashable, Row]:
    """Give visitors and dwell by age group and gender."""

    def group(person_id: str) -> tuple[str, str]:
        return shown(PERSONS[person_id].age_group), shown(PERSONS[person_id].gender)

    choice = Choice(MARTS, filters)
    everybody = {event.person_id for event in choice.events}
    found: dict[Hashable, Row] = {}
    for key in {group(person_id) for person_id in everybody}:
        persons = {person_id for person_id in everybody if group(person_id) == key}
        own = [session for session in choice.closed if group(session.person_id) == key]
        dwell = _dwell(own) if own else dict.fromkeys(_dwell(choice.closed or SOME))
        found[key] = {
            "unique_visitors": len(persons),
            "share": len(persons) / len(everybody),
            "closed_sessions": len(own),
            **{
                f"{name}_dwell_seconds": dwell[f"{name}_dwell_seconds"]
                for name in ("total", "avg", "median", "max")
            },
        }
    return found


SOME = Choice(MARTS, Filters()).closed


def repeat_rows(filters: Filters) -> dict[str, Row]:
    """Give the persons who were there on two or more days."""
    choice = Choice(MARTS, filters)
    found = {}
    for person_id in {event.person_id for event in choice.events}:
        events = [event for event in choice.events if event.person_id == person_id]
        own = dwells_of(one for one in choice.closed if one.person_id == person_id)
        days = len({choice.local_date(event) for event in events})
        if days >= 2:
            found[person_id] = {
                "visit_days": days,
                "total_events": len(events),
                "first_event_at": min(event.event_at for event in events),
                "last_event_at": max(event.event_at for event in events),
                "closed_sessions": len(own),
                "total_dwell_seconds": sum(own) if own else None,
            }
    return found


def transition_rows(filters: Filters) -> dict[Hashable, Row]:
    """Give the ways between cameras; a filter on cameras looks at both ends."""
    anywhere = Choice(MARTS, replace(filters, camera_ids=(), categories=()))
    fitting = {(one.person_id, one.camera_id, one.entry_at) for one in anywhere.sessions}
    places = {
        camera.camera_id
        for camera in CAMERAS.values()
        if (not filters.camera_ids or camera.camera_id in filters.camera_ids)
        and (not filters.categories or camera.category in filters.categories)
    }
    ways: dict[Hashable, list[Fraction | None]] = defaultdict(list)
    for visit in VISITS:
        for earlier, later in pairwise(visit.sessions):
            ends = {earlier.camera_id, later.camera_id}
            is_fitting = (later.person_id, later.camera_id, later.entry_at) in fitting
            if len(ends) == 2 and is_fitting and ends & places:
                way = (visit.camera.site_id, earlier.camera_id, later.camera_id)
                ways[way].append(transit(earlier, later))
    return {
        way: {"transitions": len(taken), "median_transit_seconds": median_transit(taken)}
        for way, taken in ways.items()
    }


def metric_values(filters: Filters, group: str, metric: str) -> dict[str, Any]:
    """Give a metric of each camera or site with something to tell."""
    choice = Choice(MARTS, filters)
    if metric in ("total_events", "unique_visitors"):
        seen: dict[str, list[str]] = defaultdict(list)
        for event in choice.events:
            seen[getattr(event, f"{group}_id")].append(event.person_id)
        if metric == "total_events":
            return {name: len(persons) for name, persons in seen.items()}
        return {name: len(set(persons)) for name, persons in seen.items()}
    stayed: dict[str, list[FctSession]] = defaultdict(list)
    for session in choice.closed:
        stayed[getattr(session, f"{group}_id")].append(session)
    return {name: _dwell(sessions)[metric] for name, sessions in stayed.items()}


def series_buckets(
    filters: Filters, group: str, granularity: str, zone: str | None
) -> dict[tuple[str, datetime], Activity]:
    """Give what happened in each bucket of each camera or site, at any time."""
    choice = Choice(MARTS, replace(filters, start=None, end=None))
    cameras = {
        name: replace(camera, timezone=zone or camera.timezone) for name, camera in CAMERAS.items()
    }
    found = activities(
        choice.events, choice.closed, cameras, GRAINS[granularity],
        lambda camera, _: getattr(camera, f"{group}_id"),
    )  # fmt: skip
    return {(name, bucket[0]): active for (name, bucket), active in found.items()}


def series_starts(
    filters: Filters, site_id: str, cameras: Iterable[str], granularity: str, zone: str | None
) -> list[datetime]:
    """Give where the buckets of a series begin; whole buckets, whatever the bounds."""
    timezone = ZONES[site_id]
    seen = [event.event_at for event in MARTS["fct_events"] if event.camera_id in set(cameras)]
    start = _instant(filters.start, timezone) or min(seen, default=CLOCK)
    end = _instant(filters.end, timezone) or CLOCK + timedelta(microseconds=1)
    if start >= end:
        return []
    last = end - timedelta(microseconds=1)
    found = buckets_between(start, last, zone or timezone, GRAINS[granularity])
    return [bucket[0] for bucket in found]


def chosen_cameras(filters: Filters) -> list[str]:
    """Give the cameras that the filters on places leave."""
    return sorted(
        camera.camera_id
        for camera in CAMERAS.values()
        if (not filters.site_ids or camera.site_id in filters.site_ids)
        and (not filters.camera_ids or camera.camera_id in filters.camera_ids)
        and (not filters.categories or camera.category in filters.categories)
    )


def _instant(bound: Any, timezone: str) -> datetime | None:
    return bound if bound is None or isinstance(bound, datetime) else midnight(bound, timezone)
