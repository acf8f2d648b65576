"""Reads timestamps as people and camera systems write them, without ever guessing.

Parsing happens here and not in a database cast, which accepts `now` and `infinity`, reads
`01/02/2026` by a setting and shifts a local time that a DST change skips.
"""

from typing import Final

import numpy as np
import pandas as pd

READ: Final = "read"
MISSING: Final = "missing"
UNPARSEABLE: Final = "unparseable"
AMBIGUOUS: Final = "ambiguous"
NONEXISTENT: Final = "nonexistent"

_CLOCK = r"[Tt ][0-2]\d:[0-5]\d(?::[0-5]\d(?:[.,]\d{1,9})?)?"
_OFFSET = r" ?(?:[Zz]|[+-]\d{2}(?::?\d{2})?)"
_LOCAL_PATTERN = rf"\d{{4}}([-/])\d{{2}}\1\d{{2}}{_CLOCK}|\d{{8}}[Tt][0-2]\d[0-5]\d[0-5]\d"
_INSTANT_PATTERN = rf"(?:{_LOCAL_PATTERN}){_OFFSET}"
_UNIX_PATTERN = r"-?\d{1,17}|-?\d{1,11}\.\d{1,9}"
_DAY_MONTH_PATTERN = rf"\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{4}}(?:{_CLOCK})?"

# Unix time says its unit by its size: these hold for every instant from 1973 to 5138.
_MILLISECONDS_FROM = 10**11
_MICROSECONDS_FROM = 10**14

INSTANT_DTYPE: Final = "datetime64[us, UTC]"

_LONGEST_MICROSECONDS = len("2026-03-02T09:15:04.123456")

# Python knows the zones of these years only; what lies beyond is in no accepted range either way.
_FIRST_LOCAL, _LAST_LOCAL = pd.Timestamp("0001-01-02"), pd.Timestamp("9999-12-30")


def instants(text: pd.Series, timezone: str) -> pd.DataFrame:
    """Read each text as an instant.

    `text` is trimmed, null where there is none; a time without offset is in `timezone`, and one
    that occurs twice there takes the first. Gives the columns `event_at` (UTC, microseconds, NaT
    where it could not be read) and `reading`: how it went, one of this module's constants.
    """
    event_at = pd.Series(pd.NaT, index=text.index, dtype=INSTANT_DTYPE)
    reading = pd.Series(UNPARSEABLE, index=text.index, dtype=object)
    reading[text.isna()] = MISSING
    left = text.dropna()
    for pattern, read in (
        (_LOCAL_PATTERN, lambda values: _from_local(values, timezone)),
        (_INSTANT_PATTERN, _from_offset),
        (_UNIX_PATTERN, _from_unix),
    ):
        if left.empty:
            break
        matches = left.str.fullmatch(pattern)
        found = read(left[matches])
        if not found.empty:
            event_at[found.index] = found["event_at"]
            reading[found.index] = found["reading"]
        left = left[~matches]
    reading[left.index[left.str.fullmatch(_DAY_MONTH_PATTERN)]] = AMBIGUOUS
    return pd.DataFrame({"event_at": event_at, "reading": reading})


def _readings(event_at: pd.Series, unread: str = UNPARSEABLE) -> pd.DataFrame:
    reading = pd.Series(READ, index=event_at.index, dtype=object).where(event_at.notna(), unread)
    return pd.DataFrame({"event_at": event_at.astype(INSTANT_DTYPE), "reading": reading})


def _parsed(text: pd.Series, *, utc: bool) -> pd.Series:
    plain = text.str.upper().str.replace("/", "-").str.replace(",", ".")
    if plain.str.len().max() > _LONGEST_MICROSECONDS:
        # Pandas reads all values at the finest resolution of any; at nanoseconds, years end in 2262
        plain = plain.str.replace(r"(\.\d{6})\d+", r"\1", regex=True)
    return pd.to_datetime(plain, format="ISO8601", errors="coerce", utc=utc)


def _from_local(text: pd.Series, timezone: str) -> pd.DataFrame:
    local = _parsed(text, utc=False).astype("datetime64[us]")
    # `ambiguous=True` is the offset before the clocks change: the first of the two.
    known = local.dropna()
    if timezone == "UTC":
        instant = known.dt.tz_localize("UTC")
    else:
        first = np.ones(len(known), dtype=bool)
        within = known.where(known > _FIRST_LOCAL, _FIRST_LOCAL)
        within = within.where(within < _LAST_LOCAL, _LAST_LOCAL)
        instant = within.dt.tz_localize(timezone, ambiguous=first, nonexistent="NaT")
    readings = _readings(instant.dt.tz_convert("UTC"), NONEXISTENT)
    return pd.concat([readings, _readings(local[local.isna()].dt.tz_localize("UTC"))])


def _from_offset(text: pd.Series) -> pd.DataFrame:
    compact = text.str.replace(r" (?=[Zz+-][^ ]*$)", "", regex=True)
    return _readings(_parsed(compact, utc=True))


def _from_unix(text: pd.Series) -> pd.DataFrame:
    whole = text.str.replace(r"\..*", "", regex=True).astype("int64")
    fraction = ("0" + text.str.extract(r"(\.\d+)$", expand=False).fillna(".0")).astype("float64")
    fraction = fraction.where(~text.str.startswith("-"), -fraction)
    size = whole.abs()
    scale = pd.Series(1_000_000, index=text.index)
    scale = scale.mask(size >= _MILLISECONDS_FROM, 1_000).mask(size >= _MICROSECONDS_FROM, 1)
    microseconds = whole * scale + (fraction * 1_000_000).round().astype("int64")
    return _readings(pd.to_datetime(microseconds, unit="us", utc=True, errors="coerce"))
