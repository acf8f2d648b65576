"""`dwellhouse` in forks of a process that has imported what it needs, as workers of runs are.

It starts as at a prompt, but for the seconds that Dagster, dbt and Great Expectations take to
import. The project's own modules, which read settings, are imported by each fork.
"""

import multiprocessing
import os
import runpy
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

IMPORTED = [
    "dagster", "dagster._core.execution.plan.active", "dagster._core.executor.in_process",
    "dagster._core.instance.factory", "dagster_dbt", "dagster_postgres", "dbt.cli.main",
    "dbt.task.build", "expectations.runner",
]  # fmt: skip


def warm_command(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path, patience_seconds: float
) -> tuple[int, str, str]:
    """Run `dwellhouse` in a folder; gives its exit status and what went to stdout and stderr."""
    warm = multiprocessing.get_context("forkserver")
    warm.set_forkserver_preload(IMPORTED)
    with TemporaryDirectory() as kept:
        told = [Path(kept) / name for name in ("stdout", "stderr")]
        process = warm.Process(target=_run, args=(arguments, dict(environment), folder, told))
        process.start()
        process.join(patience_seconds)
        if process.exitcode is None:
            process.kill()
            process.join()
        out, err = (path.read_text("utf-8") for path in told)
    assert process.exitcode is not None
    assert process.exitcode >= 0, (arguments, out, err)
    return process.exitcode, out, err


def _run(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path, told: Sequence[Path]
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for stream, path in zip((1, 2), told, strict=True):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), stream)
    sys.argv = ["dwellhouse", *arguments]
    runpy.run_module("orchestration.cli", run_name="__main__")
