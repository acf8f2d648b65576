"""`python -m bench many`: many small files dropped at once, until the last of them is published."""

import argparse
import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.drops import day_files, drop, drop_and_wait, existing_file, wait_for
from bench.report import append_entry, conditions
from bench.stack import BenchError, BenchStack, bench_folder, dwellhouse_stack

LIMIT_SECONDS = 30.0
EXISTING_ROWS = 50_000
SAYS = "many small files dropped at once, until the last of them is published"


@dataclass(frozen=True)
class Many:
    """Seconds from the first drop, and the sum of what the files took one by one in the ledger."""

    files: int
    rows: int
    dropped_seconds: float
    loaded_seconds: float
    published_seconds: float
    runs: int


def table(many: Many) -> str:
    """Give the Markdown table."""
    rows = [
        ("all dropped", f"{many.dropped_seconds:.1f} s", ""),
        ("all committed to raw", f"{many.loaded_seconds:.1f} s",
         f"{1000 * many.loaded_seconds / many.files:.0f} ms a file"),
        ("all published", f"{many.published_seconds:.1f} s", f"at most {LIMIT_SECONDS:.0f} s"),
        ("runs", str(many.runs), ""),
    ]  # fmt: skip
    head = [(f"{many.files} files of {many.rows} rows", "since the first drop", "")]
    return "\n".join(f"| {' | '.join(row)} |" for row in [*head, ("---", "--:", "--:"), *rows])


def measured(stack: BenchStack, paths: Sequence[Path], rows: int) -> Many:
    """Drop all files as fast as they can be written and wait until readers see them."""
    dropped = {path.name: drop(stack, path) for path in paths}
    published = wait_for(stack, dropped)
    first = min(dropped.values())
    return Many(
        len(paths),
        rows,
        max(dropped.values()) - first,
        max(file.load.load_finished_at for file in published) - first,
        max(file.published_at for file in published) - first,
        len({file.load.run_id for file in published}),
    )


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, append to the history; status 1 if it could not be done."""
    parser = argparse.ArgumentParser(prog="python -m bench many", description=SAYS)
    parser.add_argument("--files", type=int, default=500, help="files, dropped at once (500)")
    parser.add_argument("--rows", type=int, default=100, help="rows a file (100)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="leave the stack's folder")
    options = parser.parse_args(arguments)
    found = conditions()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # ends the stack on its way out
    try:
        with bench_folder(keep=options.keep) as folder:
            paths = day_files(folder / "files", "many", options.files, options.rows, options.seed)
            with dwellhouse_stack(folder / "dwellhouse") as stack:
                drop_and_wait(stack, existing_file(folder / "files", EXISTING_ROWS))
                many = measured(stack, paths, options.rows)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    append_entry({"bench": "many", **found, **asdict(many)})
    print(table(many))
    return 0
