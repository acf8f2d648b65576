"""Runs the suites on frames and gives typed results.

A Great Expectations context is built once a process: names are unique in it and building costs more
than judging a chunk.
"""

import logging
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Any

import great_expectations as gx
import pandas as pd
from great_expectations import ExpectationSuite
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.data_context.types.base import ProgressBarsConfig
from tqdm import tqdm

from expectations.suites import header_suite, outcome_suite, row_suite
from expectations.verdict import Check, Limits, RowFailure, RowVerdict, Scope, Tally

FILE_VERDICTS = 32

FileVerdict = tuple[Check | None, Tally]


class Gate:
    """The three suites of one set of limits, ready to judge any number of files."""

    def __init__(self, limits: Limits) -> None:
        _calm_great_expectations()
        context = gx.get_context(mode="ephemeral")
        context.enable_analytics(enable=False)
        context.variables.progress_bars = ProgressBarsConfig(
            globally=False, metric_calculations=False
        )
        asset = context.data_sources.add_pandas("gate").add_dataframe_asset("gate")
        batch = asset.add_batch_definition_whole_dataframe("gate")
        suites: dict[str, tuple[Scope, ExpectationSuite]] = {
            "header": ("file", header_suite(limits.max_columns)),
            "rows": ("row", row_suite(limits.max_field_length)),
            "outcome": ("file", outcome_suite(limits.max_rejected_share)),
        }
        self._suites = {
            name: _PreparedSuite(suite, scope, batch) for name, (scope, suite) in suites.items()
        }
        # The same question has the same answer, and files of one source ask the same ones; that of
        # a file without a bad row does not depend on how many it has.
        self._header_verdict = lru_cache(maxsize=FILE_VERDICTS)(self._judge_header)
        self._outcome_verdict = lru_cache(maxsize=FILE_VERDICTS)(self._judge_outcome)

    @property
    def checks(self) -> Sequence[Check]:
        """All checks of the three suites, in the order in which they are judged."""
        return [check for suite in self._suites.values() for check in suite.checks]

    def header_failure(
        self, header: Sequence[str], tally: Tally, supplied: Sequence[str] = ()
    ) -> Check | None:
        """Judge the column names of a file; give the first check that fails.

        `supplied` are columns of the contract that the file has under other names, or that its
        source profile assumes.
        """
        return _counted_failure(self._header_verdict(tuple(header), tuple(supplied)), tally)

    def _judge_header(self, header: Sequence[str], supplied: Sequence[str]) -> FileVerdict:
        known = (*header, *supplied) if header else ()
        names = pd.Series(known, dtype="str")  # a nameless column is ignored, not a duplicate
        positions = names.index.to_series().where(names.index < len(header)) + 1
        frame = pd.DataFrame({"column_name": names.mask(names == ""), "position": positions})
        return self._first_failure("header", frame)

    def outcome_failure(self, rows_read: int, rows_rejected: int, tally: Tally) -> Check | None:
        """Judge a file by what became of its rows; give the first check that fails."""
        share = rows_rejected / rows_read if rows_read else None
        return _counted_failure(self._outcome_verdict(share), tally)

    def _judge_outcome(self, rejected_share: float | None) -> FileVerdict:
        has_rows = rejected_share is not None
        frame = pd.DataFrame({"has_rows": [has_rows], "rejected_share": [rejected_share or 0.0]})
        return self._first_failure("outcome", frame)

    def row_verdicts(
        self, parts: Sequence[pd.DataFrame], earliest: datetime, latest: datetime
    ) -> list[RowVerdict]:
        """Judge candidate rows; give a verdict for each part, of positions 0…n-1 in it.

        A run of the suite costs the same for a few rows as for thousands, so all parts are judged
        in one. Each expectation looks at one row alone: what stands beside it makes no difference.
        """
        suite = self._suites["rows"]
        parameters = {"earliest": pd.Timestamp(earliest), "latest": pd.Timestamp(latest)}
        rows = pd.concat(parts, ignore_index=True)
        failing = suite.failing_positions(rows, Tally(), parameters)
        bounds = accumulate(map(len, parts), initial=0)
        return [_row_verdict(suite.checks, failing, *part) for part in pairwise(bounds)]

    def _first_failure(self, name: str, frame: pd.DataFrame) -> FileVerdict:
        suite, tally = self._suites[name], Tally()
        failing = suite.failing_positions(frame, tally, {})
        return next((check for check in suite.checks if check.name in failing), None), tally


