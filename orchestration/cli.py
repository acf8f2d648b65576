"""The `dwellhouse` command. Thin: each command calls one function and prints what it gives.

What is slow to import (Dagster, dbt, Great Expectations, the settings) is imported by the commands
that need it.
"""

import dataclasses
import json
import os
import signal
import sys
import time
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli_database import sql, url
from orchestration.cli_keys import keys
from orchestration.cli_marts import docs, rebuild, verify
from orchestration.lib.foreseen_error import ForeseenError, told_of

if TYPE_CHECKING:
    from orchestration.commands.headless import HeadlessLoad

app = typer.Typer(
    help="A warehouse for camera events: drop CSV files, read dwell, occupancy and visitors.",
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
)  # fmt: skip
app.add_typer(keys, name="keys")
for command in (rebuild, verify, docs, url):
    app.command()(command)
# Options that it does not know are psql's.
app.command(context_settings={"ignore_unknown_options": True})(sql)
WAIT_SECONDS = 0.2


def main() -> None:
    """Run the command; of a foreseen error, print what it says, and end with its status."""
    try:
        app()
    except Exception as error:
        message = told_of(error)
        if message is None:
            raise
        print(message, file=sys.stderr)
        raise SystemExit(getattr(error, "exit_status", 1)) from None


@app.command()
def up() -> None:
    """Start the stack and stay in front; Ctrl-C ends it."""
    from orchestration.runtime.stack import Stack
    from orchestration.settings import current_settings

    Stack(current_settings()).run()


@app.command()
def down() -> None:
    """Stop the stack of this home folder."""
    from orchestration.runtime.embedded_postgres import EmbeddedPostgres
    from orchestration.runtime.stack_state import running_stack
    from orchestration.settings import current_settings

    home = current_settings().home
    state = running_stack(home)
    if state is None:
        left = EmbeddedPostgres(home).stop_if_unused()
        print("No stack runs here" + (", but its database did; it has stopped." if left else "."))
        return
    os.kill(state.pid, signal.SIGTERM)
    while running_stack(home) is not None:
        time.sleep(WAIT_SECONDS)
    print("The stack has stopped.")


@app.command()
def prepare() -> None:
    """Make the database, its roles and tables ready without starting anything (for containers)."""
    from orchestration.runtime.stack import prepare as prepare_files
    from orchestration.runtime.warehouse import open_warehouse
    from orchestration.settings import current_settings

    settings = current_settings()
    with open_warehouse(settings):
        prepare_files(settings)
    print(f"The warehouse is ready; its secrets are in {settings.home / 'secrets'}")


@app.command()
def demo() -> None:
    """Drop a made-up month of visitors, start the stack, show what came of it; the stack stays."""
    from orchestration.commands.demo import finished_demo, make_month, start_in_background
    from orchestration.commands.demo_report import print_demo
    from orchestration.settings import current_settings

    settings = current_settings()
    started = time.monotonic()
    # A file that is there at the start is in the first build; a later one waits for its end.
    print(f"Dropping {make_month(settings)} …", flush=True)
    print("Starting the stack …", flush=True)
    stack = start_in_background(settings)
    result = finished_demo(settings, stack)
    print_demo(result, settings, time.monotonic() - started)


@app.command()
def load(files: Annotated[list[Path], typer.Argument(help="CSV files, anywhere")]) -> None:
    """Load files and build the marts, without a running stack; status 0 if all are loaded."""
    from orchestration.commands.headless import load_files
    from orchestration.settings import current_settings

    _tell(load_files(current_settings(), files))


@app.command()
def rejected(
    load_id: Annotated[int, typer.Argument(help="The load, as status and quarantine show it")],
) -> None:
    """Print the rejected rows of a load as CSV: mend them and drop them as a file of that name."""
    from orchestration.commands.rejected_rows import write_rejected_rows
    from orchestration.runtime.warehouse import open_warehouse
    from orchestration.runtime.warehouse_urls import Warehouse
    from orchestration.settings import current_settings

    settings = current_settings()
    Warehouse.of_home(settings.home)  # before the first start there is nothing to look into
    with open_warehouse(settings) as warehouse:
        rows = write_rejected_rows(warehouse.loader, load_id, sys.stdout)
    print(*rows.remarks(settings.landing), sep="\n", file=sys.stderr)


