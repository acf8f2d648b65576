"""The rules by which a file is loaded and what becomes of it: plain values."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import psycopg

from expectations.reasons import FILE_REASONS
from expectations.verdict import Limits, Tally
from orchestration.lib.landing.file_state import FileChangedError
from orchestration.lib.loading.ledger import Counts, LoadStatus
from orchestration.lib.reading.source_profiles import SourceProfiles


class FileRefusedError(ValueError):
    """The whole file is refused; carries the reason code and a sentence for a person."""

    def __init__(self, reason_code: str, detail: str = "") -> None:
        self.reason_code = reason_code
        super().__init__(" ".join(filter(None, (FILE_REASONS[reason_code], detail))))


@dataclass(frozen=True)
class LoadRules:
    """What the settings say of reading and judging a file, and of trying it again."""

    limits: Limits
    timezone: str
    earliest: datetime
    future_tolerance: timedelta
    chunk_rows: int
    max_file_bytes: int
    max_file_rows: int
    max_attempts: int
    stalled_seconds: float
    sources: SourceProfiles = field(default_factory=SourceProfiles)


@dataclass(frozen=True)
class LoadOutcome:
    """What became of a file; `stored_as` is relative to the landing folder."""

    load_id: int
    file_name: str
    status: LoadStatus
    counts: Counts
    reasons: Counter[str]
    tally: Tally
    reason_code: str | None = None
    reason: str | None = None
    stored_as: str | None = None


def is_interruption(error: Exception) -> bool:
    """Tell whether the surroundings failed, not the file: it is tried again without a bound.

    The database is away or refuses everything, a disk is full, the file is still being changed.
    """
    surroundings = (
        FileChangedError, OSError, MemoryError,
        psycopg.OperationalError, psycopg.InterfaceError, psycopg.ProgrammingError,
    )  # fmt: skip
    return isinstance(error, surroundings)
