"""Filters on any mart, by the columns that it has."""

from collections.abc import Collection
from functools import partial

from psycopg import sql

from serving.chosen import Chosen, Span
from serving.queries.catalog import TIMES
from serving.queries.conditions import (
    any_of_column,
    of_demographics,
    of_person,
    of_session,
    of_time,
)
from serving.queries.statements import Parameters, all_of

AT_CAMERAS = sql.SQL("camera_id in (select camera_id from marts.dim_cameras where {})")


def mart_conditions(
    chosen: Chosen, columns: Collection[str], parameters: Parameters
) -> sql.Composable:
    """Give what the filters ask of a mart with these columns, which they all must know."""
    return all_of(
        [
            *_of_site(columns, chosen.site_ids, parameters),
            *_of_camera(chosen, columns, parameters),
            *_of_person(chosen, columns, parameters),
            *of_session(chosen, parameters),
            *_of_time(chosen.spans, columns, parameters),
        ]
    )


def _of_site(
    columns: Collection[str], site_ids: tuple[str, ...], parameters: Parameters
) -> list[sql.Composable]:
    conditions = any_of_column("site_id", site_ids, parameters)
    if "site_id" in columns or not conditions:
        return conditions
    return [AT_CAMERAS.format(all_of(conditions))]


def _of_camera(
    chosen: Chosen, columns: Collection[str], parameters: Parameters
) -> list[sql.Composable]:
    conditions = any_of_column("camera_id", chosen.camera_ids, parameters)
    categories = any_of_column("category", chosen.categories, parameters)
    if categories and "category" not in columns:
        categories = [AT_CAMERAS.format(all_of(categories))]
    return [*conditions, *categories]


def _of_person(
    chosen: Chosen, columns: Collection[str], parameters: Parameters
) -> list[sql.Composable]:
    if "age_group" not in columns:
        return of_person(chosen, parameters)
    known = of_demographics(chosen, parameters)
    return [*any_of_column("person_id", chosen.person_ids, parameters), *known]


def _of_time(
    spans: tuple[Span, ...], columns: Collection[str], parameters: Parameters
) -> list[sql.Composable]:
    column = next((name for name in TIMES if name in columns), None)
    if column is None or not any(span.start or span.end for span in spans):
        return []
    return of_time(column, spans, parameters, partial(_of_site, columns))
