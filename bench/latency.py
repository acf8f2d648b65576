"""From a file's drop to its rows being published: one file at a time, and many at once."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median, quantiles

from bench.dagster_runs import median_phases
from bench.drops import Published, drop, drop_and_wait, wait_for
from bench.stack import BenchStack

LONGEST_PAUSE_SECONDS = 6.0
BURST_SECONDS = 10.0


@dataclass(frozen=True)
class Latency:
    """Seconds of each drop, in order, and the median of each part of their way."""

    seconds: list[float]
    phases: dict[str, float] = field(default_factory=dict)
    reader_lag: float = 0.0

    @property
    def p50(self) -> float:
        """Half of the drops take no longer."""
        return median(self.seconds)

    @property
    def p95(self) -> float:
        """19 of 20 drops take no longer; of one drop, what it takes."""
        if len(self.seconds) < 2:
            return self.seconds[0]
        return quantiles(self.seconds, n=20, method="inclusive")[-1]

    @property
    def longest(self) -> float:
        """No drop takes longer."""
        return max(self.seconds)


@dataclass(frozen=True)
class Burst:
    """Many files within seconds: until the last is published, and the runs that it took."""

    files: int
    seconds: float
    seconds_after_last: float
    longest: float
    runs: int


def latency(stack: BenchStack, paths: Sequence[Path], seed: int) -> Latency:
    """Drop the files one by one, each at a random moment after the former was published."""
    random = Random(seed)
    drops: list[Published] = []
    for path in paths:
        time.sleep(random.uniform(0, LONGEST_PAUSE_SECONDS))
        drops.append(drop_and_wait(stack, path))
    return Latency(
        seconds=[drop.seconds for drop in drops],
        phases=median_phases(stack.dagster_url, drops),
        reader_lag=median(drop.seen_at - drop.published_at for drop in drops),
    )


def burst(stack: BenchStack, paths: Sequence[Path]) -> Burst:
    """Drop the files evenly over ten seconds, without waiting for any."""
    begin = time.monotonic()
    dropped: dict[str, float] = {}
    for number, path in enumerate(paths):
        due = begin + BURST_SECONDS * number / len(paths)
        time.sleep(max(0.0, due - time.monotonic()))
        dropped[path.name] = drop(stack, path)
    published = wait_for(stack, dropped)
    last = max(file.published_at for file in published)
    return Burst(
        files=len(paths),
        seconds=last - min(dropped.values()),
        seconds_after_last=last - max(dropped.values()),
        longest=max(file.seconds for file in published),
        runs=len({file.load.run_id for file in published}),
    )
