"""Files of many camera systems and of many writers: what is loaded, and what is not, and why."""

import gzip
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from orchestration.defs.resources import load_rules
from orchestration.lib.landing.landing_files import Landing
from orchestration.lib.loading.file_load import FileLoader
from orchestration.lib.loading.load_outcome import LoadOutcome
from orchestration.lib.reading.source_profiles import read_source_profiles
from orchestration.runtime.warehouse_urls import Warehouse
from orchestration.settings import Settings
from tests.event_files import HEADER

RULES = replace(load_rules(Settings(chunk_rows=3, max_field_length=1000)), timezone="UTC")
Load = Callable[..., LoadOutcome]


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    landing = Landing(tmp_path / "landing")
    (landing.folder / "sources").mkdir(parents=True)
    return landing


@pytest.fixture
def connection(warehouse: Warehouse) -> Iterator[psycopg.Connection]:
    with psycopg.connect(warehouse.loader, autocommit=True) as connection:
        connection.execute("set timezone to 'UTC'")
        yield connection


@pytest.fixture
def load(connection: psycopg.Connection, landing: Landing) -> Load:
    def load(content: str | bytes, name: str = "a.csv", profile: str = "") -> LoadOutcome:
        if profile:
            (landing.folder / "sources" / "own.yml").write_text(f"files: ['{name}']\n{profile}")
        rules = replace(RULES, sources=read_source_profiles(landing.folder))
        path = landing.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        outcome = FileLoader(connection, landing, rules, "run").load(path, name)
        assert outcome is not None
        counts = outcome.counts
        assert counts.rows_read == counts.rows_loaded + counts.rows_rejected
        return outcome

    return load


def events(connection: psycopg.Connection, columns: str) -> list[tuple[object, ...]]:
    query = f"select {columns} from raw.camera_events order by line_number, event_at"
    return connection.execute(query).fetchall()


def rejected(connection: psycopg.Connection) -> list[tuple[object, ...]]:
    query = "select line_number, reason_code, value from raw.rejected_rows order by line_number"
    return connection.execute(query).fetchall()


def test_a_european_export(load: Load, connection: psycopg.Connection) -> None:
    text = (
        "Zeitstempel;Person;Kamera;Ereignis;Bereich\r\n"
        "01.02.2026 09:15;P1;Eingang Süd;Eintritt;Café €\r\n"
        "13.02.2026 09:15:30;P1;Eingang Süd;AUSTRITT;\r\n"
        "02/13/2026 09:15;P1;Eingang Süd;Eintritt;\r\n"
    )
    outcome = load(text.encode("cp1252"), "woche_eu.csv")
    assert (outcome.status, outcome.counts.rows_loaded) == ("loaded", 2)
    assert events(connection, "event_at::text, camera_id, event_type, zone") == [
        ("2026-02-01 09:15:00+00", "Eingang Süd", "entry", "Café €"),
        ("2026-02-13 09:15:30+00", "Eingang Süd", "exit", None),
    ]
    assert rejected(connection) == [(4, "unparseable_timestamp", "02/13/2026 09:15")]
    source = connection.execute("select source from raw.loads").fetchone()
    assert source == ("european",)


def test_quotes_may_be_escaped_where_the_profile_says_so(
    load: Load, connection: psycopg.Connection
) -> None:
    text = HEADER.replace("\n", ",zone\n") + (
        '2026-05-01 10:00,p1,c,entry,"2\\" pipe"\n'
        '2026-05-01 10:01,p1,c,exit,"Caf\\\\"\n'
        '2026-05-01 10:02,p2,c,entry,"say ""hi"", twice"\n'
    )
    outcome = load(text, profile="escape: '\\'\n")
    assert (outcome.counts.rows_loaded, outcome.counts.rows_rejected) == (3, 0)
    assert events(connection, "zone") == [('2" pipe',), ("Caf\\",), ('say "hi", twice',)]


