"""Made-up bytes of CSV, in any dialect and with any damage, never crash or hang the loader."""

import csv
import io
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.e2e.loading_place import LoadingPlace

pytestmark = pytest.mark.xdist_group("loading")
NAMES = ["timestamp", "person_id", "camera_id", "event_type"]
OTHERS = ["age_group", "note", "zone", "", "Person_ID", "größe"]
LONGEST_SECONDS = 20

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
times = st.sampled_from(["2026-05-01 10:00", "1777624800", "01/02/2026 10:00", "now", "", "1e9"])
types = st.sampled_from(["entry", "EXIT", " in ", "teleport", ""])
sane = st.text("abcäß ,;\"'\\.", min_size=1, max_size=6)


@st.composite
def csv_bytes(draw: st.DrawFn) -> bytes:
    """Give a table, written in a dialect and an encoding."""
    extra = draw(st.lists(st.sampled_from(OTHERS), max_size=3, unique=True))
    header = draw(st.permutations(NAMES + extra))
    cells = {"timestamp": times, "event_type": types, "person_id": sane, "camera_id": sane}
    row = st.tuples(*(cells.get(name, texts) for name in header))
    text = io.StringIO()
    writer = csv.writer(
        text, delimiter=draw(st.sampled_from(",,,;\t|")),
        lineterminator=draw(st.sampled_from(["\n", "\r\n", "\r"])),
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
    )  # fmt: skip
    writer.writerow(header)
    writer.writerows(draw(st.lists(row, max_size=12)))
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    return text.getvalue().encode(encoding, errors="replace")


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Give such a file with some bytes struck out, put in, doubled, or cut off."""
    content = draw(csv_bytes())
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(content)))
        until = min(len(content), at + draw(st.integers(0, 12)))
        put_in = draw(
            st.sampled_from([b"", b'"', b"\0", b"\xff\xfe", b"\n", b"\r", b"\\.\n", b"\x1f\x8b"])
        )
        middle = draw(st.sampled_from([b"", content[at:until] * 2]))
        content = content[:at] + middle + put_in + content[until:]
    return content


@settings(
    max_examples=60, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(content=damaged())
def test_whatever_the_bytes_are_each_row_is_accounted_for(
    place: LoadingPlace, content: bytes
) -> None:
    began = time.monotonic()
    outcome = place.loaded("a.csv", content)
    assert time.monotonic() - began < LONGEST_SECONDS
    if outcome.status == "loaded":
        assert 0 < outcome.counts.rows_read <= content.count(b"\n") + content.count(b"\r") + 1
    else:
        assert outcome.status == "duplicate" or outcome.reason_code is not None
