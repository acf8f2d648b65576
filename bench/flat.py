"""`python -m bench flat`: what 10,000 new rows cost in a large warehouse, and in a small one."""

import argparse
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg

from bench.filled_warehouse import Build, FilledWarehouse, Seconds, warehouse_in
from bench.made_up import load_days
from bench.report import append_entry, conditions
from bench.stack import bench_folder

ROWS = 10_000  # of a day, and of a drop
DAYS_LATE = 40
# The next day is a Thursday in every warehouse: what lies in its week is counted anew with it.
NEXT_WEEKDAY = 3
LATEST_LIMIT, LATE_LIMIT = 1.5, 3.0
SHOWN = 6
SAYS = "a drop into a large warehouse, beside the same into a small one"


@dataclass(frozen=True)
class Flat:
    """Drops of a new latest day into both warehouses, and of a day in the past into the large."""

    small_events: int
    large_events: int
    rebuild_seconds: float
    small: Sequence[Build]
    large: Sequence[Build]
    late: Sequence[Build]

    def ratio(self, drops: Sequence[Build]) -> float:
        """How many times as long as a latest day in the small warehouse the drops take."""
        return _median(drops) / _median(self.small)


class GrowingWarehouse:
    """A warehouse of days with ten thousand events each, all of them published."""

    def __init__(self, warehouse: FilledWarehouse, events: int) -> None:
        """Load and build in full; `rebuild_seconds` tells how long that took."""
        self._warehouse = warehouse
        days = events // ROWS
        self._days = days - (days - NEXT_WEEKDAY) % 7
        self._late = 0
        self._load(0, self._days - 1)
        warehouse.tidy()
        self.rebuild_seconds = warehouse.built().seconds
        warehouse.tidy()

    def latest(self) -> Build:
        """Drop the day after the latest one."""
        self._days += 1
        self._load(self._days - 1, self._days - 1)
        return self._warehouse.built()

    def late(self) -> Build:
        """Drop more visits of a day in the past."""
        self._late += 1
        day = self._days - 1 - DAYS_LATE
        self._load(day, day, first_visit=self._late * ROWS)
        return self._warehouse.built()

    def _load(self, first_day: int, last_day: int, first_visit: int = 0) -> None:
        with psycopg.connect(self._warehouse.superuser_url) as connection:
            load_days(connection, first_day, last_day, ROWS, first_visit)


def measured(folder: Path, small_events: int, large_events: int, drops: int) -> Flat:
    """Fill both, then drop in turns, so that what else the machine does meets all alike."""
    with warehouse_in(folder / "small") as one, warehouse_in(folder / "large") as other:
        small, large = GrowingWarehouse(one, small_events), GrowingWarehouse(other, large_events)
        for warehouse in (small, large):
            warehouse.latest()  # the first partial build of a process imports and compiles
        turns = [(small.latest(), large.latest(), large.late()) for _ in range(drops)]
    in_small, in_large, late = zip(*turns, strict=True)
    return Flat(small_events, large_events, large.rebuild_seconds, in_small, in_large, late)


def table(flat: Flat) -> str:
    """Give the Markdown table: the drops, then the models that take most longer in the large."""
    small, large = f"{flat.small_events:,} events", f"{flat.large_events:,} events"
    rows = [("", small, large, "ratio"), ("---", "--:", "--:", "--:")]
    rows += [
        (f"{ROWS:,} rows of the latest day", _seconds(flat.small), _seconds(flat.large),
         f"{flat.ratio(flat.large):.2f} (at most {LATEST_LIMIT})"),
        (f"… of a day {DAYS_LATE} days before", "", _seconds(flat.late),
         f"{flat.ratio(flat.late):.2f} (at most {LATE_LIMIT})"),
        ("all marts made anew", "", f"{flat.rebuild_seconds:.0f} s", ""),
    ]  # fmt: skip
    rows += [
        (f"of it: {name}", f"{before:.3f} s", f"{after:.3f} s", "")
        for name, before, after in _grown(flat)
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _grown(flat: Flat) -> list[tuple[str, float, float]]:
    before, after = _nodes(flat.small), _nodes(flat.large)
    names = sorted(after, key=lambda name: before.get(name, 0.0) - after[name])
    return [(name, before.get(name, 0.0), after[name]) for name in names[:SHOWN]]


def _nodes(drops: Sequence[Build]) -> Seconds:
    return {
        name: statistics.median(drop.nodes.get(name, 0.0) for drop in drops)
        for name in drops[0].nodes
    }


def _median(drops: Sequence[Build]) -> float:
    return statistics.median(drop.seconds for drop in drops)


def _seconds(drops: Sequence[Build]) -> str:
    return f"{_median(drops):.2f} s, fastest {min(drop.seconds for drop in drops):.2f}"


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, append to the history."""
    parser = argparse.ArgumentParser(prog="python -m bench flat", description=SAYS)
    parser.add_argument("--small", type=int, default=100_000, help="events beforehand (100,000)")
    parser.add_argument(
        "--events", type=int, default=20_000_000, help="of the large warehouse (20,000,000)"
    )
    parser.add_argument("--drops", type=int, default=7, help="of each kind (7)")
    options = parser.parse_args(arguments)
    found = conditions()
    with bench_folder(keep=False) as folder:
        flat = measured(folder, options.small, options.events, options.drops)
    ratios = {"ratio": flat.ratio(flat.large), "late_ratio": flat.ratio(flat.late)}
    append_entry({"bench": "flat", **found, **ratios, **asdict(flat)})
    print(table(flat))
    return 0
