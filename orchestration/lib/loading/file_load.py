"""Takes one file from landing to where it belongs: claim, judge, copy, commit, move.

The order makes it safe to be killed anywhere. Rows and the ledger's `loaded` commit together; the
move comes after, and a file whose content is found loaded is only moved. So each attempt ends in
one of three states: nothing happened, all happened but the move, all happened.
"""

import contextlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from expectations.runner import gate
from expectations.verdict import Tally
from orchestration.lib.fault_points import reached
from orchestration.lib.landing.file_moves import put_away
from orchestration.lib.landing.file_state import FileChangedError, FileGoneError, FileState
from orchestration.lib.landing.landing_files import Landing
from orchestration.lib.loading.ledger import (
    Counts,
    Failure,
    FileIdentity,
    FinishedLoad,
    Ledger,
    LoadStatus,
)
from orchestration.lib.loading.load_outcome import (
    FileRefusedError,
    LoadOutcome,
    LoadRules,
    is_interruption,
)
from orchestration.lib.loading.load_progress import OnProgress, Progress, ProgressReport
from orchestration.lib.loading.row_load import RowLoad
from orchestration.lib.loading.small_files import SmallFiles


@dataclass(frozen=True)
class _Claimed:
    """A file while it is loaded: where it lies, as what it was hashed, its number."""

    path: Path
    state: FileState
    file: FileIdentity
    load_id: int


def _untold(_progress: Progress) -> None:
    """Tell nobody."""


