"""Dwell statistics over a range, and how many sessions lasted how long."""

from collections.abc import Sequence
from math import inf, nextafter

from serving.queries.arranged import arranged, arranged_as_one, percentiles
from serving.queries.conditions import session_conditions
from serving.queries.groupings import (
    GROUPINGS,
    GROUPS,
    Grouping,
    group_columns,
    group_expressions,
    group_joins,
    group_names,
)
from serving.queries.listing import Column, Listing, Page, Rows, Statement
from serving.queries.split_range import SplitRange
from serving.queries.statements import Parameters, statement

MEASURES = {
    "closed_sessions": Column("bigint"),
    "total_dwell_seconds": Column("double precision"),
    "avg_dwell_seconds": Column("double precision"),
    "median_dwell_seconds": Column("double precision"),
    "p90_dwell_seconds": Column("double precision"),
    "max_dwell_seconds": Column("double precision"),
    # To tell persons apart costs more than all the rest, so that it is done on request.
    "persons": Column("bigint", is_extra=True),
    "avg_dwell_seconds_per_person": Column("double precision", is_extra=True),
}
# Of these there are few, however many sessions there are.
LARGE: frozenset[Grouping] = frozenset(
    {"camera", "site", "category", "hour_of_day", "weekday", "age_group", "gender"}
)
# A day of a camera is in one of them as a whole.
OF_DAYS: frozenset[Grouping] = frozenset({"camera", "site", "category", "day", "week", "weekday"})
CAMERA_DAYS: frozenset[Grouping] = frozenset({"camera", "day"})
COLUMNS = (*(GROUPS[name].column for name in GROUPINGS), *MEASURES)

HISTOGRAM = Listing(
    columns={
        "from_seconds": Column("double precision"),
        "to_seconds": Column("double precision", is_nullable=True),
        "closed_sessions": Column("bigint"),
        "share": Column("double precision", is_nullable=True),
    },
    key=("from_seconds",),
    default_sort="from_seconds",
)


def dwell_listing(groupings: Sequence[Grouping]) -> Listing:
    """Give the listing of dwell statistics by these groups."""
    groups = group_columns(groupings)
    return Listing(groups | MEASURES, tuple(groups), ",".join(groups))


def dwell_of(
    split: SplitRange, groupings: Sequence[Grouping], zone: str | None, page: Page
) -> Rows:
    """Give a row of statistics for each group with a closed session.

    Stored days know no persons, and of no other zone than that of their site; they are worth it
    where a group has many.
    """
    is_of_days = zone is None and OF_DAYS.issuperset(groupings) and set(groupings) != CAMERA_DAYS
    if split.whole and is_of_days and not _has_extras(page):
        return dwell_of_days(split, groupings)
    name = "dwell_of_large_groups" if LARGE.issuperset(groupings) else "dwell"

    def rows(parameters: Parameters) -> Statement:
        dwells = statement("dwells").format(
            conditions=session_conditions(split.chosen, parameters),
            groups=group_expressions(groupings, zone, parameters),
            joins=group_joins(groupings),
        )
        return statement(name).format(dwells=dwells, names=group_names(groupings))

    return rows


def dwell_of_days(split: SplitRange, groupings: Sequence[Grouping]) -> Rows:
    """Give these statistics, but those of persons, by groups that hold whole days of cameras."""
    names = group_names(groupings)

    def rows(parameters: Parameters) -> Statement:
        groups = group_expressions(groupings, None, parameters)
        joins = group_joins(groupings)
        return statement("dwell_of_days").format(
            arranged=arranged(split, groups, names, joins, parameters),
            percentiles=percentiles((0.5, 0.9), names, parameters),
            names=names,
        )

    return rows


def histogram_of(split: SplitRange, edges: Sequence[float]) -> Rows:
    """Give a row for each bin between two edges, and one from the last upwards."""
    if split.whole:
        return _histogram_of_days(split, edges)

    def rows(parameters: Parameters) -> Statement:
        return statement("histogram").format(
            conditions=session_conditions(split.chosen, parameters),
            edges=parameters.bind(list(edges)),
        )

    return rows


def _has_extras(page: Page) -> bool:
    names = {*page.fields, *(order.column for order in page.orders)}
    return any(page.listing.columns[name].is_extra for name in names)


def _histogram_of_days(split: SplitRange, edges: Sequence[float]) -> Rows:
    def rows(parameters: Parameters) -> Statement:
        return statement("histogram_of_days").format(
            arranged=arranged_as_one(split, parameters),
            edges=parameters.bind(list(edges)),
            befores=parameters.bind([nextafter(edge, -inf) for edge in edges]),
        )

    return rows