def _calm_great_expectations() -> None:
    """Keep it from what it does to a whole process, beside its work: threads, lines in logs."""
    # Progress bars are off, yet each run of a suite would start the thread that watches over them.
    tqdm.monitor_interval = 0
    # The second sets its own level, and would tell whoever loads a file of a folder that it makes.
    for name in ("great_expectations", "great_expectations.data_context.types.base"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _counted_failure(verdict: FileVerdict, tally: Tally) -> Check | None:
    failure, counted = verdict
    tally.update(counted)
    return failure


def _row_verdict(
    checks: Sequence[Check], failing: Mapping[str, Sequence[int]], begin: int, end: int
) -> RowVerdict:
    """Give what was said of the rows from `begin` to before `end`, counted from `begin`."""
    tally = Tally()
    reasons: dict[int, Check] = {}
    for check in checks:
        positions = failing.get(check.name, ())
        own = positions[bisect_left(positions, begin) : bisect_left(positions, end)]
        tally.add(check.name, end - begin, len(own))
        for position in own:
            reasons.setdefault(position - begin, check)
    return RowVerdict(
        [RowFailure(position, reasons[position]) for position in sorted(reasons)], tally
    )


class _PreparedSuite:
    def __init__(
        self, suite: ExpectationSuite, scope: Scope, frames: BatchDefinition[None]
    ) -> None:
        self.checks = [
            Check(
                name=str(item.meta["check"]),
                scope=scope,
                reason_code=str(item.meta["reason_code"]),
                expectation=item.expectation_type,
                column=item.meta.get("blames", getattr(item, "column", None)),
            )
            for item in suite.expectations
        ]
        self._suite = suite
        self._scope = scope
        self._frames = frames

    def failing_positions(
        self, frame: pd.DataFrame, tally: Tally, parameters: dict[str, pd.Timestamp]
    ) -> dict[str, list[int]]:
        """Give the failing positions by check; an empty list where the whole table fails.

        Raises MemoryError or RuntimeError where a check could not be made: it has passed no row.
        """
        result = self._frames.get_batch({"dataframe": frame}).validate(
            self._suite,
            expectation_parameters=parameters,
            result_format={"result_format": "COMPLETE", "include_unexpected_rows": False},
        )
        failing: dict[str, list[int]] = {}
        for item in result.results:
            _require_judgement(item.exception_info)
            check = str(item.expectation_config.meta["check"])
            positions = item.result.get("unexpected_index_list") or []
            if self._scope == "row" and not item.success and not positions:
                message = f"{check} does not say which rows fail."
                raise RuntimeError(message)
            failed = len(positions) or int(not item.success)
            tally.add(check, item.result.get("element_count", 1), failed)
            if not item.success:
                failing[check] = positions
        return failing


def _require_judgement(exception_info: Mapping[str, Any]) -> None:
    """Raise what an expectation has raised; Great Expectations tells that of a metric by metric."""
    is_flat = "raised_exception" in exception_info
    for told in [exception_info] if is_flat else exception_info.values():
        if told["raised_exception"]:
            is_short_of_memory = "MemoryError" in told["exception_traceback"]
            raise (MemoryError if is_short_of_memory else RuntimeError)(told["exception_message"])


@lru_cache(maxsize=4)
def gate(limits: Limits) -> Gate:
    """Give the process's gate for these limits."""
    return Gate(limits)
