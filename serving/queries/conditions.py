"""Filters as SQL: the fragments and column names stand here, the values are bound."""

from psycopg import sql

from serving.chosen import Chosen, Span
from serving.queries.statements import Parameters, all_of

OF_CATEGORY = sql.SQL("camera_id in (select camera_id from marts.dim_cameras where category = {})")
OF_SESSIONS = sql.SQL("session_id in (select session_id from marts.fct_sessions where {})")
OF_EVENTS = sql.SQL("camera_id in (select camera_id from marts.fct_events where {})")


def session_conditions(chosen: Chosen, parameters: Parameters) -> sql.Composable:
    """Give what the filters ask of `fct_sessions`, whose time is the entry."""
    return all_of(
        [
            *_of_place(chosen, parameters),
            *_any("person_id", chosen.person_ids, parameters),
            *_of_time("entry_at", chosen.spans, parameters),
            *_of_session(chosen, parameters),
        ]
    )


def event_conditions(chosen: Chosen, parameters: Parameters) -> sql.Composable:
    """Give what the filters ask of `fct_events`: an event passes where its session does."""
    conditions = [
        *_of_place(chosen, parameters),
        *_any("person_id", chosen.person_ids, parameters),
        *_of_time("event_at", chosen.spans, parameters),
    ]
    if chosen.is_of_sessions:
        conditions.append(OF_SESSIONS.format(all_of(_of_session(chosen, parameters))))
    return all_of(conditions)


def camera_conditions(chosen: Chosen, parameters: Parameters) -> sql.Composable:
    """Give what the filters ask of `dim_cameras`: a fitting place, and a fitting event there."""
    conditions = [
        *_any("site_id", chosen.site_ids, parameters),
        *_any("camera_id", chosen.camera_ids, parameters),
        *_any("category", chosen.categories, parameters),
    ]
    is_bounded = any(span.start or span.end for span in chosen.spans)
    if is_bounded or chosen.person_ids or chosen.is_of_sessions:
        conditions.append(OF_EVENTS.format(event_conditions(chosen, parameters)))
    return all_of(conditions)


def _of_place(chosen: Chosen, parameters: Parameters) -> list[sql.Composable]:
    conditions = [
        *_any("site_id", chosen.site_ids, parameters),
        *_any("camera_id", chosen.camera_ids, parameters),
    ]
    if chosen.categories:
        conditions.append(OF_CATEGORY.format(_any_of(chosen.categories, parameters)))
    return conditions


def _of_session(chosen: Chosen, parameters: Parameters) -> list[sql.Composable]:
    return [
        *_any("session_status", chosen.statuses, parameters),
        *_compare("dwell_seconds", ">=", chosen.min_dwell, parameters),
        *_compare("dwell_seconds", "<=", chosen.max_dwell, parameters),
    ]


def _of_time(column: str, spans: tuple[Span, ...], parameters: Parameters) -> list[sql.Composable]:
    """Give one condition; where sites differ, each site has its own bounds."""
    choices = [
        all_of(
            [
                *_any("site_id", span.site_ids or (), parameters),
                *_compare(column, ">=", span.start, parameters),
                *_compare(column, "<", span.end, parameters),
            ]
        )
        for span in spans
    ]
    return [sql.SQL("({})").format(sql.SQL(" or ").join(choices))] if choices else []


def _any(column: str, values: tuple[str, ...], parameters: Parameters) -> list[sql.Composable]:
    if not values:
        return []
    return [sql.SQL("{} = {}").format(sql.Identifier(column), _any_of(values, parameters))]


def _any_of(values: tuple[str, ...], parameters: Parameters) -> sql.Composable:
    return sql.SQL("any({}::text[])").format(parameters.bind(list(values)))


def _compare(
    column: str, operator: str, value: object, parameters: Parameters
) -> list[sql.Composable]:
    if value is None:
        return []
    symbol = {">=": sql.SQL(">="), "<=": sql.SQL("<="), "<": sql.SQL("<")}[operator]
    return [sql.SQL("{} {} {}").format(sql.Identifier(column), symbol, parameters.bind(value))]
