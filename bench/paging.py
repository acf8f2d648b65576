"""Through all sessions page by page while files load: what was there at the start comes once."""

import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg

from bench.stack import BINARIES, BenchError

PAGE = "/v1/sessions?limit=1000&fields=session_id"


@dataclass
class Paged:
    """What came of all rounds; `missing` and `repeated` are of the sessions before each."""

    sessions: int = 0
    missing: int = 0
    repeated: int = 0
    rounds: int = 0
    seconds: float = 0.0
    versions: frozenset[int] = frozenset()


def paged_while_loading(
    port: int, reader_url: str, files: Sequence[Path], environment: Mapping[str, str]
) -> Paged:
    """Go through all sessions, again and again until the files are loaded and published."""
    paged, started = Paged(), time.monotonic()
    with ThreadPoolExecutor(1) as aside:
        loading = aside.submit(_load, files, environment)
        while not loading.done():
            before = _sessions(reader_url)
            pages = list(_pages(port))
            found = [session_id for _, ids in pages for session_id in ids]
            paged.sessions = len(before)
            paged.missing += len(before.difference(found))
            paged.repeated += len(found) - len(set(found))
            paged.versions |= {version for version, _ in pages}
            paged.rounds += 1
        loading.result()
    paged.seconds = time.monotonic() - started
    return paged


def _pages(port: int) -> Iterator[tuple[int, list[str]]]:
    """Give the data version and the ids of each page."""
    path: str | None = PAGE
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        while path:
            answer = client.get(path).raise_for_status()
            body = answer.json()
            yield body["data_version"], [row["session_id"] for row in body["data"]]
            path = answer.links["next"]["url"] if "next" in answer.links else None


def _sessions(reader_url: str) -> set[str]:
    with psycopg.connect(reader_url) as connection:
        rows = connection.execute("select session_id::text from marts.fct_sessions")
        return {session_id for (session_id,) in rows}


def _load(files: Sequence[Path], environment: Mapping[str, str]) -> None:
    for path in files:
        command = [str(BINARIES / "dwellhouse"), "load", str(path)]
        done = subprocess.run(
            command, env=dict(environment), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise BenchError(done.stdout + done.stderr)
