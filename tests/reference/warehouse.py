"""All marts of a history of raw rows: the one entry point of the tests."""

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict, cast

from tests.reference.buckets import (
    CameraBucket,
    DemographicsBucket,
    SiteBucket,
    camera_buckets,
    demographics_buckets,
    site_buckets,
)
from tests.reference.cameras import (
    DimCamera,
    DimSite,
    SeededCamera,
    cameras_of,
    dim_cameras,
    dim_sites,
)
from tests.reference.dwells import CameraDwells, camera_dwells
from tests.reference.events import RawRow, distinct_events
from tests.reference.facts import (
    FctEvent,
    FctOrphanExit,
    FctSession,
    fct_events,
    fct_orphan_exits,
    fct_sessions,
)
from tests.reference.pairing import paired
from tests.reference.person_activity import PersonDay, PersonHour, person_days, person_hours
from tests.reference.persons import DimPerson, dim_persons
from tests.reference.quality import CameraQuality, camera_quality
from tests.reference.rules import RULES, Rules
from tests.reference.visits import FctVisit, Transition, fct_visits, transitions, visits_of
from tests.reference.zones import day_of, hour_of, week_of


class Marts(TypedDict):
    """The rows of each mart, by its name; fields are named as the columns are.

    Ids are left out, for the natural key says the same: a session is `person_id, camera_id,
    entry_at`, a visit `person_id, site_id, started_at`, an event `person_id, camera_id,
    event_type, event_at`; an orphan exit is an event of type `exit`.
    """

    dim_sites: list[DimSite]
    dim_cameras: list[DimCamera]
    dim_persons: list[DimPerson]
    fct_events: list[FctEvent]
    fct_sessions: list[FctSession]
    fct_orphan_exits: list[FctOrphanExit]
    fct_visits: list[FctVisit]
    agg_camera_hourly: list[CameraBucket]
    agg_camera_daily: list[CameraBucket]
    agg_camera_weekly: list[CameraBucket]
    agg_camera_dwells_daily: list[CameraDwells]
    agg_site_hourly: list[SiteBucket]
    agg_site_daily: list[SiteBucket]
    agg_site_weekly: list[SiteBucket]
    agg_demographics_hourly: list[DemographicsBucket]
    agg_demographics_daily: list[DemographicsBucket]
    agg_demographics_weekly: list[DemographicsBucket]
    agg_transitions_daily: list[Transition]
    agg_person_hourly: list[PersonHour]
    agg_person_daily: list[PersonDay]
    quality_cameras_daily: list[CameraQuality]


def rows_of(marts: Marts, table: str) -> list[Any]:
    """Give the rows of a table that is named at run time."""
    return cast("Mapping[str, list[Any]]", marts)[table]


def modelled(
    rows: Iterable[RawRow],
    timezones: Mapping[str, str],
    default_timezone: str = "UTC",
    rules: Rules = RULES,
    seeded_cameras: Iterable[SeededCamera] = (),
) -> Marts:
    """Give all marts of the rows, whatever their order.

    `timezones` is what sites.csv says, by site; `seeded_cameras` is cameras.csv. Seconds are exact
    fractions, instants are in UTC or as the rows have them.
    """
    rows = list(rows)
    events = distinct_events(rows)
    cameras = cameras_of(events, timezones, default_timezone, seeded_cameras)
    sessions, orphans = paired(events, rules.max_session)
    visits = visits_of(sessions, orphans, cameras, rules.visit_gap)
    persons = dim_persons(events, sessions, visits, cameras)
    session_rows = fct_sessions(sessions, cameras)
    grains = (hour_of, day_of, week_of)
    at_camera = [camera_buckets(events, sessions, cameras, of, rules.waiting) for of in grains]
    at_site = [site_buckets(events, sessions, visits, cameras, of, rules.waiting) for of in grains]
    of_group = [demographics_buckets(events, sessions, persons, cameras, of) for of in grains]
    return Marts(
        dim_sites=dim_sites(cameras, timezones, default_timezone),
        dim_cameras=dim_cameras(events, cameras),
        dim_persons=persons,
        fct_events=fct_events(events, session_rows, cameras),
        fct_sessions=session_rows,
        fct_orphan_exits=fct_orphan_exits(orphans, cameras),
        fct_visits=fct_visits(visits),
        agg_camera_hourly=at_camera[0],
        agg_camera_daily=at_camera[1],
        agg_camera_weekly=at_camera[2],
        agg_camera_dwells_daily=camera_dwells(events, sessions, cameras),
        agg_site_hourly=at_site[0],
        agg_site_daily=at_site[1],
        agg_site_weekly=at_site[2],
        agg_demographics_hourly=of_group[0],
        agg_demographics_daily=of_group[1],
        agg_demographics_weekly=of_group[2],
        agg_transitions_daily=transitions(visits),
        agg_person_hourly=person_hours(events, sessions, cameras),
        agg_person_daily=person_days(events, sessions, cameras),
        quality_cameras_daily=camera_quality(rows, events, sessions, orphans, cameras),
    )
