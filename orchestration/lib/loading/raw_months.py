"""The months that `raw.camera_events` is parted by, each made when rows are about to need it."""

from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from datetime import date

import pandas as pd
import psycopg


def months_of(instants: pd.Series) -> frozenset[date]:
    """Give the first day of each month, in UTC, that holds one of these instants."""
    months = pd.unique(instants.dt.tz_convert(None).to_numpy().astype("datetime64[M]"))
    return frozenset(month.astype("datetime64[D]").item() for month in months)


@dataclass
class RawMonths:
    """The months that are there for the transaction of one load, and stay while it lasts."""

    connection: psycopg.Connection
    _known: set[date] = field(default_factory=set)

    def require(self, months: Set[date]) -> None:
        """Make what is missing, through another connection: a month commits before its rows.

        Made in the load's own transaction, it would keep other loads from making theirs.
        """
        if months <= self._known:
            return
        query = "select raw.missing_months(%s::date[])"
        missing = self.connection.execute(query, [sorted(months - self._known)]).fetchall()
        if missing:
            info = self.connection.info
            with psycopg.connect(info.dsn, password=info.password, autocommit=True) as own:
                make_months(own, (month for (month,) in missing))
        self._known |= months


def make_months(connection: psycopg.Connection, months: Iterable[date]) -> None:
    """Make the months that are not there; others may make the same ones meanwhile."""
    for month in months:
        connection.execute("select raw.make_month(%s)", [month])
