"""One real stack for all end-to-end tests, in a folder that Postgres' own user can walk through."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestration.runtime.embedded_postgres import EmbeddedPostgres
from tests.e2e.running_stack import RunningStack


@contextmanager
def stack_folder() -> Iterator[Path]:
    """Give a new folder beside pytest's own, which pytest closes to all other users."""
    folder = Path(tempfile.mkdtemp(prefix="dwellhouse-e2e-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def stack() -> Iterator[RunningStack]:
    """The stack that the tests share; each test drops files of its own."""
    with stack_folder() as folder:
        stack = RunningStack(folder)
        stack.start()
        yield stack
        stack.stop()


@pytest.fixture
def other_stack() -> Iterator[RunningStack]:
    """A second home folder with ports of its own; not started."""
    with stack_folder() as folder:
        stack = RunningStack(folder)
        yield stack
        if stack.process is not None:
            stack.stop()
        if stack.home.exists() and EmbeddedPostgres(stack.home).is_running():
            EmbeddedPostgres(stack.home).stop("immediate")
