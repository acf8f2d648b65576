"""Cursors: they bring back what they took, and nothing else gets through."""

import base64
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.answering.cursors import Cursor, _digest, decode, encode
from serving.errors import ProblemError
from serving.queries.facts import SESSIONS
from serving.queries.listing import Order

ORDERS = (Order("dwell_seconds"), Order("person_id"), Order("session_id"))
ID = "0f0e7c4e-6d2e-8f2c-3b5c-1f9f3a9d2b11"
CLOCK = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))


@given(seconds=st.none() | st.floats(0, 1e9).map(repr), person=TEXT, query=TEXT)
def test_a_cursor_brings_back_what_it_took(seconds: str | None, person: str, query: str) -> None:
    cursor = Cursor((seconds, person, ID), CLOCK)
    assert decode(encode(cursor, query), query, SESSIONS, ORDERS) == cursor


def test_a_value_that_no_address_can_hold_is_told_at_once() -> None:
    with pytest.raises(ProblemError, match="too long to go on from; sort by something else"):
        encode(Cursor((None, "p" * 16_000, ID), None), "query")


@given(st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ProblemError, match="cursor"):
        decode(text, "query", SESSIONS, ORDERS)


@pytest.mark.parametrize(
    "keys",
    [
        ["x", "P", ID],
        ["1.0", "P", "x"],
        ["1.0", "P"],
        ["1.0", 7, ID],
        "abc",
        None,
        ["1.0", "\0", ID],
    ],
)
def test_a_made_up_cursor_with_a_right_check_gets_past_no_type(keys: object) -> None:
    payload = orjson.dumps([_digest(b"query").hex(), None, keys])
    text = base64.urlsafe_b64encode(_digest(payload) + payload).decode()
    with pytest.raises(ProblemError, match="damaged"):
        decode(text, "query", SESSIONS, ORDERS)