class FileLoader:
    """Loads files of one landing folder through one autocommit connection of the role loader."""

    def __init__(
        self, connection: psycopg.Connection, landing: Landing, rules: LoadRules,
        run_id: str | None, on_progress: OnProgress = _untold,
        coming: Sequence[tuple[Path, str]] = (),
    ) -> None:  # fmt: skip
        """Note the files that are `coming`, by path and name: small ones are judged together.

        Not so if one has failed before: should it end the process, it shall be the one to blame.
        """
        self._connection = connection
        self._ledger = Ledger(connection)
        self._landing = landing
        self._rules = rules
        self._run_id = run_id
        self._on_progress = on_progress
        failed = self._ledger.failed_names([name for _, name in coming])
        self._small_files = SmallFiles(() if failed else coming)

    @property
    def is_connected(self) -> bool:
        """Whether the database can still be asked; if not, a new loader is needed."""
        return not self._connection.closed

    def load(self, path: Path, name: str) -> LoadOutcome | None:
        """Take one file; `name` is what it is known by. None if it is no longer there.

        Raises what `is_interruption` names when the surroundings fail: the file then stays.
        """
        try:
            state, sha256 = FileState.hashed(path)
        except FileNotFoundError:
            return None
        file = FileIdentity(name, sha256, state.bytes, self._rules.sources.of(name).name)
        reached("hashed", name)
        with self._ledger.content_lock(sha256, self._rules.stalled_seconds):
            if not path.exists():  # whoever had the lock before has taken it
                return None
            finished = self._ledger.finished_load(sha256)
            if finished is not None:
                return self._already_loaded(path, state, file, finished)
            self._ledger.close_dead_loads()
            failures = self._ledger.failures(sha256)
            claimed = _Claimed(path, state, file, self._ledger.begin(file, self._run_id))
            reached("claimed", name)
            return self._load_new(claimed, failures)

    def _already_loaded(
        self, path: Path, state: FileState, file: FileIdentity, finished: FinishedLoad
    ) -> LoadOutcome:
        """Finish an interrupted move, or record that the same content came again."""
        load_id, reason = finished.load_id, None
        status: LoadStatus = "loaded"
        if finished.stored_as is not None or finished.file_name != file.name:
            load_id, status = self._ledger.begin(file, self._run_id), "duplicate"
            reason = f"The same content is already loaded, as {finished.file_name}."
            validation = {"duplicate_of": finished.load_id}
            self._ledger.finish(load_id, status, Counts(), validation, reason=reason)
        place = self._archive(_Claimed(path, state, file, load_id))
        return LoadOutcome(
            load_id, file.name, status, Counts(), Counter(), Tally(),
            reason=reason, stored_as=place,
        )  # fmt: skip

    def _load_new(self, claimed: _Claimed, failures: Sequence[Failure]) -> LoadOutcome:
        profile = self._rules.sources.of(claimed.file.name)
        judge = gate(self._rules.limits)
        rows = RowLoad(self._connection, judge, self._rules, profile, self._small_files)
        if len(failures) >= self._rules.max_attempts:
            return self._give_up(claimed, rows, failures[-1])
        try:
            self._copy(claimed, rows)
        except FileRefusedError as refusal:
            return self._refuse(claimed, rows, refusal)
        except Exception as error:
            failure = _failure(error)
            self._close(claimed, failure)
            if len(failures) + 1 < self._rules.max_attempts or is_interruption(error):
                raise
            return self._give_up(claimed, rows, failure)
        except BaseException:  # somebody has ended the run: the file is not to blame for it
            self._close(claimed, Failure("interrupted", "The run was ended."))
            raise
        reached("after_commit", claimed.file.name)
        place = self._archive(claimed)
        return LoadOutcome(
            claimed.load_id, claimed.file.name, "loaded", rows.counts, rows.reasons, rows.tally,
            stored_as=place,
        )  # fmt: skip

    def _copy(self, claimed: _Claimed, rows: RowLoad) -> None:
        """Copy the rows and write the verdict in one transaction, unless the file has changed."""
        file = claimed.file
        if file.bytes > self._rules.max_file_bytes:
            raise FileRefusedError(
                "too_large",
                f"It has {file.bytes:,} bytes: split it, or raise DWELLHOUSE_MAX_FILE_BYTES.",
            )
        report = ProgressReport(self._connection, claimed.load_id, file, self._on_progress)
        with contextlib.closing(report), self._connection.transaction():

            def on_chunk(counts: Counts, bytes_read: int) -> None:
                if counts.rows_read > self._rules.max_file_rows:
                    raise FileRefusedError(
                        "too_large",
                        f"It has more than {self._rules.max_file_rows:,} rows: split it, or raise "
                        "DWELLHOUSE_MAX_FILE_ROWS.",
                    )
                report(counts, bytes_read)

            rows.on_chunk = on_chunk
            rows.copy(claimed.path, file.sha256, claimed.load_id)
            _require_unchanged(claimed)
            self._ledger.finish(claimed.load_id, "loaded", rows.counts, rows.validation())
            reached("before_commit", file.name)

    def _refuse(self, claimed: _Claimed, rows: RowLoad, refusal: FileRefusedError) -> LoadOutcome:
        """Quarantine the file: none of its rows is loaded, so all of them count as rejected."""
        try:
            _require_unchanged(claimed)  # what was refused must be what is put away
        except FileChangedError as error:
            self._close(claimed, _failure(error))
            raise
        read = rows.counts.rows_read
        counts = Counts(rows_read=read, rows_loaded=0, rows_rejected=read)
        code, reason = refusal.reason_code, str(refusal)
        self._ledger.finish(claimed.load_id, "rejected", counts, rows.validation(), code, reason)
        reached("after_commit", claimed.file.name)
        return self._quarantine(claimed, rows, "rejected", counts, code, reason)

    def _give_up(self, claimed: _Claimed, rows: RowLoad, last: Failure) -> LoadOutcome:
        """Quarantine a file that has failed too often; again, where it could not be moved then."""
        code, reason = "given_up", last.reason
        if last.reason_code != code:
            attempts = self._rules.max_attempts
            reason = f"It could not be loaded in {attempts} attempts. The last: {reason}"
        self._ledger.finish(claimed.load_id, "failed", Counts(), {}, code, reason)
        return self._quarantine(claimed, rows, "failed", Counts(), code, reason)

    def _close(self, claimed: _Claimed, failure: Failure) -> None:
        """Close the entry if the database still answers; otherwise the next attempt closes it."""
        with contextlib.suppress(psycopg.Error):
            code, reason = failure.reason_code, failure.reason
            self._ledger.finish(claimed.load_id, "failed", Counts(), {}, code, reason)

    def _archive(self, claimed: _Claimed) -> str | None:
        """Move the file; None if it has been changed or taken since: what lies there is new."""
        try:
            stored = put_away(
                self._landing, claimed.path, self._landing.archive, claimed.file.name,
                claimed.load_id, claimed.state,
            )  # fmt: skip
        except FileChangedError:
            return None
        return self._recorded(claimed, stored)

    def _quarantine(
        self, claimed: _Claimed, rows: RowLoad, status: LoadStatus, counts: Counts,
        reason_code: str, reason: str,
    ) -> LoadOutcome:  # fmt: skip
        explanation = {
            "file_name": claimed.file.name,
            "load_id": claimed.load_id,
            "reason_code": reason_code,
            "reason": reason,
            "rows_read": rows.counts.rows_read,
            "rejected_rows_by_reason": dict(rows.reasons),
            "examples": rows.examples,
        }
        stored = put_away(
            self._landing, claimed.path, self._landing.quarantine, claimed.file.name,
            claimed.load_id, claimed.state, explanation,
        )  # fmt: skip
        place = self._recorded(claimed, stored)
        return LoadOutcome(
            claimed.load_id, claimed.file.name, status, counts, rows.reasons, rows.tally,
            reason_code=reason_code, reason=reason, stored_as=place,
        )  # fmt: skip

    def _recorded(self, claimed: _Claimed, stored: Path) -> str:
        place = str(stored.relative_to(self._landing.folder))
        self._ledger.record_place(claimed.load_id, place, claimed.path.name)
        return place


def _failure(error: Exception) -> Failure:
    code = "interrupted" if is_interruption(error) else "load_error"
    return Failure(code, str(error).strip())


def _require_unchanged(claimed: _Claimed) -> None:
    try:
        state = FileState.of(claimed.path)
    except FileNotFoundError as error:
        raise FileGoneError(claimed.file.name) from error
    if state != claimed.state:
        raise FileChangedError(claimed.file.name)
