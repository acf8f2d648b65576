"""Filters on any mart, by the columns that it has."""

from collections.abc import Collection

from psycopg import sql

from serving.chosen import Chosen, Span
from serving.queries.catalog import TIMES
from serving.queries.conditions import any_of_column, compared, of_person, of_session
from serving.queries.statements import Parameters, all_of

AT_CAMERAS = sql.SQL("camera_id in (select camera_id from marts.dim_cameras where {})")


def mart_conditions(
    chosen: Chosen, columns: Collection[str], parameters: Parameters
) -> sql.Composable:
    """Give what the filters ask of a mart with these columns, which they all must know."""
    return all_of(
        [
            *_of_site(chosen.site_ids, columns, parameters),
            *_of_camera(chosen, columns, parameters),
            *_of_person(chosen, columns, parameters),
            *of_session(chosen, parameters),
            *_of_time(chosen.spans, columns, parameters),
        ]
    )


def _of_site(
    site_ids: tuple[str, ...], columns: Collection[str], parameters: Parameters
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
    text = sql.SQL("coalesce({}, 'unknown') = any({}::text[])")
    demographics = [
        text.format(sql.Identifier(column), parameters.bind(list(values)))
        for column, values in (("age_group", chosen.age_groups), ("gender", chosen.genders))
        if values
    ]
    return [*any_of_column("person_id", chosen.person_ids, parameters), *demographics]


def _of_time(
    spans: tuple[Span, ...], columns: Collection[str], parameters: Parameters
) -> list[sql.Composable]:
    column = next((name for name in TIMES if name in columns), None)
    if column is None or not any(span.start or span.end for span in spans):
        return []
    choices = [
        all_of(
            [
                *_of_site(span.site_ids or (), columns, parameters),
                *compared(column, ">=", span.start, parameters),
                *compared(column, "<", span.end, parameters),
            ]
        )
        for span in spans
    ]
    return [sql.SQL("({})").format(sql.SQL(" or ").join(choices))]
