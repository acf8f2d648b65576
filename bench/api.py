"""`python -m bench api`: how fast the API answers over millions of events, beside bare floors."""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle, repeat
from pathlib import Path
from random import Random
from statistics import median
from urllib.parse import quote

import httpx

from bench.api_servers import (
    Servers,
    environment_of,
    filled_api_warehouse,
    running_servers,
)
from bench.drops import day_files
from bench.http_load import Answers, answers_to
from bench.paging import paged_while_loading
from bench.report import append_entry, conditions
from bench.stack import BenchError, bench_folder, own_settings
from orchestration.runtime.warehouse_urls import Warehouse
from orchestration.settings import Settings

SAYS = "how fast the API answers over millions of events"
FIRST_DAY = datetime(2025, 1, 1, tzinfo=UTC)
CLIENTS = 16
ROUNDS = 5
DEPTH = 1_000_000
AT_LEAST, AT_MOST = "at least", "at most"


@dataclass(frozen=True)
class Figure:
    """One line of the report; `value` has a limit unless it is told for its own sake."""

    name: str
    value: float
    unit: str
    bound: str = ""
    limit: float | None = None
    about: str = ""

    @property
    def holds(self) -> bool:
        """Tell whether the value is within its limit."""
        if self.limit is None:
            return True
        return self.value >= self.limit if self.bound == AT_LEAST else self.value <= self.limit


def table(figures: list[Figure]) -> str:
    """Give the Markdown table."""
    head = [("", "", "limit", ""), ("---", "--:", "--:", "---")]
    rows = [
        (one.name, f"{one.value:.2f}{one.unit}", _limit(one), one.about) for one in figures
    ]  # fmt: skip
    return "\n".join(f"| {' | '.join(row)} |" for row in [*head, *rows])


def _limit(figure: Figure) -> str:
    if figure.limit is None:
        return ""
    return f"{figure.bound} {figure.limit:g}{figure.unit}{'' if figure.holds else ', missed'}"


