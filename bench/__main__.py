"""`python -m bench`: measures, prints a Markdown table, appends to the history."""

import argparse
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bench import api, bulk, flat, many, marts
from bench.drops import day_files, drop_and_wait, existing_file
from bench.latency import Burst, Latency, burst, latency
from bench.leak import Leak, leak
from bench.report import Figures, append_to_history, conditions, table
from bench.stack import BenchError, BenchStack, bench_folder, dwellhouse_stack
from bench.stock_stack import stock_stack

TINY_ROWS = 20
OTHERS: dict[str, tuple[str, Callable[[list[str]], int]]] = {
    name: (bench.SAYS, bench.main)
    for name, bench in (
        ("api", api),
        ("bulk", bulk),
        ("flat", flat),
        ("many", many),
        ("marts", marts),
    )
}


def main(arguments: list[str] | None = None) -> int:
    """Run a benchmark; status 1 if it could not be done."""
    given = sys.argv[1:] if arguments is None else arguments
    if given and given[0] in OTHERS:
        _, measure = OTHERS[given[0]]
        return measure(given[1:])
    options = _parser().parse_args(given)
    found = conditions()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # ends the stacks on its way out
    try:
        with bench_folder(keep=options.keep) as folder:
            figures = _measured(folder, options)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    chosen = {name: value for name, value in vars(options).items() if name != "bench"}
    append_to_history(figures, chosen, found)
    print(table(figures))
    print(f"\n{found['cores']} cores, load average {found['load_average']} before the start, "
          f"{options.drops} drops of {options.rows:,} rows on {options.existing:,} events, "
          f"commit {found['commit']}{' and changes' if found['is_changed'] else ''}.")  # fmt: skip
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    benches = parser.add_subparsers(dest="bench", required=True)
    options = benches.add_parser("latency", help="from a file's drop to its rows being published")
    for name, (says, _) in OTHERS.items():
        benches.add_parser(name, help=says, add_help=False)
    number = options.add_argument
    number("--drops", type=int, default=30, help="files, one at a time (30)")
    number("--rows", type=int, default=10_000, help="rows a file (10,000)")
    number("--existing", type=int, default=50_000, help="events loaded beforehand (50,000)")
    number("--seed", type=int, default=1, help="of the files and of the moments of the drops")
    number("--stock", action="store_true", help="compare with the stock stack; takes minutes")
    number("--stock-drops", type=int, default=3, metavar="N", help="files for the stock stack (3)")
    number("--burst", nargs="?", type=int, const=24, metavar="N", help="N files in 10 s (24)")
    number("--leak", nargs="?", type=int, const=200, metavar="N", help="N tiny runs in a row (200)")
    number("--keep", action="store_true", help="leave the stacks' folders, with their logs")
    return parser


def _measured(folder: Path, options: argparse.Namespace) -> Figures:
    """Measure one stack after the other: an idle one would take its share of the machine too."""
    files = day_files(folder / "files", "day", 1 + options.drops, options.rows, options.seed)
    existing = existing_file(folder / "files", options.existing)
    _say("Starting Dwellhouse, loading what is there beforehand")
    with dwellhouse_stack(folder / "dwellhouse") as stack:
        drop_and_wait(stack, existing)
    with dwellhouse_stack(folder / "dwellhouse") as stack:
        first = Latency([drop_and_wait(stack, files[0]).seconds])
        _say(f"Ready after {stack.ready_seconds:.1f} s; dropping {options.drops} files")
        drops = latency(stack, files[1:], options.seed)
        _say(
            f"Half of the files took no longer than {drops.p50:.2f} s, the first {first.p50:.2f} s"
        )
        many = _burst(stack, folder, options)
        grown = _leak(stack, folder, options)
        figures = Figures(stack.ready_seconds, first, drops, burst=many, leak=grown)
    if not options.stock:
        return figures
    _say(table(figures))  # what is there so far, for the stock stack takes its time
    return replace(figures, stock=_stock(folder, existing, files[1:], options))


def _burst(stack: BenchStack, folder: Path, options: argparse.Namespace) -> Burst | None:
    if not options.burst:
        return None
    seed = options.seed + 1_000_000
    files = day_files(folder / "files", "burst", options.burst, options.rows, seed)
    _say(f"Dropping {len(files)} files within ten seconds")
    return burst(stack, files)


def _leak(stack: BenchStack, folder: Path, options: argparse.Namespace) -> Leak | None:
    if not options.leak:
        return None
    seed = options.seed + 2_000_000
    files = day_files(folder / "files", "tiny", options.leak, TINY_ROWS, seed)
    _say(f"{len(files)} runs in a row")
    return leak(stack, files)


def _stock(folder: Path, existing: Path, files: list[Path], options: argparse.Namespace) -> Latency:
    _say("Starting the stock stack, loading what is there beforehand")
    with stock_stack(folder / "stock") as stack:
        drop_and_wait(stack, existing)
        _say(f"Dropping {options.stock_drops} files")
        return latency(stack, files[: options.stock_drops], options.seed)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