@app.command()
def replay(
    load_id: Annotated[int, typer.Argument(help="The load, as quarantine list shows it")],
) -> None:
    """Load a quarantined file again; content that is in the warehouse stays there once."""
    from orchestration.commands.replay import replay as replayed
    from orchestration.settings import current_settings

    outcome = replayed(current_settings(), load_id)
    print(outcome) if isinstance(outcome, str) else _tell(outcome)


quarantine = typer.Typer(help="Look at the files that were not taken, and why.")
app.add_typer(quarantine, name="quarantine")


@quarantine.command("list")
def quarantine_list() -> None:
    """List the files in quarantine, each with its reason."""
    from orchestration.commands.quarantine import quarantined_files
    from orchestration.lib.landing.landing_files import Landing
    from orchestration.settings import current_settings

    files = quarantined_files(Landing(current_settings().landing))
    for file in files:
        print(f"{file.heading}\n  {file.reason}")
    if not files:
        print("No file is in quarantine.")


@quarantine.command("show")
def quarantine_show(
    name: Annotated[str, typer.Argument(help="The file's name in quarantine")],
) -> None:
    """Show why a file is in quarantine, some of its bad rows, and what to do."""
    from orchestration.commands.quarantine import quarantined_file
    from orchestration.lib.landing.landing_files import Landing
    from orchestration.settings import current_settings

    landing = Landing(current_settings().landing)
    print(quarantined_file(landing, name).explained(landing.folder))


@app.command()
def status(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Return when all is published")] = False,
    timeout: Annotated[float, typer.Option(min=0, help="Give up waiting after seconds")] = 3600.0,
) -> None:
    """Show files waiting, loads, the last run and the data version."""
    from orchestration.commands.status import read_status, wait_until_idle
    from orchestration.settings import current_settings

    settings = current_settings()
    looked = wait_until_idle(settings, timeout) if wait else read_status(settings)
    if as_json:
        print(json.dumps(dataclasses.asdict(looked), default=_plain, indent=2))
    else:
        print(looked.summary())


@app.command()
def generate(
    target: Annotated[Path, typer.Argument(help="The file to write, or - for standard output")],
    rows: Annotated[int, typer.Option(min=0)] = 60_000,
    days: Annotated[int, typer.Option(min=1)] = 31,
    start: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"])] = datetime(2025, 3, 1),  # noqa: DTZ001
    seed: int = 1,
    sites: Annotated[int, typer.Option(min=1)] = 3,
    bad_share: Annotated[float, typer.Option(min=0, max=1)] = 0.01,
) -> None:
    """Write made-up visitor events; the same options give the same file."""
    from orchestration.lib.generation import Generation, write_csv

    chosen = Generation(seed, date.fromordinal(start.toordinal()), days, rows, sites,
                        bad_share=bad_share)  # fmt: skip
    try:
        made = write_csv(sys.stdout if str(target) == "-" else target, chosen)
    except OSError as error:
        message = f"{target} could not be written: {error.strerror}."
        raise ForeseenError(message) from error
    print(f"{made.rows} rows, {made.bad_rows} of them bad: {made.bad}", file=sys.stderr)


@app.command()
def doctor() -> None:
    """Check ports, folders, disk and database, and say how to mend what is wrong."""
    from orchestration.commands.doctor import findings
    from orchestration.settings import current_settings

    ill = 0
    for finding in findings(current_settings()):
        mark = "ok  " if finding.remedy is None else "FAIL"
        print(f"{mark} {finding.subject}: {finding.seen}")
        if finding.remedy is not None:
            ill += 1
            print(f"     → {finding.remedy}")
    raise typer.Exit(1 if ill else 0)


def _tell(load: "HeadlessLoad") -> None:
    """Print what came of files; raises what ends the command with 1 if not all is well."""
    print(load)
    if load.failure is not None:
        message = (
            f"The run failed, so the marts may lack these files.\n{load.failure}\n"
            "dwellhouse doctor looks for what is wrong."
        )
        raise ForeseenError(message)
    if not load.is_in_warehouse:
        raise typer.Exit(1)


def _plain(value: object) -> str:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)


if __name__ == "__main__":
    main()
