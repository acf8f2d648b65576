"""Sites or cameras by a metric, beside what it was in the range before."""

from dataclasses import dataclass
from typing import Literal

from psycopg import sql

from serving.choices import CameraOrSite
from serving.queries.conditions import session_conditions
from serving.queries.dwell import dwell_of_days
from serving.queries.groupings import ID_COLUMNS
from serving.queries.listing import Column, Listing, Rows, Statement
from serving.queries.seen import seen
from serving.queries.split_range import NEVER, SplitRange
from serving.queries.statements import NO_ROW, Parameters, statement

RankedBy = Literal[
    "total_events", "unique_visitors", "closed_sessions", "total_dwell_seconds",
    "avg_dwell_seconds", "median_dwell_seconds", "max_dwell_seconds",
]  # fmt: skip
MEASURES = {
    "value": Column("double precision", is_nullable=True),
    "previous_value": Column("double precision", is_nullable=True),
    "change": Column("double precision", is_nullable=True),
    "relative_change": Column("double precision", is_nullable=True),
}
COLUMNS = ("rank", "camera_id", "site_id", *MEASURES)


@dataclass(frozen=True)
class Metric:
    """How a metric is computed; a count of nothing is 0, any other metric of nothing is null."""

    value: sql.SQL
    is_of_sessions: bool = True
    is_count: bool = False


METRICS: dict[RankedBy, Metric] = {
    "total_events": Metric(sql.SQL("sum(events)"), is_of_sessions=False, is_count=True),
    "unique_visitors": Metric(
        sql.SQL("count(distinct person_id)"), is_of_sessions=False, is_count=True
    ),
    "closed_sessions": Metric(sql.SQL("count(*)"), is_count=True),
    "total_dwell_seconds": Metric(sql.SQL("round(sum(dwell_seconds)::numeric, 6)")),
    "avg_dwell_seconds": Metric(sql.SQL("round(avg(dwell_seconds)::numeric, 6)")),
    "median_dwell_seconds": Metric(
        sql.SQL("percentile_cont(0.5) within group (order by dwell_seconds)")
    ),
    "max_dwell_seconds": Metric(sql.SQL("max(dwell_seconds)")),
}


def ranking_listing(ranked: CameraOrSite) -> Listing:
    """Give the listing of ranked sites or cameras."""
    name = f"{ranked}_id"
    columns = {"rank": Column("bigint"), name: Column("text"), **MEASURES}
    return Listing(columns, (name,), f"rank,{name}")


def ranking_of(
    ranked: CameraOrSite, by: RankedBy, now: SplitRange, before: SplitRange | None
) -> Rows:
    """Give a row for each site or camera with something in either range.

    The ranges are split into days for metrics of sessions, into hours for others.
    """
    nothing = sql.SQL("0" if METRICS[by].is_count else "null")

    def rows(parameters: Parameters) -> Statement:
        return statement("ranking").format(
            group=ID_COLUMNS[ranked],
            now=_values(ranked, by, now, parameters),
            before=_values(ranked, by, before or NEVER, parameters),
            nothing=nothing,
            nothing_before=nothing if before else sql.SQL("null"),
        )

    return rows


def _values(
    ranked: CameraOrSite, by: RankedBy, split: SplitRange, parameters: Parameters
) -> sql.Composed:
    """Give a query for the metric's value of each group, where there is one."""
    metric = METRICS[by]
    if metric.is_of_sessions and split.whole:
        value: sql.Composable = sql.Identifier(by)
        source = sql.SQL("({}) as source").format(dwell_of_days(split, (ranked,))(parameters))
    else:
        value = metric.value
        source = sql.SQL("({}) as source group by {}").format(
            _source(metric, split, parameters), ID_COLUMNS[ranked]
        )
    text = sql.SQL("select {}, ({})::double precision as value from {}")
    return text.format(ID_COLUMNS[ranked], value, source)


def _source(metric: Metric, split: SplitRange, parameters: Parameters) -> sql.Composable:
    """Give what a metric is computed from, as a query."""
    if not metric.is_of_sessions:
        return sql.SQL("with {} select * from seen").format(seen(split, parameters))
    text = sql.SQL("select * from marts.fct_sessions where session_status = 'closed' and {}")
    is_never = split.whole is None and split.rest is None
    conditions = NO_ROW if is_never else session_conditions(split.chosen, parameters)
    return text.format(conditions)
