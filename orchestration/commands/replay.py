"""`dwellhouse replay`: a quarantined file is loaded again, when what kept it out has been mended.

Content that is in the warehouse is never loaded a second time: this says so, and what can be done.
"""

import time
from pathlib import Path

import psycopg

from orchestration.commands.asked_load import AskedLoad, asked_load
from orchestration.commands.headless import HeadlessLoad, load_files
from orchestration.commands.ledger_lines import LoadedFile, ledger_lines
from orchestration.lib.foreseen_error import ForeseenError
from orchestration.lib.landing.file_moves import put_back
from orchestration.lib.landing.landing_files import Landing
from orchestration.lib.loading.interrupted_moves import record_finished_moves
from orchestration.lib.loading.ledger import Ledger
from orchestration.runtime.stack_state import running_stack
from orchestration.runtime.warehouse import open_warehouse
from orchestration.settings import Settings

TAKEN_SECONDS = 60.0
LOOK_SECONDS = 0.3


class ReplayError(ForeseenError):
    """The load cannot be replayed; the text says why and what to do."""


def replay(settings: Settings, load_id: int) -> HeadlessLoad | str:
    """Load the file of a load again; gives what became of it, or why there is nothing to do.

    Where a stack runs, the stack loads it. Raises ReplayError or UnknownLoadError.
    """
    landing = Landing(settings.landing)
    with (
        open_warehouse(settings) as warehouse,
        psycopg.connect(warehouse.loader, autocommit=True) as connection,
    ):
        ledger = Ledger(connection)
        record_finished_moves(ledger, landing)
        load = asked_load(connection, load_id)
        needless = _needless(load)
        if needless is not None:
            return needless
        stored = _stored(landing, load, ledger)
        path = put_back(landing, stored, load.file_name, load_id)
        ledger.record_place(load_id, path.name, str(load.stored_as))
        if running_stack(settings.home) is None:
            return load_files(settings, [path])
        return HeadlessLoad([_newer_load(connection, path.name, load_id)])


def _needless(load: AskedLoad) -> str | None:
    """Say why it need not be loaded again, if so."""
    if load.status == "duplicate":
        first = (load.validation or {}).get("duplicate_of")
        return f"The content of load {load.load_id} is in the warehouse already, by load {first}."
    if load.status != "loaded":
        return None
    message = (
        f"Load {load.load_id}, {load.file_name}, is in the warehouse already with "
        f"{load.rows_loaded:,} rows; content is loaded once."
    )
    if not load.rows_rejected:
        return message
    return (
        f"{message} To have its {load.rows_rejected:,} rejected rows judged again: "
        f"dwellhouse rejected {load.load_id} > rejected_{load.load_id}.csv, and drop that file."
    )


def _stored(landing: Landing, load: AskedLoad, ledger: Ledger) -> Path:
    load_name = f"Load {load.load_id}, {load.file_name},"
    if load.stored_as is None:
        message = f"{load_name} has not ended or has failed. {_told_of_landing(landing, load)}"
        raise ReplayError(message)
    if not load.stored_as:
        message = (
            f"{load_name} was put away, and another file lies there by now. "
            f"Drop its file into {landing.folder} again."
        )
        raise ReplayError(message)
    stored = landing.folder / load.stored_as
    if stored.parent != landing.quarantine:
        message = f"{load_name} has been replayed already; its file is {stored} now."
        raise ReplayError(message)
    newest = ledger.newest_load_in(load.stored_as)
    if newest != load.load_id:
        message = f"{stored} is the file of load {newest} by now: dwellhouse replay {newest}"
        raise ReplayError(message)
    if not stored.is_file():
        message = f"{stored} is no longer there. Drop the file into {landing.folder} again."
        raise ReplayError(message)
    return stored


def _told_of_landing(landing: Landing, load: AskedLoad) -> str:
    if (landing.folder / load.file_name).exists():
        return "Its file is still in landing and is tried again by itself."
    return f"Its file is no longer in landing. Drop it into {landing.folder} again."


def _newer_load(connection: psycopg.Connection, name: str, load_id: int) -> LoadedFile:
    """Wait for whoever takes the file from landing, for as long as it is at it."""
    deadline = time.monotonic() + TAKEN_SECONDS
    while time.monotonic() < deadline:
        newer = ledger_lines(connection, file_name=name, after=load_id)
        if newer and newer[-1].status != "loading":
            return newer[-1]
        if newer:
            deadline = time.monotonic() + TAKEN_SECONDS
        time.sleep(LOOK_SECONDS)
    message = (
        f"{name} lies in landing again; nobody has taken it yet. dwellhouse status tells more."
    )
    raise ReplayError(message)
