"""Short texts read as raw rows, for cases that are counted by hand."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tests.reference.events import RawRow

MONDAY = "2026-01-05"


def story(text: str, timezone: str = "UTC") -> list[RawRow]:
    """Read lines of a person, a place (`site/camera`), times, and perhaps `age_group=…`.

    `10:00..10:30` is a stay, `10:00..` an entry, `..10:30` an exit, `10:10` another event. Times
    are wall time in the time zone, on a Monday unless they name a date: `2026-01-06T10:00`.
    """
    return [row for line in text.strip().splitlines() for row in _rows(line.split(), timezone)]


def instant(text: str, timezone: str = "UTC") -> datetime:
    """Give the instant of a time such as `10:00` or `2026-01-06T10:00`."""
    local = datetime.fromisoformat(text if "T" in text else f"{MONDAY}T{text}")
    return (local if local.tzinfo else local.replace(tzinfo=ZoneInfo(timezone))).astimezone(UTC)


def columns(rows: Iterable[object], *names: str) -> list[tuple[object, ...]]:
    """Give some columns of the rows, in the order of the first, which is never null."""
    found = [tuple(getattr(row, name) for name in names) for row in rows]
    return sorted(found, key=lambda values: values[0])


def _rows(words: list[str], timezone: str) -> Iterator[RawRow]:
    person, place, *rest = words
    site, _, camera = place.rpartition("/")
    more = dict(word.split("=") for word in rest if "=" in word)
    for word in rest:
        if "=" in word:
            continue
        entry, dots, leave = word.partition("..")
        told = [("entry", entry), ("exit", leave)] if dots else [("appearance", entry)]
        for kind, time in told:
            if time:
                at = instant(time, timezone)
                yield RawRow(1, at, person, camera, kind, site_id=site or None, **more)
