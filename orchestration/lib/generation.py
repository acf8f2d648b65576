"""Synthetic visitor events of any size, the same for the same seed, as a camera system exports.

Rows come in time order but for slight delays, day by day, so memory does not grow with the size.
Where a row is bad on purpose, its reason code tells what the pipeline is expected to say of it.
"""

import csv
import gzip
import io
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import islice
from operator import itemgetter
from pathlib import Path
from random import Random
from typing import IO, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from expectations.contract import KNOWN_COLUMNS
from orchestration.lib.generated_visits import (
    HOUR,
    MINUTE,
    OPENS_AT,
    SECOND,
    Shop,
    Sighting,
    person_of,
    shift,
    shop_of,
    visit,
)
from orchestration.lib.timezone_names import known_timezone

WEEKDAY_WEIGHTS = (9, 8, 9, 10, 13, 15, 6)  # from Monday
HOUR_WEIGHTS = (5, 7, 9, 11, 16, 14, 9, 9, 12, 19, 20, 13, 7)  # from the hour of opening
SLOTS_AN_HOUR = 6
ROWS_A_VISIT = 11  # about; only the number of regulars and of staff depends on it

REGULAR_SHARE = 0.35
VISITS_A_REGULAR = 4
STAFF_SHARE = 0.02
DUPLICATE_SHARE = 0.004
DELAYED_SHARE = 0.03

Fields: TypeAlias = tuple[str, ...]


class GeneratedRow(NamedTuple):
    """One row's fields in the order of KNOWN_COLUMNS; `reason_code` is None for a good row."""

    fields: Fields
    reason_code: str | None


@dataclass(frozen=True)
class Generation:
    """What to make: exactly `rows` rows over `days` local days; raises ValueError if impossible."""

    seed: int = 1
    start: date = date(2025, 3, 1)
    days: int = 31
    rows: int = 60_000
    sites: int = 3
    cameras_per_site: int = 8
    timezone: str = "UTC"
    bad_share: float = 0.01

    def __post_init__(self) -> None:
        for name, least in {"days": 1, "rows": 0, "sites": 1, "cameras_per_site": 3}.items():
            if getattr(self, name) < least:
                message = f"{name} is {getattr(self, name)}; it must be at least {least}"
                raise ValueError(message)
        if not 0 <= self.bad_share <= 1:
            message = f"bad_share is {self.bad_share}; it must lie between 0 and 1"
            raise ValueError(message)
        try:
            known_timezone(self.timezone)
        except ValueError as error:
            message = f"timezone is {self.timezone!r}: {error}"
            raise ValueError(message) from error


@dataclass(frozen=True)
class Generated:
    """What was made: all rows, and of them the bad ones by reason code."""

    rows: int
    bad: dict[str, int]

    @property
    def bad_rows(self) -> int:
        """How many rows the pipeline is expected to set aside."""
        return sum(self.bad.values())


def generated_rows(generation: Generation) -> Iterator[GeneratedRow]:
    """Give the rows one by one; the same visits for a seed, whatever the share of bad rows."""
    random = Random(f"{generation.seed} spoiled")  # noqa: S311 - a seed has to repeat itself
    share = generation.bad_share
    for fields in islice(_good_rows(generation), generation.rows):
        if random.random() < share:
            yield _spoiled(random, fields)
        else:
            yield GeneratedRow(fields, None)


def write_csv(target: Path | IO[str], generation: Generation) -> Generated:
    """Write a CSV with a header; a path appears whole at the end, as `landing/` likes it.

    A name that ends in `.gz` is of a compressed file.
    """
    if not isinstance(target, Path):
        return _write(target, generation)
    draft = target.with_name(target.name + ".part")
    with draft.open("wb") as bare:
        # Neither name nor time in it: the same options give the same file.
        packed = gzip.GzipFile("", "wb", fileobj=bare, mtime=0) if target.suffix == ".gz" else bare
        with io.TextIOWrapper(packed, encoding="utf-8", newline="") as file:
            generated = _write(file, generation)
    draft.replace(target)
    return generated


def _write(file: IO[str], generation: Generation) -> Generated:
    reasons: Counter[str | None] = Counter()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(KNOWN_COLUMNS)
    for fields, reason_code in generated_rows(generation):
        reasons[reason_code] += 1
        writer.writerow(fields)
    bad = {code: count for code, count in sorted(reasons.items(), key=str) if code}
    return Generated(reasons.total(), bad)


def _good_rows(generation: Generation) -> Iterator[Fields]:
    visits = _Visits(generation)
    for day, slots in enumerate(_targets(generation)):
        on = generation.start + timedelta(days=day)
        waiting: list[tuple[int, Sighting]] = []
        for slot, target in slots:
            waiting.sort(key=itemgetter(0))
            cut = bisect_left(waiting, slot, key=itemgetter(0))
            yield from _rows_of(waiting[:cut], on, generation.timezone)
            del waiting[:cut]
            waiting += visits.until(target, slot)
        waiting.sort(key=itemgetter(0))
        yield from _rows_of(waiting, on, generation.timezone)


