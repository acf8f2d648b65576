"""What a running stack writes down about itself in its home folder, where only one may run."""

import contextlib
import fcntl
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO

from orchestration.lib.chosen_folder import HOME, looked_into
from orchestration.lib.foreseen_error import ForeseenError


class StackError(ForeseenError):
    """The stack cannot run; the text says why and what to do."""


@dataclass(frozen=True)
class StackState:
    """The process that supervises the others, and the addresses of the pages."""

    pid: int
    ready: bool
    dagster_url: str
    api_url: str

    def __str__(self) -> str:
        state = "runs" if self.ready else "is starting"
        return f"The stack {state}: Dagster {self.dagster_url}, API {self.api_url}/docs"

    def write(self, home: Path, *, ready: bool) -> None:
        """Write this down; who reads at that moment sees the old state or the new."""
        draft = home / ".stack.json"
        draft.write_text(json.dumps(asdict(replace(self, ready=ready))), encoding="utf-8")
        draft.replace(home / "stack.json")


def running_stack(home: Path) -> StackState | None:
    """Give the state of the stack that runs in this home folder, if one does.

    Raises FolderError for what cannot be a home.
    """
    try:
        with looked_into(home, HOME), (home / "stack.lock").open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        with contextlib.suppress(FileNotFoundError, ValueError):
            return StackState(**json.loads((home / "stack.json").read_text(encoding="utf-8")))
    return None


@contextlib.contextmanager
def only_stack(home: Path, state: StackState) -> Iterator[IO[str]]:
    """Hold the home folder's lock, and the state as not ready; raises StackError if one runs."""
    with (home / "stack.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = (
                f"A stack already runs in {home}. Stop it with: dwellhouse down; "
                "or choose another DWELLHOUSE_HOME and other ports."
            )
            raise StackError(message) from error
        state.write(home, ready=False)
        try:
            yield lock
        finally:
            (home / "stack.json").unlink(missing_ok=True)
