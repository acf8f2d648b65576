"""Writes down where files lie that were moved by a process that died before it could."""

from itertools import islice
from pathlib import Path

from orchestration.lib.landing.file_moves import stored_names
from orchestration.lib.landing.file_state import FileState
from orchestration.lib.landing.landing_files import Landing
from orchestration.lib.loading.ledger import IN_WAREHOUSE, FinishedLoad, Ledger

LIKELY_NAMES = 3


def record_finished_moves(ledger: Ledger, landing: Landing) -> None:
    """Look for the files of loads that have a verdict and no place; landing comes later."""
    for load in ledger.not_stored():
        folder = landing.archive if load.status in IN_WAREHOUSE else landing.quarantine
        for place in islice(stored_names(folder, load.file_name, load.load_id), LIKELY_NAMES):
            stored_as = str(place.relative_to(landing.folder))
            if not ledger.is_place_taken(stored_as, load) and _is_of(load, place):
                ledger.record_place(load.load_id, stored_as, load.file_name)
                break


def _is_of(load: FinishedLoad, place: Path) -> bool:
    """Tell whether the content of a load lies here, and nowhere else: the move is finished."""
    try:
        found = place.stat()
        is_likely = (found.st_nlink, found.st_size) == (1, load.bytes)
        return is_likely and FileState.hashed(place)[1] == load.sha256
    except OSError:
        return False
