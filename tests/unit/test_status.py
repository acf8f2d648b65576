"""What `dwellhouse status` says of the stack, for a person."""

from datetime import UTC, datetime

import pytest

from orchestration.commands.status import LastRun, Status


@pytest.mark.parametrize(
    ("ended_at", "told"),
    [(None, "STARTED"), (datetime(2026, 3, 2, 9, tzinfo=UTC), "STARTED 2026-03-02 09:00:00+00:00")],
)
def test_the_end_of_a_run_is_told_once_it_has_ended(ended_at: datetime | None, told: str) -> None:
    seen = Status(
        files_waiting=[], files_ignored={}, runs_active=1,
        last_run=LastRun("run", "STARTED", ended_at), loads={}, loads_unpublished=0,
        last_files=[], data_version=None, published_at=None,
    )  # fmt: skip
    assert f"runs active: 1; the last one: {told}\n" in seen.summary()
