"""Many small files judged in one go: what comes of each is what would come of it alone."""

import gzip
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from expectations.runner import Gate
from orchestration.defs.resources import load_rules
from orchestration.lib.landing.landing_files import Landing
from orchestration.lib.loading import small_files
from orchestration.lib.loading.file_load import FileLoader
from orchestration.lib.loading.load_outcome import LoadOutcome
from orchestration.lib.reading.source_profiles import read_source_profiles
from orchestration.runtime.warehouse_urls import Warehouse
from orchestration.settings import Settings
from tests.conftest import TEMPLATE, copied_database, of_database
from tests.event_files import HEADER, good_rows

RULES = replace(load_rules(Settings(max_field_length=1000)), timezone="Europe/Berlin")
LEDGER = """
select file_name, status, bytes, source, rows_read, rows_loaded, rows_rejected, reason_code, reason,
    validation - 'duplicate_of', stored_as
from raw.loads order by file_name, load_id
"""
EVENTS = """
select file_name, line_number, event_at, person_id, event_type, timestamp_text, attributes::text
from raw.camera_events join raw.loads using (load_id) order by 1, 2, 3, 5
"""
REJECTED = """
select file_name, line_number, column_name, value, rejected.reason_code, raw_line, expectation
from raw.rejected_rows as rejected join raw.loads using (load_id) order by 1, 2
"""
MANY = small_files.SMALL_ROWS + 1

FILES: dict[str, str | bytes] = {
    "bad rows.csv": HEADER + good_rows(5, "b") + "now,p,c,entry\n,p,c,entry\n2026-05-01 9:00,,c\n",
    "bomb.csv.gz": gzip.compress((HEADER + good_rows(MANY, "g")).encode()),
    "broken.csv.gz": gzip.compress((HEADER + good_rows(50, "k")).encode())[:-20],
    "copy of good.csv": HEADER + good_rows(20),
    "day first.csv": HEADER + "13.02.2026 10:00,d,c,entry\n01.02.2026 10:00,d,c,exit\n",
    "either.csv": HEADER + "01.02.2026 10:00,d,c,exit\n" + good_rows(4, "e"),
    "empty.csv": "",
    "face of two.csv": (
        "person,camera,utc_time_started,utc_time_ended\nf5,c,1772442904,1772442905\n"
        "f6,c,1772442904,x\nf7,c,1772442906,1772442909\n"
    ),
    "faces.csv": (
        "person,camera,utc_time_started,utc_time_ended\n"
        "f1,c,1772442904,1772442964\nf2,c,1772442904,soon\nf3,c,now,1772442964\nf4,c,1772442904,\n"
    ),
    "good.csv": HEADER + good_rows(20),
    "header.csv": HEADER,
    "large.csv": HEADER + good_rows(MANY, "l"),
    "mostly bad.csv": HEADER + good_rows(1, "m") + "soon,p,c,entry\n" * 9,
    "nul.csv": (HEADER + good_rows(3, "n") + "2026-05-01 09:00,p\0,c,entry\n").encode(),
    "quote.csv": HEADER + good_rows(3, "q") + '2026-05-01 09:00,"p,c,entry\n',
    "skipped hour.csv": HEADER + "2026-03-29 02:30,s,c,entry\n" + good_rows(3, "s"),
    # The same bytes, read by two profiles.
    "twin.csv": HEADER.replace(",", ";") + "01.02.2026 10:00;t;c;entry\n",
    "twin_eu.csv": HEADER.replace(",", ";") + "01.02.2026 10:00;t;c;entry\n",
    "woche_eu.csv": "Zeitstempel;Person;Kamera;Ereignis\n01.02.2026 09:15;ü;Süd;Eintritt\n".encode(
        "cp1252"
    ),
    "wrong header.csv": "when,who\n1,2\n",
}


@dataclass
class Place:
    """A landing folder and a warehouse of its own."""

    landing: Landing
    connection: psycopg.Connection

    def write(self, files: dict[str, str | bytes]) -> None:
        for name, content in files.items():
            raw = content if isinstance(content, bytes) else content.encode()
            (self.landing.folder / name).write_bytes(raw)

    def loader(self, coming: Sequence[str]) -> FileLoader:
        rules = replace(RULES, sources=read_source_profiles(self.landing.folder))
        files = [(self.landing.folder / name, name) for name in coming]
        return FileLoader(self.connection, self.landing, rules, "run", coming=files)

    def load(self, loader: FileLoader, name: str) -> LoadOutcome | None:
        return loader.load(self.landing.folder / name, name)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def places(self) -> list[Path]:
        folder = self.landing.folder
        return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