def test_an_interval_export_gives_entries_and_exits(
    load: Load, connection: psycopg.Connection
) -> None:
    text = (
        "subject_id,camera_description,zone_name,utc_time_started,utc_time_ended,"
        "age_group_outcome,gender_outcome,score\n"
        "s1,Door,Hall,1772442904,1772442964,adult,female,0.9\n"  # a stay of a minute
        "s2,Door,Hall,1772442904,,adult,,0.8\n"  # no end
        "s3,Door,Hall,1772442904,soon,,,0.7\n"  # no usable end
        "s4,Door,Hall,1772442904,1772442903,,,\n"  # it ends before it begins
        "s5,Door,Hall,1772442904,99999999999,,,\n"  # it ends in the far future
        "s6,Door,Hall,now,1772442964,,,\n"  # no begin
        "s7,Door,Hall,1772442904,1772442904,,,\n"
    )
    outcome = load(text, "faces.csv")
    assert vars(outcome.counts) == {"rows_read": 7, "rows_loaded": 6, "rows_rejected": 1}
    assert events(connection, "line_number, person_id, event_type, timestamp_text, attributes") == [
        (2, "s1", "entry", "1772442904", {"score": "0.9"}),
        (2, "s1", "exit", "1772442964", {"score": "0.9"}),
        (3, "s2", "entry", "1772442904", {"score": "0.8"}),
        (4, "s3", "entry", "1772442904", {"score": "0.7", "utc_time_ended": "soon"}),
        (5, "s4", "entry", "1772442904", {"utc_time_ended": "1772442903"}),
        (6, "s5", "entry", "1772442904", {"utc_time_ended": "99999999999"}),
        (8, "s7", "entry", "1772442904", None),
        (8, "s7", "exit", "1772442904", None),
    ]
    assert rejected(connection) == [(7, "unparseable_timestamp", "now")]
    camera = events(connection, "distinct line_number, event_at, camera_id, camera_name, zone")[0]
    assert camera[2:] == ("Door", "Door", "Hall")
    found = connection.execute("select validation->>'events' from raw.loads").fetchone()
    assert found == ("8",)


def test_a_profile_says_what_the_default_cannot_know(
    load: Load, connection: psycopg.Connection
) -> None:
    profile = (
        "delimiter: '^'\nquote: \"'\"\ntimezone: America/New_York\n"
        "columns: {person_id: [badge, card], camera_id: [door]}\nevents: {Auf: entry, on: exit}\n"
        "timestamp_formats: ['%d.%m.%y %H:%M', '%m/%d/%Y %I:%M %p']\ndefaults: {site_id: north}\n"
    )
    text = (
        "timestamp^card^badge^door^event_type^site_id\n"
        "02.03.26 9:05^c1^'b^1'^d^auf^\n03/02/2026 09:05 PM^c1^b1^d^ON^south\nnow^c^b^d^auf^\n"
        "2026-03-02 09:05^c2^^d^auf^\n2026-03-02 09:05^c2^b2^d^auf^\n"
    )
    load(text, profile=profile)
    assert events(connection, "event_at::text, person_id, event_type, site_id, attributes") == [
        ("2026-03-02 14:05:00+00", "b^1", "entry", "north", {"card": "c1"}),
        ("2026-03-03 02:05:00+00", "b1", "exit", "south", {"card": "c1"}),
        ("2026-03-02 14:05:00+00", "b2", "entry", "north", {"card": "c2"}),
    ]
    assert [row[1] for row in rejected(connection)] == ["unparseable_timestamp", "missing_value"]


@pytest.mark.parametrize(
    ("timestamps", "read", "reasons"),
    [
        (["01/02/2026 10:00"], [], ["ambiguous_timestamp"]),
        (["01/02/2026 10:00", "13/02/2026 10:00"], ["01-02", "13-02"], []),
        (["01/02/2026 10:00", "02/13/2026 10:00"], ["02-01", "13-02"], []),
        (["13/02/2026 10:00", "02/13/2026 10:00"], ["13-02", "13-02"], []),
        (["01/02/2026 10:00", "13/02/2026 10:00", "02/13/2026 10:00"],
         ["13-02", "13-02"], ["ambiguous_timestamp"]),
        (["05/05/2026 10:00", "01/02/2026 10:00"], ["05-05"], ["ambiguous_timestamp"]),
        (["30/02/2026 10:00", "01/02/2026 10:00"], [],
         ["unparseable_timestamp", "ambiguous_timestamp"]),
        (["13/02/2026", "01/02/2026 10:00"], ["01-02"], ["unparseable_timestamp"]),
    ],
)  # fmt: skip
def test_day_and_month_are_told_by_the_whole_file(
    load: Load, connection: psycopg.Connection,
    timestamps: list[str], read: list[str], reasons: list[str],
) -> None:  # fmt: skip
    """What decides may come after more chunks than are in memory at a time."""
    filling = [f"2026-01-01 10:00:{second:02},f,c,entry\n" for second in range(9)]
    rows = [f"{timestamp},p,c,entry\n" for timestamp in timestamps]
    load(HEADER + rows[0] + "".join(filling) + "".join(rows[1:]))
    found = connection.execute(
        "select to_char(event_at, 'DD-MM') from raw.camera_events where person_id = 'p' "
        "order by line_number"
    ).fetchall()
    assert [text for (text,) in found] == read
    assert [row[1] for row in rejected(connection)] == reasons