def _targets(generation: Generation) -> Iterator[list[tuple[int, int]]]:
    """Give each day's slots (in milliseconds) and how many rows are to be made by each's end."""
    first = generation.start.weekday()
    weights = [WEEKDAY_WEIGHTS[(first + day) % 7] for day in range(generation.days)]
    total = sum(weights) * sum(HOUR_WEIGHTS) * SLOTS_AN_HOUR
    made = 0
    for of_day in weights:
        slots = []
        for slot in range(len(HOUR_WEIGHTS) * SLOTS_AN_HOUR):
            made += of_day * HOUR_WEIGHTS[slot // SLOTS_AN_HOUR]
            begin = OPENS_AT * HOUR + slot * HOUR // SLOTS_AN_HOUR
            slots.append((begin, generation.rows * made // total))
        yield slots


class _Visits:
    """The people who come, one after another: newcomers, regulars and staff."""

    def __init__(self, generation: Generation) -> None:
        self.random = Random(generation.seed)  # noqa: S311 - a seed has to repeat itself
        numbers = range(1, generation.sites + 1)
        self.shops = [shop_of(number, generation.cameras_per_site) for number in numbers]
        visits = generation.rows // ROWS_A_VISIT
        self.regulars = 1 + int(visits * REGULAR_SHARE / VISITS_A_REGULAR)
        self.staff = generation.sites + int(visits * STAFF_SHARE / generation.days)
        self.newcomers = self.shifts = self.made = 0

    def until(self, target: int, slot: int) -> Iterator[tuple[int, Sighting]]:
        """Give events of visits that begin in the slot, each with the time it is written down."""
        random = self.random.random
        while self.made < target:
            for sighting in self._next(slot + int(random() * (HOUR // SLOTS_AN_HOUR))):
                self.made += 1
                luck = random()
                if luck < DELAYED_SHARE:
                    yield sighting.at + int(random() * 20 * SECOND), sighting
                else:
                    yield sighting.at, sighting
                if luck > 1 - DUPLICATE_SHARE:
                    self.made += 1
                    yield sighting.at + int(random() * MINUTE), sighting

    def _next(self, at: int) -> Iterator[Sighting]:
        luck = self.random.random()
        if luck < STAFF_SHARE:
            self.shifts += 1
            number = 1 + self.shifts % self.staff
            return shift(self.random, self._shop(number), person_of(number), at)
        if luck < STAFF_SHARE + REGULAR_SHARE:
            number = self.staff + 1 + int(self.random.random() * self.regulars)
            return visit(self.random, self._shop(number), person_of(number), at)
        self.newcomers += 1
        number = self.staff + self.regulars + self.newcomers
        return visit(self.random, self._shop(number), person_of(number), at)

    def _shop(self, number: int) -> Shop:
        """Everyone has a shop of their own; the first ones of the list have more people."""
        share = (number * 7_919 % 1_000) / 1_000
        return self.shops[int(share**1.3 * len(self.shops))]


def _rows_of(sightings: list[tuple[int, Sighting]], day: date, timezone: str) -> Iterator[Fields]:
    # Clock changes are at night, when nobody is there: the offset of noon holds all day.
    noon = datetime.combine(day, time(12), ZoneInfo(timezone))
    prefix, offset, clock = f"{day.isoformat()}T", noon.isoformat()[19:], _clock()
    for _, (at, person, camera, event_type) in sightings:
        moment = f"{prefix}{clock[at // SECOND]}.{at % SECOND:03d}{offset}"
        yield (moment, person[0], camera[0], event_type, person[1], person[2], *camera[1:])


@cache
def _clock() -> list[str]:
    """Give the text of each second of a day, for formatting is what would take longest."""
    return [
        f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
        for second in range(24 * 3600)
    ]


def _spoiled(random: Random, fields: Fields) -> GeneratedRow:
    """Make a row bad in one of the ways that exports go wrong."""
    moment, person, camera, _, *others = fields
    kind = random.randrange(6)
    if kind == 0:
        wrong = random.choice(("now", "2025-13-45T10:00:00", "not a time", moment[:13] + "h"))
        return GeneratedRow((wrong, *fields[1:]), "unparseable_timestamp")
    if kind == 1:  # the clock of a camera that lost its battery
        return GeneratedRow(("1970-01-01T00:00:07Z", *fields[1:]), "timestamp_out_of_range")
    if kind == 2:
        wrong = random.choice(("teleport", "???", "EV_17"))
        return GeneratedRow((moment, person, camera, wrong, *others), "unknown_event_type")
    if kind == 3:
        return GeneratedRow((moment, "", *fields[2:]), "missing_value")
    if kind == 4:
        return GeneratedRow(fields[: random.randrange(4, 8)], "field_count_mismatch")
    return GeneratedRow((*fields, "again", "8d1f"), "field_count_mismatch")
