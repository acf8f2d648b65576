"""The rules by which a file is loaded and what becomes of it: plain values."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from expectations.reasons import FILE_REASONS
from expectations.verdict import Limits, Tally
from orchestration.lib.ledger import Counts


class FileChangedError(RuntimeError):
    """The file changed while it was read; it stays in landing and is tried again."""


class FileRefusedError(ValueError):
    """The whole file is refused; carries the reason code and a sentence for a person."""

    def __init__(self, reason_code: str, detail: str = "") -> None:
        self.reason_code = reason_code
        super().__init__(" ".join(filter(None, (FILE_REASONS[reason_code], detail))))


@dataclass(frozen=True)
class LoadRules:
    """What the settings say of reading and judging a file."""

    limits: Limits
    timezone: str
    earliest: datetime
    future_tolerance: timedelta
    chunk_rows: int
    max_file_bytes: int


@dataclass(frozen=True)
class LoadOutcome:
    """What became of a file; `stored_as` is relative to the landing folder."""

    load_id: int
    file_name: str
    status: str
    counts: Counts
    reasons: Counter[str]
    tally: Tally
    reason_code: str | None = None
    reason: str | None = None
    stored_as: str | None = None
