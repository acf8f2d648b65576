"""Filters as SQL: the fragments and column names stand here, the values are bound."""

from collections.abc import Callable
from functools import partial

from psycopg import sql

from serving.chosen import Chosen, Span
from serving.queries.statements import Parameters, all_of

AtSites = Callable[[tuple[str, ...], Parameters], list[sql.Composable]]

OF_CATEGORY = sql.SQL("{} in (select camera_id from marts.dim_cameras where category = {})")
OF_DEMOGRAPHICS = sql.SQL("person_id in (select person_id from marts.dim_persons where {})")
OF_SESSIONS = sql.SQL("session_id in (select session_id from marts.fct_sessions where {})")
OF_EVENTS = sql.SQL("{0} in (select {0} from marts.fct_events where {1})")
OF_CAMERAS = sql.SQL("site_id in (select site_id from marts.dim_cameras where {})")
OF_VISITED = sql.SQL(
    "exists (select from marts.fct_events where fct_events.person_id = fct_visits.person_id "
    "and fct_events.site_id = fct_visits.site_id and event_at between started_at and ended_at "
    "and (is_entry or is_exit) and {})"
)


def session_conditions(chosen: Chosen, parameters: Parameters) -> sql.Composable:
    """Give what the filters ask of `fct_sessions`, whose time is the entry."""
    return all_of(
        [
            *_of_place(chosen, parameters),
            *of_person(chosen, parameters),
            *of_time("entry_at", chosen.spans, parameters),
            *of_session(chosen, parameters),
        ]
    )


def event_conditions(chosen: Chosen, parameters: Parameters) -> sql.Composable:
    """Give what the filters ask of `fct_events`: an event passes where its session does."""
    return all_of(
        [
            *_of_place(chosen, parameters),
            *of_person(chosen, parameters),
            *of_time("event_at", chosen.spans, parameters),
            *_of_own_session(chosen, parameters),
        ]
    )


def stored_conditions(chosen: Chosen, parameters: Parameters) -> sql.Composable:
    """Give what the filters ask of partial results by camera, which know nothing of sessions."""
    return all_of(
        [
            *_of_place(chosen, parameters),
            *of_person(chosen, parameters),
            *of_time("bucket_start", chosen.spans, parameters),
        ]
    )


def visit_conditions(chosen: Chosen, parameters: Parameters) -> sql.Composable:
    """Give what the filters ask of `fct_visits`: its start, its person, and a part of it."""
    conditions = [
        *any_of_column("site_id", chosen.site_ids, parameters),
        *of_person(chosen, parameters),
        *of_time("started_at", chosen.spans, parameters),
    ]
    if chosen.is_of_cameras or chosen.is_of_sessions:
        parts = [*_of_camera(chosen, parameters), *_of_own_session(chosen, parameters)]
        conditions.append(OF_VISITED.format(all_of(parts)))
    return all_of(conditions)


def transition_conditions(chosen: Chosen, parameters: Parameters) -> sql.Composable:
    """Give what the filters ask of a transition: its later session, and either of its cameras."""
    either = [
        all_of(_of_camera(chosen, parameters, name)) for name in ("camera_id", "from_camera_id")
    ]
    return all_of(
        [
            sql.SQL("({})").format(sql.SQL(" or ").join(either)),
            *of_time("entry_at", chosen.spans, parameters),
            *of_session(chosen, parameters),
        ]
    )


def walk_conditions(chosen: Chosen, parameters: Parameters) -> sql.Composable:
    """Give which visits may hold a fitting transition: all of a person's steps are needed."""
    starts = [span.start for span in chosen.spans]
    ends = [span.end for span in chosen.spans]
    earliest = min(start for start in starts if start) if starts and all(starts) else None
    latest = max(end for end in ends if end) if ends and all(ends) else None
    return all_of(
        [
            *any_of_column("site_id", chosen.site_ids, parameters),
            *of_person(chosen, parameters),
            *compared("ended_at", ">=", earliest, parameters),
            *compared("started_at", "<", latest, parameters),
        ]
    )


def camera_conditions(chosen: Chosen, parameters: Parameters) -> sql.Composable:
    """Give what the filters ask of `dim_cameras`: a fitting place, and a fitting event there."""
    conditions = _of_dim_cameras(chosen, parameters)
    if chosen.is_bounded or chosen.is_of_persons:
        conditions.append(_of_events("camera_id", chosen, parameters))
    return all_of(conditions)


def site_conditions(chosen: Chosen, parameters: Parameters) -> sql.Composable:
    """Give what the filters ask of `dim_sites`: a fitting camera, and a fitting event there."""
    conditions = any_of_column("site_id", chosen.site_ids, parameters)
    if chosen.is_of_cameras:
        conditions.append(OF_CAMERAS.format(all_of(_of_dim_cameras(chosen, parameters))))
    if chosen.is_bounded or chosen.is_of_persons:
        conditions.append(_of_events("site_id", chosen, parameters))
    return all_of(conditions)


