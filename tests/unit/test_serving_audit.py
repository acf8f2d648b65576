"""What the record of requests keeps of an address, and of requests while it cannot be written."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from serving.database import Database
from serving.errors import ProblemError
from serving.front.audit import LONGEST_TEXT, MOST_PENDING, Asked, Audit, shortened
from serving.settings import ServingSettings

SECRET = "aB3-_" * 8 + "xyz"
TOKEN = f"dwh_0a1b2c3d_{SECRET}"


def test_the_secret_of_a_key_does_not_get_into_the_record() -> None:
    assert shortened(f"/v1/persons/{TOKEN}".encode()) == "/v1/persons/dwh_0a1b2c3d_..."
    twice = f"api_key={TOKEN}&limit=2&key={TOKEN}".encode()
    assert shortened(twice) == "api_key=dwh_0a1b2c3d_...&limit=2&key=dwh_0a1b2c3d_..."
    for begin in range(LONGEST_TEXT - len(TOKEN) - 2, LONGEST_TEXT + 2):
        assert "aB3" not in shortened(("x" * begin + TOKEN).encode())


def test_what_is_no_text_is_kept_as_it_can_be() -> None:
    assert shortened(b"/v1/\xff\x00") == "/v1/\\xff%00"


def test_what_waits_to_be_written_is_bounded_by_what_was_answered(tmp_path: Path) -> None:
    audit = Audit(Database.of_access(ServingSettings(home=tmp_path)))

    def ask(rows: int) -> None:
        now = datetime.now(UTC)
        audit.record(Asked(now, "id", None, "127.0.0.1", "GET", "/v1/kpis", "", 503, rows, 0.1))

    for _ in range(MOST_PENDING):
        audit.require_room()
        ask(rows=0)
    with pytest.raises(ProblemError):
        audit.require_room()
    ask(rows=0)  # the refusal itself
    assert audit.waiting() == MOST_PENDING
    ask(rows=7)  # let in before: what has left is on record
    assert audit.waiting() == MOST_PENDING + 1