def measured(servers: Servers, events: int, seconds: float, seed: int) -> Iterator[Figure]:
    """Give each figure as it is measured."""
    random = Random(seed)
    yield _ratio("cached kpis to an empty route", 0.7, servers.floor, repeat("/empty"),
                 servers.api, repeat("/v1/kpis?last=7d"), seconds)  # fmt: skip
    yield _ratio("cached page of 100 sessions to an empty route", 0.7, servers.floor,
                 repeat("/empty"), servers.api, repeat("/v1/sessions"), seconds)  # fmt: skip
    yield _ratio(
        "uncached page of 100 sessions to the bare query", 0.8,
        servers.floor, (f"/sessions?after={one}" for one in _instants(random)),
        servers.uncached, (f"/v1/sessions?from={one}" for one in _instants(random)), seconds,
    )  # fmt: skip
    month, year = timedelta(days=30), timedelta(days=365)
    for name, limit, path, length in (
        ("kpis, 30 days", 150, "/v1/kpis?", month),
        ("occupancy by hour, 30 days, all cameras", 100, "/v1/occupancy?", month),
        ("occupancy by hour, 30 days, sites", 100, "/v1/occupancy?group_by=site&", month),
        ("occupancy by hour, 30 days, a camera", 100, "/v1/occupancy?camera_id=CAM-07&", month),
        ("dwell by camera, a year", 300, "/v1/dwell?group_by=camera&", year),
    ):
        for clients in (1, CLIENTS):
            paths = (f"{path}{one}" for one in _ranges(random, length))
            yield _p95(f"{name}, p95, {clients} at once", limit, servers.uncached, paths,
                       clients, seconds)  # fmt: skip
    yield _depth(servers.uncached, min(DEPTH, events // 4), seconds)


def _ratio(
    name: str, limit: float, floor: int, floor_paths: Iterator[str], port: int,
    paths: Iterator[str], seconds: float,
) -> Figure:  # fmt: skip
    """Measure both in turns, so that whatever else the machine does meets both."""
    rates = []
    for _ in range(ROUNDS):
        bare = _answers(floor_paths, floor, CLIENTS, seconds / ROUNDS)
        ours = _answers(paths, port, CLIENTS, seconds / ROUNDS)
        rates.append((ours.rate / bare.rate, ours.rate, bare.rate))
    ratio, ours_rate, floor_rate = (median(column) for column in zip(*rates, strict=True))
    about = f"{ours_rate:,.0f} to {floor_rate:,.0f} a second"
    return Figure(name, ratio, "", AT_LEAST, limit, about)


def _p95(
    name: str, limit: float, port: int, paths: Iterator[str], clients: int, seconds: float
) -> Figure:
    answers = _answers(paths, port, clients, seconds)
    about = f"half within {answers.milliseconds(50):.0f} ms, {answers.rate:,.1f} a second"
    if answers.timed_out:
        about += f"; {answers.timed_out} of {len(answers.seconds)} timed out"
    return Figure(name, answers.milliseconds(95), " ms", AT_MOST, limit, about)


def _depth(port: int, depth: int, seconds: float) -> Figure:
    """Compare the first page with one so many rows further on, asked for by turns.

    By turns, for two stretches of seconds differ by more than what is looked for.
    """
    pages = cycle(("/v1/sessions?limit=100", _path_at(port, depth)))
    answers = _answers(pages, port, 1, seconds)
    first, later = median(answers.seconds[::2]), median(answers.seconds[1::2])
    name = f"page after {depth:,} sessions to the first"
    return Figure(name, later / first, "", AT_MOST, 1.2, f"{1000 * first:.1f} ms")


def _path_at(port: int, depth: int) -> str:
    following = "/v1/sessions?limit=1000&fields=session_id"
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        for _ in range(depth // 1000):
            cursor = client.get(following).json()["next"]
            following = f"/v1/sessions?limit=1000&fields=session_id&cursor={quote(cursor)}"
    return f"/v1/sessions?limit=100&cursor={quote(cursor)}"


def _answers(paths: Iterator[str], port: int, clients: int, seconds: float) -> Answers:
    answers = answers_to(paths, port, clients, seconds)
    if answers.refused:
        text = answers.refused[:2000].decode(errors="replace")
        message = f"An answer was not what it should be:\n{text}"
        raise BenchError(message)
    return answers


def _instants(random: Random) -> Iterator[str]:
    while True:
        start = FIRST_DAY + timedelta(seconds=random.uniform(0, 300 * 86400))
        yield quote(start.isoformat())


def _ranges(random: Random, length: timedelta) -> Iterator[str]:
    while True:
        start = FIRST_DAY + random.random() * (timedelta(days=366) - length)
        yield f"from={quote(start.isoformat())}&to={quote((start + length).isoformat())}"


def _paging(settings: Settings, servers: Servers, files: int) -> Iterator[Figure]:
    """Load so many files beside; there is no figure for none."""
    if not files:
        return
    reader = Warehouse.of_home(settings.home).reader
    paths = day_files(settings.home.parent / "files", "day", files, 10_000, time.time_ns())
    environment = environment_of(settings, {})
    paged = paged_while_loading(servers.uncached, reader, paths, environment)
    name = f"of {paged.sessions:,} sessions paged while files load, missing or repeated"
    about = f"{paged.rounds} rounds, {len(paged.versions)} data versions, {paged.seconds:.0f} s"
    yield Figure(name, paged.missing + paged.repeated, "", AT_MOST, 0, about)


def main(arguments: list[str] | None = None) -> int:
    """Fill, measure, print, append to the history; status 1 if it could not be done."""
    options = _parser().parse_args(arguments)
    found = conditions()
    kept = nullcontext(options.folder) if options.folder else bench_folder(keep=False)
    try:
        with kept as folder:
            figures = list(_told(_figures(folder, options)))
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    chosen = {name: str(value) for name, value in vars(options).items()}
    told = [asdict(figure) for figure in figures]
    append_entry({"bench": "api", **found, "parameters": chosen, "figures": told})
    print(table(figures))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench api", description=SAYS)
    number = parser.add_argument
    number("--events", type=int, default=1_000_000, help="events in the warehouse (1,000,000)")
    number("--seconds", type=float, default=10.0, help="seconds for each figure (10)")
    number("--files", type=int, default=3, help="files that load while all is paged through (3)")
    number("--seed", type=int, default=1, help="of the ranges that are asked for")
    number("--folder", type=Path, help="keep the warehouse there, and use the one that is there")
    return parser


def _figures(folder: Path, options: argparse.Namespace) -> Iterator[Figure]:
    settings = own_settings(folder / "home", folder / "landing")
    settings.landing.mkdir(parents=True, exist_ok=True)
    print("Filling and building the warehouse", file=sys.stderr, flush=True)
    with filled_api_warehouse(settings, options.events), running_servers(settings) as servers:
        yield from measured(servers, options.events, options.seconds, options.seed)
        yield from _paging(settings, servers, options.files)


def _told(figures: Iterator[Figure]) -> Iterator[Figure]:
    for one in figures:
        print(f"{one.name}: {one.value:.2f}{one.unit}, {one.about}", file=sys.stderr, flush=True)
        yield one


if __name__ == "__main__":
    sys.exit(main())
