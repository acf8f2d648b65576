"""Kept answers: unharmed by the way through Redis, bounded, and gone after an hour."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.front.kept_answers import KEEP_SECONDS, OVERHEAD_BYTES, KeptAnswer, KeptAnswers

ANSWERS = st.builds(
    KeptAnswer,
    status=st.integers(100, 599),
    headers=st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=50))).map(tuple),
    body=st.binary(max_size=300),
    rows=st.integers(0, 10**9),
    made_at=st.floats(0, 4e9),
)


def kept(size: int, *, age: float = 0.0) -> KeptAnswer:
    tag = ((b"etag", b'W/"1-a"'),)
    return KeptAnswer(200, tag, b"x" * size, 1, time.time() - age)


@given(ANSWERS)
def test_packing_loses_nothing(answer: KeptAnswer) -> None:
    assert KeptAnswer.unpacked(answer.packed()) == answer


@given(st.binary(max_size=200))
def test_anything_else_is_refused(packed: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - what it says is of no matter
        KeptAnswer.unpacked(packed)


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [(200, ((b"etag", b'W/"1-a"'),), True), (200, (), False), (404, ((b"etag", b"x"),), False)],
)
def test_only_answers_about_a_version_may_be_kept(
    status: int, headers: tuple[tuple[bytes, bytes], ...], *, expected: bool
) -> None:
    assert KeptAnswer(status, headers, b"", 0).may_be_kept is expected


def test_an_answer_is_gone_after_an_hour() -> None:
    answers = KeptAnswers(10**6)
    answers.put("young", kept(1, age=KEEP_SECONDS - 60))
    answers.put("old", kept(1, age=KEEP_SECONDS + 1))
    assert answers.get("young")
    assert answers.get("old") is None


def test_memory_is_bounded_and_the_least_used_goes_first() -> None:
    answers = KeptAnswers(3 * (1 + 1000 + OVERHEAD_BYTES))
    for name in "abc":
        answers.put(name, kept(1000))
    answers.get("a")
    answers.put("d", kept(1000))
    assert [name for name in "abcd" if answers.get(name)] == ["a", "c", "d"]
    answers.put("huge", kept(10**6))
    assert answers.get("huge") is None
    key = "k" * 2000
    answers.put(key, kept(1))
    assert answers.get(key)
    assert sum(answers.get(name) is not None for name in "acd") == 1, "its key takes memory too"
    answers.clear()
    assert answers.get("a") is None
