"""Lengths of closed sessions in ascending order, whole days as they are stored; percentiles."""

from collections.abc import Sequence

from psycopg import sql

from serving.queries.conditions import session_conditions, stored_conditions
from serving.queries.split_range import SplitRange
from serving.queries.statements import NO_ROW, Parameters, statement

ONE_GROUP = sql.Identifier("everything")


def arranged(
    split: SplitRange,
    groups: sql.Composable,
    names: sql.Composable,
    joins: sql.Composable,
    parameters: Parameters,
) -> sql.Composed:
    """Give the CTEs up to `arranged`: the groups, `dwells_seconds` and `total_dwell_seconds`.

    `groups` are expressions over `chosen`, which has a camera, a site and, in `entry_at`, an entry
    or the start of its day; `names` are theirs.
    """
    whole, rest = split.whole, split.rest
    return statement("arranged").format(
        groups=groups,
        names=names,
        joins=joins,
        day_conditions=stored_conditions(whole, parameters) if whole else NO_ROW,
        session_conditions=session_conditions(rest, parameters) if rest else NO_ROW,
    )


def arranged_as_one(split: SplitRange, parameters: Parameters) -> sql.Composed:
    """Give these CTEs with all sessions in one group."""
    groups = sql.SQL("true as {}").format(ONE_GROUP)
    return arranged(split, groups, ONE_GROUP, sql.SQL(""), parameters)


def percentiles(
    fractions: Sequence[float], names: sql.Composable, parameters: Parameters
) -> sql.Composed:
    """Give the CTEs from `arranged` to `percentiles`: the groups, `fraction`, `dwell_seconds`."""
    return statement("percentiles").format(names=names, fractions=parameters.bind(list(fractions)))


def percentiles_of_one(fractions: Sequence[float], parameters: Parameters) -> sql.Composed:
    """Give these CTEs where all sessions are in one group."""
    return percentiles(fractions, ONE_GROUP, parameters)
