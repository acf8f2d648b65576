"""Takes one file from landing to where it belongs: claim, judge, copy, commit, move.

The order makes it safe to be killed anywhere. Rows and the ledger's `loaded` commit together; the
move comes after, and a file whose content is found loaded is only moved. So each attempt ends in
one of three states: nothing happened, all happened but the move, all happened.
"""

import hashlib
from collections import Counter
from pathlib import Path

import psycopg

from expectations.runner import gate
from expectations.verdict import Tally
from orchestration.lib.landing_files import Landing
from orchestration.lib.ledger import Counts, FileIdentity, FinishedLoad, Ledger
from orchestration.lib.load_outcome import (
    FileChangedError,
    FileRefusedError,
    LoadOutcome,
    LoadRules,
)
from orchestration.lib.row_load import RowLoad

MAX_ATTEMPTS = 3


class FileLoader:
    """Loads files of one landing folder through one autocommit connection of the role loader."""

    def __init__(
        self, connection: psycopg.Connection, landing: Landing, rules: LoadRules, run_id: str | None
    ) -> None:
        self._connection = connection
        self._ledger = Ledger(connection)
        self._landing = landing
        self._rules = rules
        self._run_id = run_id

    def load(self, path: Path, name: str) -> LoadOutcome | None:
        """Take one file; `name` is what it is known by. None if it is no longer there.

        Raises FileChangedError, and psycopg.Error when the database fails: the file then stays.
        """
        try:
            file = FileIdentity(name, _sha256(path), path.stat().st_size, "default")
        except FileNotFoundError:
            return None
        with self._ledger.content_lock(file.sha256):
            if not path.exists():  # whoever had the lock before has taken it
                return None
            finished = self._ledger.finished_load(file.sha256)
            if finished is not None:
                return self._already_loaded(path, file, finished)
            attempts = self._ledger.failed_attempts(file.sha256)
            return self._load_new(path, file, attempts)

    def _already_loaded(
        self, path: Path, file: FileIdentity, finished: FinishedLoad
    ) -> LoadOutcome:
        """Finish an interrupted move, or record that the same content came again."""
        load_id, status, reason = finished.load_id, "loaded", None
        if finished.stored_as is not None or finished.file_name != file.name:
            load_id, status = self._ledger.begin(file, self._run_id), "duplicate"
            reason = f"The same content is already loaded, as {finished.file_name}."
            validation = {"duplicate_of": finished.load_id}
            self._ledger.finish(load_id, status, Counts(), validation, None, reason)
        place = self._archive(path, file.name, load_id)
        nothing: Counter[str] = Counter()
        return LoadOutcome(
            load_id, file.name, status, Counts(), nothing, Tally(), None, reason, place
        )

    def _load_new(self, path: Path, file: FileIdentity, attempts: int) -> LoadOutcome:
        load_id = self._ledger.begin(file, self._run_id)
        rows = RowLoad(self._connection, gate(self._rules.limits), self._rules)
        try:
            if file.bytes > self._rules.max_file_bytes:
                raise FileRefusedError("too_large")
            with self._connection.transaction():
                rows.copy(path, file.sha256, load_id)
                self._ledger.finish(load_id, "loaded", rows.counts, rows.validation())
        except FileRefusedError as refusal:
            return self._refuse(path, file, load_id, rows, refusal)
        except Exception as error:
            self._record_failure(load_id, error)
            if attempts + 1 < MAX_ATTEMPTS or isinstance(error, FileChangedError | psycopg.Error):
                raise
            return self._give_up(path, file, load_id, rows, error)
        place = self._archive(path, file.name, load_id)
        return LoadOutcome(
            load_id, file.name, "loaded", rows.counts, rows.reasons, rows.tally, stored_as=place
        )

    def _refuse(
        self, path: Path, file: FileIdentity, load_id: int, rows: RowLoad, refusal: FileRefusedError
    ) -> LoadOutcome:
        """Quarantine the file: none of its rows is loaded, so all of them count as rejected."""
        read = rows.counts.rows_read
        counts = Counts(rows_read=read, rows_loaded=0, rows_rejected=read)
        code, reason = refusal.reason_code, str(refusal)
        self._ledger.finish(load_id, "rejected", counts, rows.validation(), code, reason)
        place = self._quarantine(path, file, load_id, rows, code, reason)
        return LoadOutcome(
            load_id, file.name, "rejected", counts, rows.reasons, rows.tally, code, reason, place
        )

    def _give_up(
        self, path: Path, file: FileIdentity, load_id: int, rows: RowLoad, error: Exception
    ) -> LoadOutcome:
        reason = f"It could not be loaded in {MAX_ATTEMPTS} attempts: {error}"
        place = self._quarantine(path, file, load_id, rows, None, reason)
        return LoadOutcome(
            load_id, file.name, "failed", Counts(), rows.reasons, rows.tally, None, reason, place
        )

    def _record_failure(self, load_id: int, error: Exception) -> None:
        """Close the entry if the database still answers; otherwise the next attempt closes it."""
        if not self._connection.closed and not self._connection.broken:
            self._ledger.finish(load_id, "failed", Counts(), {}, None, str(error))

    def _archive(self, path: Path, name: str, load_id: int) -> str:
        stored = self._landing.put_away(path, self._landing.archive, name, load_id)
        return self._recorded(load_id, stored)

    def _quarantine(
        self, path: Path, file: FileIdentity, load_id: int, rows: RowLoad,
        reason_code: str | None, reason: str,
    ) -> str:  # fmt: skip
        explanation = {
            "file_name": file.name,
            "load_id": load_id,
            "reason_code": reason_code,
            "reason": reason,
            "rows_read": rows.counts.rows_read,
            "rejected_rows_by_reason": dict(rows.reasons),
            "examples": rows.examples,
        }
        quarantine = self._landing.quarantine
        stored = self._landing.put_away(path, quarantine, file.name, load_id, explanation)
        return self._recorded(load_id, stored)

    def _recorded(self, load_id: int, stored: Path) -> str:
        place = str(stored.relative_to(self._landing.folder))
        self._ledger.record_place(load_id, place)
        return place


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
