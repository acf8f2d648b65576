"""The closing page of the demo."""

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table

from expectations.checks import ROW_CHECKS
from orchestration.commands.demo import DemoResult
from orchestration.settings import Settings

KPIS = (
    "total_events", "unique_visitors", "active_cameras", "closed_sessions", "avg_dwell_seconds",
    "median_dwell_seconds", "repeat_visitors", "repeat_rate",
)  # fmt: skip

NEEDS_A_KEY = (
    "Key figures: GET /v1/kpis asks for a key, since one was made. "
    "Make another: dwellhouse keys create NAME"
)


def print_demo(result: DemoResult, settings: Settings, seconds: float) -> None:
    """Print what came of the files, the checks, the KPIs, and where to look next."""
    console = Console()
    console.print(_files(result))
    console.print(told_checks(result.checks))
    console.print(NEEDS_A_KEY if result.kpis is None else _kpis(result.kpis))
    console.print(
        f"Data version {result.status.data_version}, {seconds:.0f} s after the start.\n\n"
        f"  Dagster        {result.stack.dagster_url}\n"
        f"  API            {result.stack.api_url}/docs\n"
        f"  SQL            .venv/bin/dwellhouse sql\n"
        f"  drop files in  {settings.landing}\n"
        f"  stop           .venv/bin/dwellhouse down",
        soft_wrap=True, highlight=False,
    )  # fmt: skip


def told_checks(checks: Mapping[str, list[str]]) -> str:
    """Say how many checks ended how; `checks` has their names by status."""
    counted = ", ".join(f"{len(names)} {status.lower()}" for status, names in checks.items())
    failed = checks.get("FAILED", [])
    if failed and set(failed) <= set(ROW_CHECKS):
        return f"Checks: {counted}. Those that failed are about the rows that were set aside."
    return f"Checks: {counted}."


def _files(result: DemoResult) -> Table:
    table = Table(title="What came of the files", title_justify="left")
    for name in ("file", "status"):
        table.add_column(name)
    for name in ("read", "loaded", "rejected"):
        table.add_column(name, justify="right")
    for file in result.files:
        counts = (file.rows_read, file.rows_loaded, file.rows_rejected)
        table.add_row(file.file_name, file.status, *(f"{count:,}" for count in counts))
    return table


def _kpis(kpis: Mapping[str, object]) -> Table:
    table = Table(title="Key figures (GET /v1/kpis)", title_justify="left", show_header=False)
    table.add_column("metric")
    table.add_column("value", justify="right")
    for name in KPIS:
        value = kpis.get(name)
        table.add_row(name, f"{value:,.2f}" if isinstance(value, float) else f"{value:,}")
    return table