def person_conditions(chosen: Chosen, parameters: Parameters) -> sql.Composable:
    """Give what the filters ask of `dim_persons`: who it is, and a fitting event."""
    conditions = [
        *any_of_column("person_id", chosen.person_ids, parameters),
        *of_demographics(chosen, parameters),
    ]
    is_placed = bool(chosen.site_ids) or chosen.is_of_cameras
    if chosen.is_bounded or chosen.is_of_sessions or is_placed:
        conditions.append(_of_events("person_id", chosen, parameters))
    return all_of(conditions)


def of_person(chosen: Chosen, parameters: Parameters) -> list[sql.Composable]:
    """Give what the filters ask of the person of a row."""
    conditions = any_of_column("person_id", chosen.person_ids, parameters)
    if chosen.is_demographic:
        known = all_of(of_demographics(chosen, parameters))
        conditions.append(OF_DEMOGRAPHICS.format(known))
    return conditions


def of_demographics(chosen: Chosen, parameters: Parameters) -> list[sql.Composable]:
    """Give what the filters ask of the age group and gender in a row."""
    text = sql.SQL("coalesce({}, 'unknown') = {}")
    return [
        text.format(sql.Identifier(column), _any(values, parameters))
        for column, values in (("age_group", chosen.age_groups), ("gender", chosen.genders))
        if values
    ]


def of_session(chosen: Chosen, parameters: Parameters) -> list[sql.Composable]:
    """Give what the filters ask of how a session ended and how long it was."""
    return [
        *any_of_column("session_status", chosen.statuses, parameters),
        *compared("dwell_seconds", ">=", chosen.min_dwell, parameters),
        *compared("dwell_seconds", "<=", chosen.max_dwell, parameters),
    ]


def any_of_column(
    column: str, values: tuple[str, ...], parameters: Parameters
) -> list[sql.Composable]:
    """Give the condition that a column has one of some values, none where none is named."""
    if not values:
        return []
    return [sql.SQL("{} = {}").format(sql.Identifier(column), _any(values, parameters))]


AT_SITES: AtSites = partial(any_of_column, "site_id")


def of_time(
    column: str, spans: tuple[Span, ...], parameters: Parameters, at_sites: AtSites = AT_SITES
) -> list[sql.Composable]:
    """Give one condition; where sites differ, each site has its own bounds."""
    choices = [
        all_of(
            [
                *at_sites(span.site_ids or (), parameters),
                *compared(column, ">=", span.start, parameters),
                *compared(column, "<", span.end, parameters),
            ]
        )
        for span in spans
    ]
    return [sql.SQL("({})").format(sql.SQL(" or ").join(choices))] if choices else []


def _of_place(chosen: Chosen, parameters: Parameters) -> list[sql.Composable]:
    sites = any_of_column("site_id", chosen.site_ids, parameters)
    return [*sites, *_of_camera(chosen, parameters)]


def _of_camera(
    chosen: Chosen, parameters: Parameters, column: str = "camera_id"
) -> list[sql.Composable]:
    conditions = any_of_column(column, chosen.camera_ids, parameters)
    if chosen.categories:
        categories = _any(chosen.categories, parameters)
        conditions.append(OF_CATEGORY.format(sql.Identifier(column), categories))
    return conditions


def _of_dim_cameras(chosen: Chosen, parameters: Parameters) -> list[sql.Composable]:
    return [
        *any_of_column("site_id", chosen.site_ids, parameters),
        *any_of_column("camera_id", chosen.camera_ids, parameters),
        *any_of_column("category", chosen.categories, parameters),
    ]


def _of_own_session(chosen: Chosen, parameters: Parameters) -> list[sql.Composable]:
    if not chosen.is_of_sessions:
        return []
    return [OF_SESSIONS.format(all_of(of_session(chosen, parameters)))]


def _of_events(column: str, chosen: Chosen, parameters: Parameters) -> sql.Composable:
    return OF_EVENTS.format(sql.Identifier(column), event_conditions(chosen, parameters))


def _any(values: tuple[str, ...], parameters: Parameters) -> sql.Composable:
    return sql.SQL("any({}::text[])").format(parameters.bind(list(values)))


def compared(
    column: str, operator: str, value: object, parameters: Parameters
) -> list[sql.Composable]:
    """Give the condition that a column compares so with a value, none where that is None."""
    if value is None:
        return []
    symbol = {">=": sql.SQL(">="), "<=": sql.SQL("<="), "<": sql.SQL("<")}[operator]
    return [sql.SQL("{} {} {}").format(sql.Identifier(column), symbol, parameters.bind(value))]
