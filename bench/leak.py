"""What a stack holds before and after many runs; what grows with each run would end it one day."""

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.drops import drop_and_wait
from bench.stack import BenchStack
from orchestration.commands.status import open_status
from orchestration.runtime.embedded_postgres import EmbeddedPostgres

PROC = Path("/proc")
# A run ends moments after its version is published, its worker later, later still if all is busy.
LOOKS = 10
LOOK_SECONDS = 1.0
CONNECTIONS = """
select count(*) from pg_stat_activity
where backend_type = 'client backend' and pid <> pg_backend_pid()
"""


@dataclass(frozen=True)
class Footprint:
    """What the processes of `dwellhouse up` hold; of the database, its connections only.

    Memory is the proportional share (PSS): forked processes share what they have not changed.
    """

    processes: int
    descriptors: int
    connections: int
    memory_mib: float


@dataclass(frozen=True)
class Leak:
    """The stack before and after a number of runs in a row."""

    runs: int
    before: Footprint
    after: Footprint


def leak(stack: BenchStack, paths: Sequence[Path]) -> Leak:
    """Have one run a file, one after the other, and look at the stack before and after."""
    before = calm_footprint(stack)
    run_ids = {drop_and_wait(stack, path).load.run_id for path in paths}
    return Leak(len(run_ids), before, calm_footprint(stack))


def calm_footprint(stack: BenchStack) -> Footprint:
    """Look at the stack for a while once it has nothing to do; gives the look with least in it."""
    status = open_status(stack.home, stack.landing)
    with contextlib.closing(status.loader), contextlib.closing(status.dagster):
        while not status.read().is_idle:
            time.sleep(LOOK_SECONDS)
    return min(_looks(stack), key=lambda look: (look.processes, look.connections))


def _looks(stack: BenchStack) -> Iterator[Footprint]:
    with psycopg.connect(EmbeddedPostgres(stack.home).url, autocommit=True) as connection:
        for _ in range(LOOKS):
            time.sleep(LOOK_SECONDS)
            row = connection.execute(CONNECTIONS).fetchone()
            pids = list(_tree(stack.pid))
            yield Footprint(
                processes=len(pids),
                descriptors=sum(_descriptors(pid) for pid in pids),
                connections=row[0] if row else 0,
                memory_mib=sum(_memory_kib(pid) for pid in pids) / 1024,
            )


def _tree(root: int) -> Iterator[int]:
    """Give a process and all below it."""
    children: dict[int, list[int]] = {}
    for folder in PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            # The name, in parentheses, may hold anything; the parent is the second field after it.
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(folder.name))
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        yield pid
        waiting += children.get(pid, [])


def _descriptors(pid: int) -> int:
    with contextlib.suppress(OSError):
        return sum(1 for _ in (PROC / str(pid) / "fd").iterdir())
    return 0


def _memory_kib(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
