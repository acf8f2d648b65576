"""What `dwellhouse status` says of the stack, for a person."""

from datetime import UTC, datetime

import pytest

from orchestration.runtime.status import LastRun, Status


@pytest.mark.parametrize(
    ("ended_at", "told"),
    [(None, "STARTED"), (datetime(2026, 3, 2, 9, tzinfo=UTC), "STARTED 2026-03-02 09:00:00+00:00")],
)
def test_the_end_of_a_run_is_told_once_it_has_ended(ended_at: datetime | None, told: str) -> None:
    seen = Status([], 1, LastRun("run", "STARTED", ended_at), {}, 0, [], None, None)
    assert f"runs active: 1; the last one: {told}\n" in seen.summary()