@contextmanager
def new_place(server_url: str, template: Warehouse, folder: Path) -> Iterator[Place]:
    folder.mkdir()
    with copied_database(server_url, TEMPLATE) as name:
        url = of_database(template, name).loader
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("set timezone to 'UTC'")
            yield Place(Landing(folder), connection)


@pytest.fixture
def places(server_url: str, template: Warehouse, tmp_path: Path) -> Iterator[list[Place]]:
    with ExitStack() as stack:
        yield [
            stack.enter_context(new_place(server_url, template, tmp_path / name))
            for name in ("together", "alone")
        ]


@pytest.fixture
def place(places: list[Place]) -> Place:
    return places[0]


@pytest.fixture
def judged_sizes(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The numbers of rows of the parts that the gate is asked about, question by question."""
    asked: list[list[int]] = []
    judge = Gate.row_verdicts

    def noted(gate: Gate, parts: Any, *bounds: Any) -> Any:
        asked.append([len(part) for part in parts])
        return judge(gate, parts, *bounds)

    monkeypatch.setattr(Gate, "row_verdicts", noted)
    return asked


def test_what_comes_of_a_file_is_the_same_as_alone(places: list[Place]) -> None:
    together, alone = places
    for place in places:
        place.write(FILES)
    loader = together.loader(list(FILES))
    for name in FILES:
        together.load(loader, name)
        alone.load(alone.loader([]), name)
    statuses = {row[1] for row in together.ask(LEDGER)}
    assert statuses == {"loaded", "duplicate", "rejected"}
    for query in (LEDGER, EVENTS, REJECTED):
        assert together.ask(query) == alone.ask(query)
    assert together.places() == alone.places()


def test_small_files_are_one_question(place: Place, judged_sizes: list[list[int]]) -> None:
    names = [f"{number}.csv" for number in range(5)]
    place.write({name: HEADER + good_rows(2 + int(name[0]), name[0]) for name in names})
    place.write({"2.csv": HEADER + good_rows(MANY, "large")})
    loader = place.loader(names)
    outcomes = [place.load(loader, name) for name in names]
    assert judged_sizes == [[2, 3, 5, 6], [MANY]]
    assert [outcome and outcome.counts.rows_loaded for outcome in outcomes] == [2, 3, MANY, 5, 6]


def test_no_more_is_read_at_once_than_a_chunk_of_a_large_file(
    place: Place, judged_sizes: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"{number}.csv" for number in range(5)]
    place.write({name: HEADER + good_rows(10, name[0]) for name in names})
    monkeypatch.setattr(small_files, "TOGETHER_BYTES", 15 * len(good_rows(1)))
    loader = place.loader(names)
    for name in names:
        place.load(loader, name)
    assert judged_sizes == [[10, 10], [10, 10], [10]]


def test_a_file_that_has_changed_since_is_judged_anew(
    place: Place, judged_sizes: list[list[int]]
) -> None:
    names = ["a.csv", "b.csv", "c.csv"]
    place.write({name: HEADER + good_rows(4, name) for name in names})
    loader = place.loader(names)
    place.load(loader, "a.csv")
    place.write({"b.csv": HEADER + "never,x,c,entry\n" + good_rows(6, "new")})
    (place.landing.folder / "c.csv").unlink()
    outcome = place.load(loader, "b.csv")
    assert outcome is not None
    assert (outcome.counts.rows_loaded, outcome.counts.rows_rejected) == (6, 1)
    assert place.load(loader, "c.csv") is None
    assert judged_sizes == [[4, 4, 4], [7]]


@pytest.mark.parametrize("status", ["failed", "loading"])
def test_after_a_failure_each_file_is_judged_by_itself(
    place: Place, judged_sizes: list[list[int]], status: str
) -> None:
    """The process may have ended over any of the files that were judged with the one claimed."""
    names = ["a.csv", "b.csv"]
    place.write({name: HEADER + good_rows(3, name) for name in names})
    place.connection.execute(
        "insert into raw.loads (file_name, sha256, bytes, source, status) "
        "values ('a.csv', repeat('0', 64), 1, 'default', %s)",
        [status],
    )
    loader = place.loader(names)
    for name in names:
        place.load(loader, name)
    assert judged_sizes == [[3], [3]]
    place.write({name: HEADER + good_rows(5, name) for name in names})
    loader = place.loader(names)
    place.load(loader, "a.csv")
    assert judged_sizes[2:] == [[5, 5]], "what was made good is forgotten"
