"""Whatever a file holds: its good rows are loaded, its bad rows told, or the whole is refused."""

import gzip
from collections import Counter
from typing import Any

import pytest

from tests.e2e.contents import AT, CASES, Expected
from tests.e2e.loading_place import LoadingPlace
from tests.event_files import HEADER

pytestmark = pytest.mark.xdist_group("loading")


@pytest.mark.parametrize("name", CASES)
def test_its_rows_are_accounted_for(place: LoadingPlace, name: str) -> None:
    content, expected = CASES[name]
    assert_becomes(place, f"{name}.csv", content, expected)


def assert_becomes(
    place: LoadingPlace, name: str, content: str | bytes, expected: Expected
) -> None:
    outcome = place.loaded(name, content)
    assert outcome.reason_code == expected.refused, outcome.reason
    if expected.refused is None:
        assert (outcome.status, outcome.counts.rows_loaded) == ("loaded", expected.loaded)
        assert outcome.reasons == Counter({**expected.rejected})


def test_a_value_is_stored_as_it_came(place: LoadingPlace) -> None:
    """What is special to COPY, to JSON or to SQL is text like any other."""
    texts = ["\\N", "\\.", '"', "a\tb", "a\\nb", "'; drop table raw.loads; --", "😀", "a,b", "{}"]
    quoted = ['"' + text.replace('"', '""') + '"' for text in texts]
    lines = "".join(f"{AT},{text},c,in,{text}\n" for text in quoted)
    place.loaded("a.csv", HEADER.strip() + ",note\n" + lines)
    stored: Any = place.ask(
        "select person_id, attributes ->> 'note' from raw.camera_events order by line_number"
    )
    assert stored == [(text, text) for text in texts]


def test_a_time_that_came_twice_is_the_first(place: LoadingPlace) -> None:
    place.loaded("a.csv", HEADER + "2025-10-26 02:30:00,p,c,in\n")
    query = "select event_at at time zone 'UTC' from raw.camera_events"
    [(at,)] = place.ask(query)
    assert str(at) == "2025-10-26 00:30:00"


def test_a_bomb_is_refused_before_it_fills_memory_or_disk(place: LoadingPlace) -> None:
    """A megabyte that unpacks to a gigabyte, in rows that are all good."""
    line = f"{AT},p,c,in\n".encode()
    packer = gzip.compress(line * 400_000, compresslevel=9)
    bomb = gzip.compress(HEADER.encode()) + packer * 120
    place.drop("bomb.csv.gz", bomb)
    outcome = place.load("bomb.csv.gz", max_file_rows=1_000)
    assert outcome is not None
    assert (outcome.status, outcome.reason_code) == ("rejected", "too_large")
    place.oracle.check()
