"""Landing files become rows of raw; the verdict of the gate becomes asset checks."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field

from expectations.checks import FILE_CHECKS, ROW_CHECKS
from orchestration.defs.ingestion.report import FILES_ARE_TAKEN, batch_metadata, check_results
from orchestration.defs.resources import LandingResource, WarehouseResource
from orchestration.lib.building.short_loads import load_under_way
from orchestration.lib.landing.landing_files import Landing
from orchestration.lib.loading.interrupted_moves import record_finished_moves
from orchestration.lib.loading.ledger import Ledger
from orchestration.lib.loading.load_outcome import LoadOutcome, is_interruption
from orchestration.lib.loading.load_progress import OnProgress, Progress

if TYPE_CHECKING:
    from orchestration.lib.loading.file_load import FileLoader

RAW_GROUP = "raw"
LOG_SECONDS = 5.0

landing_files = dg.AssetSpec(
    "landing_files",
    group_name="landing",
    description="CSV exports of camera systems, as people drop them into the landing folder.",
)

RAW_TABLES = {
    "raw_loads": "The ledger. Grain: one attempt at one file. A content is loaded at most once.",
    "raw_camera_events": (
        "Accepted rows, append-only. Grain: one row of a loaded file (`load_id, line_number`). "
        "A file is in it wholly once or not at all."
    ),
    "raw_rejected_rows": (
        "Rows that were set aside, with reason and raw text. Grain: one row of a loaded file."
    ),
}

FAILED_FILE = "A file that fails goes to quarantine, whole and with its reason."
FAILED_ROW = "A row that fails is set aside with its reason; the rest of its file is loaded."


class LandedFilesConfig(dg.Config):
    """The batch of a run: names in the landing folder; hidden ones are known by `shown_as`."""

    files: list[str] = Field(default_factory=list)
    shown_as: dict[str, str] = Field(default_factory=dict)


def _gate_check(name: str, asset: str, what_follows: str) -> dg.AssetCheckSpec:
    """Give a check of the gate; its name says what must hold."""
    sentence = name.replace("_", " ").capitalize()
    return dg.AssetCheckSpec(name, asset=asset, description=f"{sentence}. {what_follows}")


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            name, deps=[landing_files], group_name=RAW_GROUP, description=description,
            kinds={"postgres", "table"},
        )
        for name, description in RAW_TABLES.items()
    ],
    check_specs=[
        dg.AssetCheckSpec(
            FILES_ARE_TAKEN, asset="raw_loads", description="No file of the batch was set aside."
        ),
        *(_gate_check(name, "raw_loads", FAILED_FILE) for name in FILE_CHECKS),
        *(_gate_check(name, "raw_camera_events", FAILED_ROW) for name in ROW_CHECKS),
    ],
)  # fmt: skip
def load_landing_files(
    context: dg.AssetExecutionContext, config: LandedFilesConfig,
    warehouse: WarehouseResource, landing: LandingResource,
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:  # fmt: skip
    """Load each file of the batch in a transaction of its own.

    Idempotent: content that is loaded already is only moved out of landing.
    """
    outcomes = _outcomes(context, config, warehouse, landing)
    metadata = batch_metadata(outcomes)
    yield from (dg.MaterializeResult(asset_key=name, metadata=metadata) for name in RAW_TABLES)
    yield from check_results(outcomes)


def _outcomes(
    context: dg.AssetExecutionContext, config: LandedFilesConfig,
    warehouse: WarehouseResource, landing: LandingResource,
) -> Sequence[LoadOutcome]:  # fmt: skip
    """Load the files one by one; a file that fails stays in landing and stops no other."""
    with warehouse.loading() as connection:
        ledger = Ledger(connection)
        ledger.close_dead_loads()
        record_finished_moves(ledger, landing.landing)
        if not config.files:
            return []
        # Great Expectations takes seconds to import; a run without files does without it.
        from orchestration.lib.loading.file_load import FileLoader

        files = _in_order(ledger, landing.landing, config)
        loader = FileLoader(
            connection, landing.landing, landing.rules, context.run_id,
            _logged_now_and_then(context), coming=files,
        )  # fmt: skip
        with load_under_way(connection, sum(_size(path) for path, _ in files)):
            outcomes = [_outcome(context, loader, path, name) for path, name in files]
    return [outcome for outcome in outcomes if outcome is not None]


def _in_order(
    ledger: Ledger, landing: Landing, config: LandedFilesConfig
) -> Sequence[tuple[Path, str]]:
    """Give path and name of each file.

    Last come those that have failed repeatedly: one that ends its process each time must not keep
    the others from being loaded.
    """
    names = [config.shown_as.get(file, file) for file in config.files]
    paths = [landing.folder / Path(file).name for file in config.files]
    failed = ledger.failed_names(names)
    return sorted(zip(paths, names, strict=True), key=lambda file: failed.get(file[1], False))


def _size(path: Path) -> int:
    """Give the bytes of a file; none if another run has taken it."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _outcome(
    context: dg.AssetExecutionContext, loader: "FileLoader", path: Path, name: str
) -> LoadOutcome | None:
    try:
        outcome = loader.load(path, name)
    except Exception as error:
        if not loader.is_connected:
            raise
        if is_interruption(error):
            context.log.warning("%s could not be loaded now; it is tried again: %s", name, error)
        else:
            context.log.exception("%s could not be loaded now; it is tried again.", name)
        return None
    if outcome is None:
        context.log.info("%s is no longer in landing; another run has taken it.", name)
        return None
    counts = outcome.counts
    context.log.info(
        "%s: %s, %d rows read, %d loaded, %d rejected. %s",
        name, outcome.status, counts.rows_read, counts.rows_loaded, counts.rows_rejected,
        outcome.reason or "",
    )  # fmt: skip
    return outcome


def _logged_now_and_then(context: dg.AssetExecutionContext) -> OnProgress:
    """Write progress into the run's log, where each line costs a write, every few seconds."""
    logged_at = time.monotonic()

    def tell(progress: Progress) -> None:
        nonlocal logged_at
        if time.monotonic() - logged_at >= LOG_SECONDS:
            logged_at = time.monotonic()
            context.log.info("%s", progress)

    return tell
