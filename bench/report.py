"""A run of the latency benchmark as a Markdown table and as a line of the history."""

import dataclasses
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.latency import Burst, Latency
from bench.leak import Leak
from serving.settings import PROJECT_ROOT

HISTORY = PROJECT_ROOT / "bench" / "results" / "history.jsonl"
FIRST_LIMIT = 1.5

Row = tuple[str, str, str, str]


@dataclass(frozen=True)
class Figures:
    """All that a run has measured; `first` is the first drop after the stack said it was ready."""

    ready_seconds: float
    first: Latency
    drops: Latency
    stock: Latency | None = None
    burst: Burst | None = None
    leak: Leak | None = None


def table(figures: Figures) -> str:
    """Give the Markdown table."""
    rows = [*_latency(figures), *_phases(figures), *_burst(figures), *_leak(figures)]
    head: list[Row] = [("", "Dwellhouse", "stock stack", "ratio"), ("---", "--:", "--:", "--:")]
    return "\n".join(f"| {' | '.join(row)} |" for row in [*head, *rows])


def conditions() -> Mapping[str, object]:
    """Give when, what and on what kind of machine; a high load average tells of a noisy run."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _git("rev-parse", "--short", "HEAD"),
        "is_changed": bool(_git("status", "--porcelain", "--untracked-files=no")),
        "cores": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 2),
    }


def append_to_history(
    figures: Figures, parameters: Mapping[str, object], found: Mapping[str, object],
    history: Path = HISTORY,
) -> None:  # fmt: skip
    """Append the run as one JSON object to the history."""
    stock = {"ratio": figures.stock.p50 / figures.drops.p50} if figures.stock else {}
    entry = {
        "bench": "latency", **found, "parameters": dict(parameters), "p50": figures.drops.p50,
        "p95": figures.drops.p95, **stock, **dataclasses.asdict(figures),
    }  # fmt: skip
    append_entry(entry, history)


def append_entry(entry: Mapping[str, object], history: Path = HISTORY) -> None:
    """Append one JSON object to the history."""
    history.parent.mkdir(parents=True, exist_ok=True)
    with history.open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")


def _latency(figures: Figures) -> Iterator[Row]:
    ours, stock = figures.drops, figures.stock
    yield _compared("drop to published, p50", ours.p50, stock.p50 if stock else None)
    yield _compared("p95", ours.p95, stock.p95 if stock else None)
    yield _compared("longest", ours.longest, stock.longest if stock else None)
    first = figures.first.p50
    share = f"{first / ours.p50:.2f} of p50 (at most {FIRST_LIMIT})"
    yield "first drop after a start", _seconds(first), "", share
    yield "start until ready", _seconds(figures.ready_seconds), "", ""
    yield "published until a reader sees it", _seconds(ours.reader_lag), "", ""


def _phases(figures: Figures) -> Iterator[Row]:
    stock = figures.stock.phases if figures.stock else {}
    for name, seconds in figures.drops.phases.items():
        yield _compared(f"of it: {name}", seconds, stock.get(name))


def _burst(figures: Figures) -> Iterator[Row]:
    if figures.burst:
        burst = figures.burst
        name = f"{burst.files} files within 10 s, first drop to all published"
        yield name, _seconds(burst.seconds), "", f"in {burst.runs} runs"
        yield "… after the last drop", _seconds(burst.seconds_after_last), "", ""
        yield "… the longest of a file, drop to published", _seconds(burst.longest), "", ""


def _leak(figures: Figures) -> Iterator[Row]:
    if figures.leak:
        before, after = figures.leak.before, figures.leak.after
        for field in dataclasses.fields(before):
            name = (
                f"{field.name.replace('_mib', ', MiB')} before and after {figures.leak.runs} runs"
            )
            values = [getattr(footprint, field.name) for footprint in (before, after)]
            yield name, " → ".join(f"{value:,.0f}" for value in values), "", ""


def _compared(name: str, ours: float, stock: float | None) -> Row:
    if stock is None:
        return name, _seconds(ours), "", ""
    return name, _seconds(ours), _seconds(stock), f"{stock / ours:.1f}"


def _seconds(value: float) -> str:
    return f"{value:.2f} s"


def _git(*arguments: str) -> str:
    result = subprocess.run(
        ["git", *arguments], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False
    )
    return result.stdout.strip()
