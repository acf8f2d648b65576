"""Reads timestamps as people and camera systems write them, without ever guessing.

Parsing happens here and not in a database cast, which accepts `now` and `infinity`, reads
`01/02/2026` by a setting and shifts a local time that a DST change skips.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

from expectations.contract import AMBIGUOUS, MISSING, NONEXISTENT, READ, UNPARSEABLE
from orchestration.lib.reading.day_month import CLOCK, DAY_MONTH_PATTERN, OFFSET, DayMonthDates
from orchestration.lib.reading.timestamp_rules import TimestampRules

# [0-9] and not \d, which also matches the digits of other scripts.
_DATE = r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}/[0-9]{2}/[0-9]{2})"
_LOCAL_PATTERN = rf"{_DATE}{CLOCK}|[0-9]{{8}}[Tt][0-2][0-9][0-5][0-9][0-5][0-9]"
_INSTANT_PATTERN = rf"(?:{_LOCAL_PATTERN}){OFFSET}"
_UNIX_PATTERN = r"-?[0-9]{1,17}|-?[0-9]{1,11}\.[0-9]{1,9}"
# Words such as `now` and `today`, which pandas reads by any format, hold no digit.
_DECLARED_PATTERN = r".*\d.*"

# Unix time says its unit by its size: these hold for every instant from 1973 to 5138.
_MILLISECONDS_FROM = 10**11
_MICROSECONDS_FROM = 10**14

INSTANT_DTYPE: Final = "datetime64[us, UTC]"
_READING_DTYPE = pd.CategoricalDtype([READ, MISSING, UNPARSEABLE, AMBIGUOUS, NONEXISTENT])
_CODES = {reading: code for code, reading in enumerate(_READING_DTYPE.categories)}

_LONGEST_MICROSECONDS = len("2026-03-02T09:15:04.123456")

# Python knows the zones of these years only; what lies beyond is in no accepted range either way.
_FIRST_LOCAL, _LAST_LOCAL = pd.Timestamp("0001-01-02"), pd.Timestamp("9999-12-30")


Reader = Callable[[pd.Series], pd.DataFrame]


def instants(text: pd.Series, rules: TimestampRules) -> pd.DataFrame:
    """Read each text as an instant.

    `text` is trimmed, null where there is none; a local time that occurs twice takes the first.
    Gives the columns `event_at` (UTC, microseconds, NaT where it could not be read) and `reading`:
    how it went, one of those words of `expectations.contract`. The rows are in the order of `text`.
    """
    left = text.dropna()
    found = [_readings(_unread(text[text.isna()]), MISSING)]
    for pattern, read in _readers(rules):
        if left.empty:
            break
        matches = left.str.fullmatch(pattern)
        readings = read(left if matches.all() else left[matches])
        found.append(readings)
        left = left.drop(readings.index) if len(readings) < len(left) else left[:0]
    found.append(_readings(_unread(left)))
    parts = [part for part in found if not part.empty]
    result = parts[0] if len(parts) == 1 else pd.concat(parts or found)
    return result if result.index.equals(text.index) else result.reindex(text.index)


def _readers(rules: TimestampRules) -> Iterator[tuple[str, Reader]]:
    """Give the forms of timestamps: a pattern, and what reads the texts that match it.

    What a reader leaves out is tried further.
    """
    for written in rules.formats:
        yield _DECLARED_PATTERN, partial(_declared, written=written, timezone=rules.timezone)
    yield from _accepted(rules.timezone)
    yield _UNIX_PATTERN, _unix
    yield DAY_MONTH_PATTERN, partial(_day_month, rules=rules)


def _accepted(timezone: str) -> Iterator[tuple[str, Reader]]:
    yield _LOCAL_PATTERN, lambda text: _local(_parsed(text, utc=False), timezone)
    yield _INSTANT_PATTERN, _with_offset


def _unread(text: pd.Series) -> pd.Series:
    return pd.Series(pd.NaT, index=text.index, dtype=INSTANT_DTYPE)


def _readings(event_at: pd.Series, unread: str = UNPARSEABLE) -> pd.DataFrame:
    codes = np.where(event_at.notna(), _CODES[READ], _CODES[unread])
    reading = pd.Categorical.from_codes(codes, dtype=_READING_DTYPE)
    return pd.DataFrame({"event_at": event_at.astype(INSTANT_DTYPE), "reading": reading})


def _parsed(text: pd.Series, *, utc: bool) -> pd.Series:
    """Read ISO 8601: at once where all of it is well-formed, value by value otherwise."""
    plain = text.str.upper().str.replace("/", "-").str.replace(",", ".")
    if plain.str.len().max() > _LONGEST_MICROSECONDS:
        # Pandas reads all values at the finest resolution of any; at nanoseconds, years end in 2262
        plain = plain.str.replace(r"(\.\d{6})\d+", r"\1", regex=True)
    kind = pa.timestamp("us", "UTC" if utc else None)
    try:
        values = pa.array(plain).cast(kind).cast(pa.int64())
    except pa.ArrowInvalid:
        return pd.to_datetime(plain, format="ISO8601", errors="coerce", utc=utc)
    instant = pd.Series(values.to_numpy().astype("datetime64[us]"), index=text.index)
    return instant.dt.tz_localize("UTC") if utc else instant


def _local(parsed: pd.Series, timezone: str) -> pd.DataFrame:
    local = parsed.astype("datetime64[us]")
    # `ambiguous=True` is the offset before the clocks change: the first of the two.
    known = local if local.notna().all() else local.dropna()
    if timezone == "UTC":
        instant = known.dt.tz_localize("UTC")
    else:
        first = np.ones(len(known), dtype=bool)
        within = known.where(known > _FIRST_LOCAL, _FIRST_LOCAL)
        within = within.where(within < _LAST_LOCAL, _LAST_LOCAL)
        instant = within.dt.tz_localize(timezone, ambiguous=first, nonexistent="NaT")
    readings = _readings(instant.dt.tz_convert("UTC"), NONEXISTENT)
    if len(known) == len(local):
        return readings
    return pd.concat([readings, _readings(_unread(local[local.isna()]))])


def _with_offset(text: pd.Series) -> pd.DataFrame:
    compact = text.str.replace(r" ([Zz]|[+-][0-9:]+)$", r"\1", regex=True)
    return _readings(_parsed(compact, utc=True))


def _unix(text: pd.Series) -> pd.DataFrame:
    whole = text.str.replace(r"\..*", "", regex=True).astype("int64")
    # Digits beyond the microsecond are cut off, as in the other forms.
    digits = text.str.extract(r"\.([0-9]+)$", expand=False).fillna("0").str.slice(0, 6)
    fraction = digits.str.pad(6, side="right", fillchar="0").astype("int64")
    fraction = fraction.where(~text.str.startswith("-"), -fraction)
    size = whole.abs()
    scale = pd.Series(1_000_000, index=text.index)
    scale = scale.mask(size >= _MILLISECONDS_FROM, 1_000).mask(size >= _MICROSECONDS_FROM, 1)
    microseconds = whole * scale + fraction
    return _readings(pd.to_datetime(microseconds, unit="us", utc=True, errors="coerce"))


def _declared(text: pd.Series, written: str, timezone: str) -> pd.DataFrame:
    """Read what is written in this format of strptime; what is not is left out."""
    has_offset = "%z" in written
    parsed = pd.to_datetime(text, format=written, errors="coerce", utc=has_offset).dropna()
    return _readings(parsed) if has_offset else _local(parsed, timezone)


def _day_month(text: pd.Series, rules: TimestampRules) -> pd.DataFrame:
    dates = DayMonthDates.found_in(text)
    iso = dates.iso(rules.date_order)
    parts = [_readings(_unread(iso[dates.are_open(rules.date_order)]), AMBIGUOUS)]
    left = iso.dropna()
    for pattern, read in _accepted(rules.timezone):
        parts.append(read(left[left.str.fullmatch(pattern)]))
    return pd.concat(parts)
