"""What the gate says of a file: typed, and free of Great Expectations, which is slow to import."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Scope = Literal["file", "row"]


@dataclass(frozen=True)
class Check:
    """One expectation of a suite: its name states the truth that it checks."""

    name: str
    scope: Scope
    reason_code: str
    expectation: str
    column: str | None


@dataclass(frozen=True)
class RowFailure:
    """Why the row at `position` of a chunk is rejected: the first expectation that it fails."""

    position: int
    check: Check


@dataclass(frozen=True)
class Limits:
    """The numbers that the suites take from the settings."""

    max_columns: int
    max_field_length: int
    max_rejected_share: float


@dataclass
class Tally:
    """How often each check was judged and failed, over the chunks of a file or of many."""

    judged: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)

    def add(self, check: str, judged: int, failed: int) -> None:
        """Count one more result of `check`."""
        self.judged[check] += judged
        self.failed[check] += failed

    def update(self, other: "Tally") -> None:
        """Count everything that `other` has counted."""
        self.judged.update(other.judged)
        self.failed.update(other.failed)


@dataclass(frozen=True)
class RowVerdict:
    """What the gate says of some rows: one failure for each row to reject, in their order."""

    failures: Sequence[RowFailure]
    tally: Tally