GOOD = ["2026-05-01 10:00,p1,c,entry", "2026-05-01 10:01,p1,c,exit", "2026-05-01 10:02,p2,c,entry"]
TEXT = HEADER + "\n".join(GOOD) + "\n"


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + TEXT.encode(),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        TEXT.replace("\n", "\r\n", 2).encode(),
        TEXT.encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.replace(",", ";").encode(),
        TEXT.replace(",", "\t").encode(),
        TEXT.replace(",", "|").encode(),
        TEXT.replace("p1", '"p1"').encode(),
        gzip.compress(TEXT.encode("utf-16"), mtime=0),
        TEXT.strip().encode(),
        b"\n\n" + TEXT.replace("\n", "\n\n").encode(),
    ],
)
def test_writers_differ_and_rows_do_not(
    load: Load, connection: psycopg.Connection, content: bytes
) -> None:
    assert load(content).counts.rows_loaded == 3
    found = events(connection, "person_id, event_type")
    assert found == [("p1", "entry"), ("p1", "exit"), ("p2", "entry")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"\\.", "field_count_mismatch"),
        (b"2026-05-01 10:00,p\0,c,entry", "invalid_characters"),
        (b"2026-05-01 10:00,\xe9,c,entry", "invalid_characters"),
        (b"2026-05-01 10:00," + b"p" * 1_000_000 + b",c,entry", "field_too_long"),
        (b"2026-05-01 10:00," + b"p" * 20_000_000 + b",c,entry", "field_too_long"),
        (b'2026-05-01 10:00,"p,c,entry', "field_count_mismatch"),
        (b"infinity,p,c,entry", "unparseable_timestamp"),
    ],
)
def test_a_bad_row_costs_itself_only(
    load: Load, connection: psycopg.Connection, row: bytes, reason: str
) -> None:
    closing = (
        b'2026-05-01 10:09,"q, r",c,entry\n'  # a stray quote before it ends here at the latest
    )
    load(
        b"\n".join(
            [HEADER.strip().encode(), GOOD[0].encode(), row, *map(str.encode, GOOD[1:]), closing]
        )
    )
    assert [found[:2] for found in rejected(connection)] == [(3, reason)]
    persons = [person for (person,) in events(connection, "person_id")]
    assert persons == ["p1", "p1", "p2", "q, r"]


def test_a_row_may_have_line_ends_in_quotes(load: Load, connection: psycopg.Connection) -> None:
    load(HEADER + '2026-05-01 10:00,"p\n""one""",c,entry\n' + GOOD[1] + "\n")
    assert events(connection, "line_number, person_id") == [(2, 'p\n"one"'), (4, "p1")]


@pytest.mark.parametrize(
    ("content", "reason_code", "told"),
    [
        (
            HEADER.strip() + ",x" * 10_000 + "\n", "too_many_columns",
            "has 10004, the limit is 256: export only what is needed, or raise "
            "DWELLHOUSE_MAX_COLUMNS",
        ),
        (
            HEADER + GOOD[0] + "\nx\ny\n", "too_many_rejected_rows",
            "2 of 3 rows were unusable, more than a share of 0.5: to load the others, raise "
            "DWELLHOUSE_MAX_REJECTED_SHARE",
        ),
        (
            "2026-05-01T10:00Z,P1,C,entry\n", "missing_columns",
            "looks like data (2026-05-01T10:00Z, P1, C, entry): the line that names the columns",
        ),
        ("P1;01/02/2026 10:00\n", "missing_columns", "looks like data"),
        ("1772442904,person_id\n", "missing_columns", "names: 1772442904, person_id. It lacks"),
        ("utc_time_ended,person\n1,2\n", "missing_columns", "face_recognition"),
        ("Zeit;Person\n1;2\n", "missing_columns", "names: Zeit, Person. It lacks"),
        ("x" * 200_000 + "\n1\n", "missing_columns", f"names: {'x' * 59}…. It lacks"),
        (",".join(["n"] * 99) + "\n1\n", "missing_columns", f"names: {'n, ' * 20}…. It lacks"),
        (gzip.compress(TEXT.encode(), mtime=0)[:-4], "corrupt_archive", "damaged or cut off"),
        (b"\xff\xd8\xff\xe0" + bytes(range(256)) * 9, "undecodable", "spreadsheet or an image"),
    ],
)  # fmt: skip
def test_a_refused_file_is_told_why(
    load: Load, content: str | bytes, reason_code: str, told: str
) -> None:
    name = "face.csv" if told == "face_recognition" else "a.csv"
    outcome = load(content, name)
    assert (outcome.status, outcome.reason_code) == ("rejected", reason_code)
    assert told in str(outcome.reason)


def test_an_archive_that_bursts_is_refused_in_time(
    load: Load, connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestration.lib.reading.file_content.UNPACKED_BYTES", 50_000_000)
    bomb = gzip.compress(HEADER.encode() + b"\0" * 100_000_000)
    outcome = load(bomb, "bomb.csv.gz")
    assert (outcome.status, outcome.reason_code) == ("rejected", "too_large")
    assert events(connection, "*") == []
