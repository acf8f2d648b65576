"""Dates such as `01/02/2026`, which mean January or February: read as declared, or as all allow."""

from dataclasses import dataclass

import pandas as pd

from orchestration.lib.reading.timestamp_rules import DateOrder

CLOCK = r"[Tt ][0-2][0-9]:[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{1,9})?)?"
OFFSET = r" ?(?:[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)"
_DAY = r"([0-9]{1,2})([-/.])([0-9]{1,2})([-/.])([0-9]{4})"
DAY_MONTH_PATTERN = rf"{_DAY}((?:{CLOCK}(?:{OFFSET})?)?)"


@dataclass(frozen=True)
class DayMonthDates:
    """Dates with two readings, indexed as the text that they are from.

    `day_first` and `month_first` are ISO dates, null where there is no such day; `rest` is what
    follows the date.
    """

    day_first: pd.Series
    month_first: pd.Series
    rest: pd.Series

    @classmethod
    def found_in(cls, text: pd.Series) -> "DayMonthDates":
        """Take the texts that begin with such a date, of which one reading at least is a day."""
        found = text[text.str.fullmatch(DAY_MONTH_PATTERN)]
        parts = found.str.extract(f"^{DAY_MONTH_PATTERN}$")
        parts = parts[parts[1] == parts[3]]
        day_first = _days(parts[4], parts[2], parts[0])
        month_first = _days(parts[4], parts[0], parts[2])
        exists = day_first.notna() | month_first.notna()
        return cls(day_first[exists], month_first[exists], parts.loc[exists, 5])

    def iso(self, order: DateOrder | None) -> pd.Series:
        """Give the texts with ISO dates in this order; null where it is no day or not decided."""
        if order is None:
            date = self.day_first.where(self.day_first.isna())
        elif order == "either":
            date = self.day_first.fillna(self.month_first)
            date = date.where(date == self.month_first.fillna(self.day_first))
        else:
            date = self.day_first if order == "day_first" else self.month_first
        return date + self.rest

    def are_open(self, order: DateOrder | None) -> pd.Series:
        """Tell of each date whether this order leaves open which of two days it is."""
        exists = self.day_first.notna() | self.month_first.notna()
        if order is None:
            return exists
        differ = self.day_first.fillna(self.month_first) != self.month_first.fillna(self.day_first)
        return exists & differ & (order == "either")


def _days(year: pd.Series, month: pd.Series, day: pd.Series) -> pd.Series:
    text = year + "-" + month.str.zfill(2) + "-" + day.str.zfill(2)
    return text.where(pd.to_datetime(text, format="%Y-%m-%d", errors="coerce").notna())


@dataclass
class DateOrderSearch:
    """Looks through all timestamps of a file for the one order that fits them all."""

    _fits_day_first: bool = True
    _fits_month_first: bool = True

    def look_at(self, text: pd.Series) -> None:
        """Take note of more timestamps of the file."""
        dates = DayMonthDates.found_in(text.dropna())
        self._fits_day_first &= bool(dates.day_first.notna().all())
        self._fits_month_first &= bool(dates.month_first.notna().all())

    @property
    def order(self) -> DateOrder:
        """The order of all dates of the file, if just one fits."""
        if self._fits_day_first == self._fits_month_first:
            return "either"
        return "day_first" if self._fits_day_first else "month_first"
